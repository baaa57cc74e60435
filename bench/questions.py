"""What is asked of every list: over HTTP, and of the database alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from bench.dataset import RARE, email_of, operation_of
from portal.domain.payments import MoneyState
from portal.domain.search import Token, TokenKind
from portal.store.consultation_lists import ConsultationFilter, list_consultations
from portal.store.lists import PageRequest, encode
from portal.store.overviews import attention
from portal.store.payment_lists import SORTS, PaymentFilter, list_payments
from portal.store.user_lists import UserFilter, list_users

NOW = datetime(2026, 11, 24, tzinfo=UTC)
WORD, EMAIL = TokenKind.WORD, TokenKind.EMAIL


@dataclass(frozen=True, slots=True)
class Question:
    """One page of one list: its address, and the query behind it."""

    title: str
    path: str
    query: Callable[[Session], object]


def _payments(title: str, wanted: PaymentFilter, **params: str) -> Question:
    path = f"/payments?{urlencode(params)}"
    return Question(f"payments: {title}", path, lambda s: list_payments(s, wanted, now=NOW))


def _consultations(title: str, wanted: ConsultationFilter, **params: str) -> Question:
    path = f"/consultations?{urlencode(params)}"
    return Question(
        f"consultations: {title}", path, lambda s: list_consultations(s, wanted, now=NOW)
    )


def _users(title: str, wanted: UserFilter, **params: str) -> Question:
    return Question(
        f"users: {title}", f"/users?{urlencode(params)}", lambda s: list_users(s, wanted)
    )


def _searched(size: int) -> dict[str, Token]:
    return {
        "surname": Token(WORD, "ахметов"),
        "rare surname": Token(WORD, RARE.casefold()),
        "miss": Token(WORD, "щщщщщ"),
        "e-mail": Token(EMAIL, email_of(size // 20)),
        "number": Token(TokenKind.NUMBER, str(size // 20)),
        "operation id": Token(TokenKind.OPERATION, operation_of(size // 2)),
    }


def _overview(session: Session) -> object:
    return attention(session, now=NOW, grace=timedelta())


def questions(size: int) -> Iterator[Question]:
    """Yield what is asked, the deep page being near the end of the order."""
    yield _payments("first page", PaymentFilter())
    # The hundredth transfer credited the hundredth payment.
    deep = encode(SORTS["-date"], [100, 100])
    last = PaymentFilter(page=PageRequest(after=deep))
    back = PaymentFilter(page=PageRequest(before=deep))
    yield _payments("deep page", last, after=deep)
    yield _payments("deep page, back", back, before=deep)
    yield _payments("by amount", PaymentFilter(sort="-amount"), sort="-amount")
    partly = MoneyState.PARTLY_REFUNDED
    yield _payments("partly refunded", PaymentFilter(state=partly), status=partly.value)
    yield _payments("wait for a refund", PaymentFilter(is_owed=True), flag="owed")
    yield _payments("surplus", PaymentFilter(has_surplus=True), flag="surplus")
    searched = _searched(size)
    for title, token in searched.items():
        yield _payments(title, PaymentFilter(tokens=(token,)), q=token.text)
    yield _consultations("first page", ConsultationFilter())
    unpaid = ConsultationFilter(is_paid=False)
    yield _consultations("unpaid", unpaid, paid="no")
    for title in ("surname", "rare surname", "miss", "number"):
        token = searched[title]
        yield _consultations(title, ConsultationFilter(tokens=(token,)), q=token.text)
    yield _users("first page", UserFilter())
    yield _users("free money", UserFilter(has_free_money=True), free="1")
    for title in ("surname", "rare surname", "miss", "e-mail"):
        token = searched[title]
        yield _users(title, UserFilter(tokens=(token,)), q=token.text)
    yield Question("overview: what waits", "/", _overview)
