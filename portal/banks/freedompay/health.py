"""What is wrong with the connection, in words for the person who must mend it (F2, F7)."""

import secrets
from urllib.parse import urlsplit

from portal.banks.addresses import is_loopback
from portal.banks.freedompay import words
from portal.banks.freedompay.client import STATUS, FreedomPayClient
from portal.banks.freedompay.settings import FreedomPaySettings
from portal.banks.http import BankHttp, Request
from portal.domain.ports import BankError, BankRefused, Finding, RefusedBecause, Severity

OK, PROBLEM = Severity.OK, Severity.PROBLEM


class Health:
    """Asks everything that can be asked without moving money."""

    def __init__(
        self, client: FreedomPayClient, http: BankHttp, settings: FreedomPaySettings
    ) -> None:
        self._client = client
        self._http = http
        self._settings = settings

    def findings(self) -> list[Finding]:
        """Return one finding for each fact, whatever else fails."""
        return [self._place(), self._life(), self._keys(), self._callbacks()]

    def _place(self) -> Finding:
        settings = self._settings
        real = words.TEST if settings.testing_mode else words.REAL
        place = words.SIMULATOR if settings.is_simulated else real
        return Finding(OK, words.PLACE, f"{place}: {settings.base_url}")

    def _life(self) -> Finding:
        try:
            answer = self._http.call(Request("GET", "/status/healthcheck", ids={}))
        except BankError as error:
            return Finding(PROBLEM, words.LIFE, str(error), words.MEND_PLACE)
        body = answer.body if isinstance(answer.body, dict) else {}
        is_alive = answer.status == 200 and body.get("status") == "ok"
        if is_alive:
            return Finding(OK, words.LIFE, words.ALIVE)
        return Finding(PROBLEM, words.LIFE, words.NOT_ALIVE, words.MEND_PLACE)

    def _keys(self) -> Finding:
        """Ask for an order that nobody has: only a bank that knows our seal says so."""
        try:
            self._client.call(STATUS, {"pg_order_id": f"check-{secrets.token_hex(8)}"})
        except BankRefused as refused:
            if refused.because is RefusedBecause.NOT_FOUND:
                return Finding(OK, words.KEYS, words.SIGNED)
            return Finding(PROBLEM, words.KEYS, refused.text, words.MEND_KEYS)
        except BankError as error:
            return Finding(PROBLEM, words.KEYS, str(error), words.MEND_KEYS)
        return Finding(OK, words.KEYS, words.SIGNED)

    def _callbacks(self) -> Finding:
        url = self._settings.callback_url
        is_near = self._settings.is_simulated and is_loopback(url)
        if urlsplit(url).scheme != "https" and not is_near:
            fault = words.NOT_PUBLIC.format(url=url)
            return Finding(PROBLEM, words.CALLBACKS, fault, words.MEND_CALLBACKS)
        return Finding(OK, words.CALLBACKS, words.CALLED_AT.format(url=url))
