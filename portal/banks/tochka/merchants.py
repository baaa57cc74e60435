"""Who we are at the bank: the Business customer code and a merchant that is ready (F2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.banks.http import Call
from portal.banks.tochka.client import TochkaClient
from portal.banks.tochka.settings import TochkaSettings
from portal.domain.ports import BankMisconfigured


@dataclass(frozen=True, slots=True)
class Merchant:
    """Our customer code and merchant id."""

    codes: tuple[str, str]


def customers(client: TochkaClient) -> list[Mapping[str, Any]]:
    """Return the companies that the token sees (§3)."""
    return _list(client, Call("customers", "GET", "/open-banking/v1.0/customers"), "Customer")


def retailers(client: TochkaClient, customer_code: str) -> list[Mapping[str, Any]]:
    """Return the company's points of sale (§4)."""
    call = Call(
        "retailers", "GET", "/acquiring/v1.0/retailers", params={"customerCode": customer_code}
    )
    return _list(client, call, "Retailer")


def _list(client: TochkaClient, call: Call, name: str) -> list[Mapping[str, Any]]:
    found = client.call(call).get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def business_codes(found: list[Mapping[str, Any]]) -> list[str]:
    """Return the codes of the Business customers: only they can take payments."""
    return [str(one["customerCode"]) for one in found if one.get("customerType") == "Business"]


def is_ready(retailer: Mapping[str, Any]) -> bool:
    """Tell whether a point can take payments: registered, and active (a JSON true, §4)."""
    return retailer.get("status") == "REG" and retailer.get("isActive") is True


def find_merchant(client: TochkaClient, settings: TochkaSettings) -> Merchant:
    """Return our codes from the settings, or from the bank where the settings leave them out.

    Raises BankMisconfigured when there is none, or more than one to choose from.
    """
    if settings.customer_code and settings.merchant_id:
        return Merchant((settings.customer_code, settings.merchant_id))
    code = settings.customer_code or _only(
        business_codes(customers(client)), "компаний типа Business", "CUSTOMER_CODE"
    )
    ready = [
        str(one["merchantId"])
        for one in retailers(client, code)
        if is_ready(one) and one.get("merchantId")
    ]
    merchant = settings.merchant_id or _only(ready, "готовых торговых точек", "MERCHANT_ID")
    return Merchant((code, merchant))


def _only(found: list[str], what: str, setting: str) -> str:
    if len(found) != 1:
        raise BankMisconfigured(f"{what}: {len(found)}; укажите {setting} в настройках")
    return found[0]
