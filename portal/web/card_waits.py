"""The page that waits while a card is bound: it leads on to the bank, and asks again (B1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response

from portal.web.fragments import is_partial, render

POLL_SECONDS = 2


@dataclass(frozen=True, slots=True)
class CardWait:
    """Where the page is, where the bank waits for the card, and what to do when it is over."""

    url: str
    bank_url: str | None
    is_leaving: bool
    is_moving: bool
    again: str = ""


def wait_for_card(told: Mapping[str, Any], wait: CardWait) -> Response:
    """Show how far it is; who has just begun is led on by the page, because a form may not be."""
    answer = render(
        "account/card_check.html",
        "account/_card_check.html",
        url=wait.url,
        bank_url=wait.bank_url,
        is_leaving=wait.is_leaving,
        poll_seconds=POLL_SECONDS if wait.is_moving else 0,
        again=wait.again,
        **told,
    )
    if is_partial() and wait.is_leaving and wait.bank_url:
        answer.headers["HX-Redirect"] = wait.bank_url
    return answer
