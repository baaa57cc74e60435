"""Reading operations: one, many, and the registry of enrolments (tochka.md §8)."""

from datetime import timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request

from portal.sandbox.clock import in_iso
from portal.sandbox.tochka.directory import check_customer, check_merchant
from portal.sandbox.tochka.envelope import Answer, Refused
from portal.sandbox.tochka.gate import bank_call
from portal.sandbox.tochka.operations import FINAL, Operation, find_operation, status_of
from portal.sandbox.tochka.requests import ListQuery, RegistryQuery, read_query
from portal.sandbox.tochka.rules import current_rules
from portal.sandbox.tochka.views import show_operation
from portal.sandbox.world import World, current_world

# The bank does not say whose days the dates are; the simulator takes Moscow's.
MOSCOW = timezone(timedelta(hours=3))
COMMISSION_PER_MILLE = 26

reading = Blueprint("reading", __name__)


@reading.get("/acquiring/v1.0/payments/<operation_id>")
@bank_call("info", "ReadAcquiringData")
def info(operation_id: str) -> Answer:
    """Answer with one operation, still in an array."""
    world = current_world()
    operation = get_operation(world, operation_id)
    return Answer({"Operation": [show_operation(operation, world.now())]}, operation_id)


@reading.get("/acquiring/v1.0/payments")
@bank_call("list", "ReadAcquiringData")
def list_operations() -> Answer:
    """Answer with a page of the customer's operations, the newest first."""
    world = current_world()
    query = read_query(ListQuery)
    check_customer(world, query.customer_code)
    found = [each for each in _newest_first(world, query) if _is_asked(each, query)]
    pages = max(1, -(-len(found) // query.per_page))
    start = (query.page - 1) * query.per_page
    shown = found[start : start + query.per_page]
    return Answer({"Operation": shown}, pages=pages, links=_links(world, query.page, pages))


@reading.get("/acquiring/v1.0/registry")
@bank_call("registry", "ReadAcquiringData")
def registry() -> Answer:
    """Answer with what was enrolled on a day; today's cards are still being processed."""
    world = current_world()
    query = read_query(RegistryQuery)
    check_customer(world, query.customer_code)
    check_merchant(world, query.customer_code, query.merchant_id)
    groups: dict[str, list[dict[str, Any]]] = {}
    for operation in world.store.list_all(Operation):
        if _is_enrolled(world, operation, query):
            lines = groups.setdefault(operation.payment_type or "", [])
            lines.append(_registry_line(world, operation))
    return Answer({"Registry": [_registry_group(kind, lines) for kind, lines in groups.items()]})


def get_operation(world: World, operation_id: str) -> Operation:
    """Return an operation; raises Refused, by default with 424 (tochka.md §0.8)."""
    operation = find_operation(world, operation_id)
    if operation is None:
        raise Refused(current_rules(world).unknown_operation_status, "Operation is not found")
    return operation


def _newest_first(world: World, query: ListQuery) -> list[dict[str, Any]]:
    now = world.now()
    days = (query.from_date, query.to_date)
    found = []
    for operation in world.store.list_where(Operation, "customer_code", query.customer_code):
        if operation.recurring:
            continue
        day = operation.created_at.astimezone(MOSCOW).date()
        if (days[0] is None or days[0] <= day) and (days[1] is None or day <= days[1]):
            found.append(show_operation(operation, now))
    return found[::-1]


def _is_asked(shown: dict[str, Any], query: ListQuery) -> bool:
    return query.status in (None, shown["status"])


def _links(world: World, page: int, pages: int) -> dict[str, str]:
    numbers = {"first": 1, "last": pages}
    if page > 1:
        numbers["prev"] = page - 1
    if page < pages:
        numbers["next"] = page + 1
    address = world.settings.base_url + request.path + "?"
    query = request.args.to_dict()
    return {
        name: address + urlencode({**query, "page": number}) for name, number in numbers.items()
    }


def _is_enrolled(world: World, operation: Operation, query: RegistryQuery) -> bool:
    now = world.now()
    if status_of(operation, now) not in FINAL or operation.paid_at is None:
        return False
    if query.payment_id not in (None, operation.payment_id):
        return False
    day = operation.paid_at.astimezone(MOSCOW).date()
    is_processed = operation.payment_type == "sbp" or day < now.astimezone(MOSCOW).date()
    return day == query.date and is_processed


def _registry_line(world: World, operation: Operation) -> dict[str, Any]:
    commission_minor = operation.amount_minor * COMMISSION_PER_MILLE // 1000
    return {
        "purpose": operation.purpose,
        "status": status_of(operation, world.now()),
        "amount": operation.amount_minor / 100,
        "operationId": operation.operation_id,
        "paymentLink": operation.payment_link,
        "time": in_iso(operation.paid_at or operation.created_at),
        "number": operation.payment_link_id,
        "commission": commission_minor / 100,
        "enrollmentAmount": (operation.amount_minor - commission_minor) / 100,
    }


def _registry_group(payment_type: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    total_minor = sum(round(line["amount"] * 100) for line in lines)
    return {"paymentType": payment_type, "totalAmount": total_minor / 100, "payments": lines}
