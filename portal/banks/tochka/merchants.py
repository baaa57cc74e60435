"""Who we are at the bank: the Business customer code and our points of sale (F2)."""

from collections.abc import Mapping

from portal.banks.tochka import words
from portal.banks.tochka.client import CUSTOMERS, RETAILERS, TochkaClient, dicts_of
from portal.banks.tochka.settings import TochkaSettings
from portal.domain.ports import BankMisconfigured


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
    """Our codes: from the settings, or asked of the bank once and remembered.

    Which point takes new payments is one question, which points are ours is another: old payments
    stay readable and refundable when their point of sale is closed.
    """

    def __init__(self, client: TochkaClient, settings: TochkaSettings) -> None:
        self._client = client
        self._customer_code = settings.customer_code
        self._taking = settings.merchant_id
        self._ids = frozenset({settings.merchant_id}) if settings.merchant_id else None

    @property
    def known(self) -> tuple[str | None, frozenset[str] | None]:
        """Our customer code and merchant ids as far as they are known without asking."""
        return self._customer_code, self._ids

    def customer_code(self) -> str:
        """Return our code; raise BankMisconfigured when there is none, or more than one."""
        if self._customer_code is None:
            found = list_businesses(self._client)
            self._customer_code = _only(found, words.NO_BUSINESS, words.MANY_BUSINESSES)
        return self._customer_code

    def ids(self) -> frozenset[str]:
        """Return the ids of all our points of sale."""
        if self._ids is None:
            self._ids = frozenset(_ids(self._retailers()))
        return self._ids

    def taking_payments(self) -> str:
        """Return the id of the one point that is ready; raise BankMisconfigured otherwise."""
        if self._taking is None:
            ready = _ids([each for each in self._retailers() if is_ready(each)])
            self._taking = _only(ready, words.NO_MERCHANT, words.MANY_MERCHANTS)
        return self._taking

    def _retailers(self) -> list[Mapping[str, object]]:
        return list_retailers(self._client, self.customer_code())


def _ids(retailers: list[Mapping[str, object]]) -> list[str]:
    return [str(each["merchantId"]) for each in retailers if each.get("merchantId")]


def _only(found: list[str], none: str, many: str) -> str:
    if len(found) != 1:
        raise BankMisconfigured(many if found else none)
    return found[0]
