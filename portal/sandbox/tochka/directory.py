"""Who the token's owner is: customers and their retail points (tochka.md §3 and §4)."""

from typing import Any

from flask import Blueprint

from portal.sandbox.tochka.envelope import Answer, Refused
from portal.sandbox.tochka.gate import bank_call
from portal.sandbox.tochka.requests import RetailersQuery, read_query
from portal.sandbox.tochka.rules import current_rules
from portal.sandbox.world import World, current_world

PERSONAL_CODE = "300000091"

directory = Blueprint("directory", __name__)


@directory.get("/open-banking/v1.0/customers")
@bank_call("customers", "ReadCustomerData")
def list_customers() -> Answer:
    """Answer with a person first and the company second: the caller has to choose."""
    return Answer({"Customer": _customers(current_world())})


@directory.get("/open-banking/v1.0/customers/<customer_code>")
@bank_call("customer", "ReadCustomerData")
def show_customer(customer_code: str) -> Answer:
    """Answer with one customer, unwrapped; raises Refused for a stranger."""
    for customer in _customers(current_world()):
        if customer["customerCode"] == customer_code:
            return Answer(customer)
    raise Refused(403)


@directory.get("/acquiring/v1.0/retailers")
@bank_call("retailers", "ReadAcquiringData")
def list_retailers() -> Answer:
    """Answer with the points of a customer; a person has none."""
    world = current_world()
    code = read_query(RetailersQuery).customer_code
    check_customer(world, code)
    has_point = code == world.settings.customer_code
    return Answer({"Retailer": [_retailer(world)] if has_point else []})


def check_customer(world: World, customer_code: str) -> None:
    """Raise Refused with 403 for a customer outside the consent (tochka.md §13)."""
    if customer_code not in (world.settings.customer_code, PERSONAL_CODE):
        raise Refused(403)


def check_merchant(world: World, customer_code: str, merchant_id: str | None) -> str:
    """Return the point to take the payment; raises Refused with 403 for a foreign one."""
    own = world.settings.merchant_id
    if customer_code != world.settings.customer_code or merchant_id not in (None, own):
        raise Refused(403)
    return own


def _customers(world: World) -> list[dict[str, Any]]:
    person = {
        "customerCode": PERSONAL_CODE,
        "customerType": "Personal",
        "isResident": True,
        "taxCode": "660000000000",
        "fullName": "Примеров Пример Примерович",
    }
    company = {
        "customerCode": world.settings.customer_code,
        "customerType": "Business",
        "isResident": True,
        "taxCode": "6600000000",
        "shortName": "ООО «Пример»",
        "fullName": "Общество с ограниченной ответственностью «Пример»",
        "kpp": "668501001",
        "customerOgrn": "1196600000000",
    }
    return [person, company]


def _retailer(world: World) -> dict[str, Any]:
    rules = current_rules(world)
    point = {
        "status": rules.retailer_status,
        "isActive": rules.retailer_active,
        "mcc": "7299",
        "rate": 2.6,
        "name": "Пример",
        "url": "https://example.ru",
        "merchantId": world.settings.merchant_id,
        "terminalId": "20000032",
        "paymentModes": rules.retailer_payment_modes,
    }
    return point if rules.retailer_cashbox is None else {**point, "cashbox": rules.retailer_cashbox}
