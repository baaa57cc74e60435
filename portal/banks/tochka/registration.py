"""Telling the bank where to send events: PUT creates, POST edits, no Data around it (§12.1)."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from portal.banks.addresses import is_loopback
from portal.banks.tochka import words
from portal.banks.tochka.client import (
    WEBHOOK,
    WEBHOOK_CREATE,
    WEBHOOK_DELETE,
    WEBHOOK_EDIT,
    WEBHOOK_TEST,
    TochkaClient,
)
from portal.banks.tochka.settings import TochkaSettings
from portal.banks.tochka.webhooks import PAYMENT_EVENT
from portal.domain.ports import BankMisconfigured, BankRefused, RefusedBecause


class Registration:
    """The one webhook of one client id."""

    def __init__(self, client: TochkaClient, settings: TochkaSettings) -> None:
        self._client = client
        self._settings = settings

    def find(self) -> Mapping[str, object] | None:
        """Return what is registered, None when nothing is (404)."""
        try:
            return self._client.call(WEBHOOK, ids=self._ids()).data
        except BankRefused as refused:
            if refused.because is RefusedBecause.NOT_FOUND:
                return None
            raise

    def find_url(self) -> str | None:
        """Return where events go now."""
        found = (self.find() or {}).get("url")
        return found if isinstance(found, str) and found else None

    def register(self, url: str) -> None:
        """Create or edit; the bank tries the url first and refuses unless it answers exactly 200.

        Raises BankMisconfigured for a url that the bank would never call.
        """
        if not (_is_public(url) or (self._settings.is_simulated and is_loopback(url))):
            raise BankMisconfigured(words.BAD_WEBHOOK_URL)
        call = WEBHOOK_CREATE if self.find() is None else WEBHOOK_EDIT
        self._client.call(call, ids=self._ids(), body={"webhooksList": [PAYMENT_EVENT], "url": url})

    def delete(self) -> None:
        """Remove the registration; raise BankRefused(NOT_FOUND) when there is none."""
        self._client.call(WEBHOOK_DELETE, ids=self._ids())

    def send_test(self) -> None:
        """Ask for one sample event."""
        self._client.call(WEBHOOK_TEST, ids=self._ids(), body={"webhookType": PAYMENT_EVENT})

    def _ids(self) -> Mapping[str, str]:
        if not self._settings.client_id:
            raise BankMisconfigured(words.NO_CLIENT_ID)
        return {"client_id": self._settings.client_id}


def _is_public(url: str) -> bool:
    """Tell whether the bank can call a url: https on port 443 (tochka.md §12.1)."""
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname) and parts.port in {None, 443}
