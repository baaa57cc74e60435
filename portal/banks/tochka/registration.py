"""Telling the bank where to send events: PUT creates, POST edits, no Data around it (§12.1)."""

from typing import Any
from urllib.parse import quote

from portal.banks.http import Call
from portal.banks.tochka.client import TochkaClient
from portal.banks.tochka.webhooks import PAYMENT
from portal.domain.ports import BankMisconfigured, BankRefused, RefusedBecause


class Registration:
    """The one webhook of one client id."""

    def __init__(self, client: TochkaClient, client_id: str) -> None:
        self._client = client
        self._client_id = client_id

    def _path(self) -> str:
        if not self._client_id:
            raise BankMisconfigured("CLIENT_ID не задан: его показывает банк при выпуске токена")
        return f"/webhook/v1.0/{quote(self._client_id, safe='')}"

    def find(self) -> dict[str, Any] | None:
        """Return the registration, None when there is none (404)."""
        try:
            return dict(self._client.call(Call("webhook", "GET", self._path())))
        except BankRefused as refused:
            if refused.because is RefusedBecause.NOT_FOUND:
                return None
            raise

    def url(self) -> str | None:
        """Return where events go now."""
        found = self.find()
        return str(found["url"]) if found and found.get("url") else None

    def register(self, url: str) -> None:
        """Create or edit; the bank sends a test event first and refuses unless it gets 200."""
        method = "PUT" if self.find() is None else "POST"
        body = {"webhooksList": [PAYMENT], "url": url}
        call = Call("webhook", method, self._path(), is_write=True, body=body)
        self._client.call(call)

    def delete(self) -> None:
        """Remove the registration."""
        self._client.call(Call("webhook", "DELETE", self._path(), is_write=True))

    def send_test(self) -> None:
        """Ask for one sample event."""
        path = f"{self._path()}/test_send"
        body = {"webhookType": PAYMENT}
        self._client.call(Call("webhook", "POST", path, is_write=True, body=body))
