"""Calls to Tochka's API: the envelope, and what each HTTP status means (tochka.md §2.3, §13)."""

from collections.abc import Mapping
from typing import Any

from portal.banks.http import Answer, BankHTTP, Call
from portal.banks.tochka.settings import TochkaSettings
from portal.domain.ports import (
    BankMisconfigured,
    BankRefused,
    BankUnavailable,
    RefusedBecause,
)

#: How the bank says that an order number is taken: it answers 424 for this too.
_DUPLICATE = ("существует", "already exist", "duplicate")
#: How the bank says that it does not know an operation: 424 again.
_UNKNOWN = ("не найден", "not found", "does not exist", "не существует")


class TochkaClient:
    """One token at one base URL; answers are the ``Data`` of the envelope."""

    def __init__(self, settings: TochkaSettings) -> None:
        self._http = BankHTTP(
            settings.base_url,
            settings.token.get_secret_value(),
            timeout_seconds=settings.timeout_seconds,
            ca_bundle=settings.ca_bundle,
        )

    def call(self, call: Call) -> Mapping[str, Any]:
        """Send a call and return its ``Data``.

        Raises BankRefused for a definite no, BankMisconfigured for a wrong token or path,
        BankUnavailable for everything that leaves the outcome open.
        """
        answer = self._http.send(call)
        if answer.status != 200:
            raise _error(call, answer)
        data = answer.json.get("Data") if isinstance(answer.json, dict) else None
        if not isinstance(data, dict):
            raise BankUnavailable(f"{call.name}: 200 without Data", sent=call.is_write)
        return data


def _error(call: Call, answer: Answer) -> Exception:
    words = _words(answer)
    if answer.status in (400, 404):
        because = RefusedBecause.INVALID if answer.status == 400 else RefusedBecause.NOT_FOUND
        return BankRefused(because, words)
    if answer.status in (401, 403):
        return _forbidden(call, answer.status, words)
    if answer.status == 501:
        return BankMisconfigured(f"{call.name}: банк не знает такого адреса (501)")
    if answer.status == 429:
        return BankUnavailable(f"{call.name}: too often (429)", sent=False)
    return _dependency(call, answer.status, words)


def _forbidden(call: Call, status: int, words: str) -> Exception:
    text = f"нет доступа ({status}): {words}"
    if call.is_write:
        return BankRefused(RefusedBecause.FORBIDDEN, text)
    return BankMisconfigured(f"{call.name}: {text}")


def _dependency(call: Call, status: int, words: str) -> Exception:
    """424 means duplicate, unknown and "a dependency failed": only the words tell them apart."""
    lowered = words.lower()
    if status == 424 and call.name == "create" and any(word in lowered for word in _DUPLICATE):
        return BankRefused(RefusedBecause.DUPLICATE, words)
    if status == 424 and not call.is_write and any(word in lowered for word in _UNKNOWN):
        return BankRefused(RefusedBecause.NOT_FOUND, words)
    return BankUnavailable(f"{call.name}: {status}", sent=call.is_write)


def _words(answer: Answer) -> str:
    """Return the bank's own explanation and the id that its support asks for."""
    body = answer.json
    if not isinstance(body, dict):
        return "ответ без объяснения"
    errors = body.get("Errors")
    inner = [
        str(error.get("message"))
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict) and error.get("message")
    ]
    said = "; ".join(inner) or str(body.get("message") or "ответ без объяснения")
    return f"{said[:500]} (обращение {str(body.get('id', ''))[:40]})"
