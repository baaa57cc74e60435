"""Who we are at the bank: the Business customer code and our points of sale (F2)."""

from collections.abc import Mapping

from portal.banks.shared_memory import SharedMemory
from portal.banks.tochka import words
from portal.banks.tochka.client import CUSTOMERS, RETAILERS, TochkaClient, dicts_of
from portal.banks.tochka.settings import TochkaSettings
from portal.domain.ports import BankMisconfigured

_CODE, _POINTS = "customer_code", "points"


def list_businesses(client: TochkaClient) -> list[str]:
    """Return the codes of the Business customers that the token sees; Personal ones take no money.

    Source: tochka.md §3.
    """
    found = dicts_of(client.call(CUSTOMERS).data, "Customer")
    return [
        str(each["customerCode"])
        for each in found
        if each.get("customerType") == "Business" and each.get("customerCode")
    ]


def list_retailers(client: TochkaClient, customer_code: str) -> list[Mapping[str, object]]:
    """Return the company's points of sale (tochka.md §4)."""
    found = client.call(RETAILERS, query={"customerCode": customer_code})
    return dicts_of(found.data, "Retailer")


def is_ready(retailer: Mapping[str, object]) -> bool:
    """Tell whether a point takes payments: registered, and active by a JSON true (tochka.md §4)."""
    return retailer.get("status") == "REG" and retailer.get("isActive") is True


class Merchants:
    """Our codes: from the settings, or asked of the bank and remembered for an hour.

    The memory outlives a forked job: without it every job would ask twice before its own question.
    Which point takes new payments is one question, which points are ours is another: old payments
    stay readable and refundable when their point of sale is closed.
    """

    def __init__(self, client: TochkaClient, settings: TochkaSettings) -> None:
        self._client = client
        self._settings = settings
        self._memory = SharedMemory()

    @property
    def known(self) -> tuple[str | None, frozenset[str] | None]:
        """Our customer code and merchant ids as far as they are known without asking."""
        code = self._settings.customer_code or self._memory.recall(_CODE)
        if self._settings.merchant_id:
            return code, frozenset({self._settings.merchant_id})
        points = self._memory.recall(_POINTS)
        return code, None if points is None else frozenset(each for each, _ in points)

    def customer_code(self) -> str:
        """Return our code; raise BankMisconfigured when there is none, or more than one."""
        code, _ = self.known
        if code is None:
            found = list_businesses(self._client)
            code = _only(found, words.NO_BUSINESS, words.MANY_BUSINESSES)
            self._memory.remember(_CODE, code)
        return code

    def ids(self) -> frozenset[str]:
        """Return the ids of all our points of sale."""
        _, ids = self.known
        return frozenset(each for each, _ in self._points()) if ids is None else ids

    def taking_payments(self) -> str:
        """Return the id of the one point that is ready; raise BankMisconfigured otherwise."""
        if self._settings.merchant_id:
            return self._settings.merchant_id
        ready = [each for each, takes_payments in self._points() if takes_payments]
        return _only(ready, words.NO_MERCHANT, words.MANY_MERCHANTS)

    def _points(self) -> list[tuple[str, bool]]:
        """Return our points of sale, and whether each takes payments.

        Remembered only while one does: who has just made one ready does not want to wait an hour.
        """
        points: list[tuple[str, bool]] | None = self._memory.recall(_POINTS)
        if points is None:
            listed = list_retailers(self._client, self.customer_code())
            points = [(str(p["merchantId"]), is_ready(p)) for p in listed if p.get("merchantId")]
            if any(takes_payments for _, takes_payments in points):
                self._memory.remember(_POINTS, points)
        return points


def _only(found: list[str], none: str, many: str) -> str:
    if len(found) != 1:
        raise BankMisconfigured(many if found else none)
    return found[0]
