"""The faults a test can order: what goes wrong, in which call, how many times."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from portal.sandbox.store import Store

TOCHKA_CALLS = """
customers customer retailers create info list registry refund capture
subscribe subscriptions charge subscription_status
webhook_put webhook_post webhook_get webhook_delete webhook_test
"""
FREEDOMPAY_CALLS = """
init_payment get_status3 revoke cancel do_capture
card_add card_list card_remove card_init card_direct
"""
CALLS = {
    "tochka": frozenset(TOCHKA_CALLS.split()),
    "freedompay": frozenset(FREEDOMPAY_CALLS.split()),
    "yandex": frozenset({"authorize", "token", "info"}),
    "smsru": frozenset({"send"}),
}
STATUS_BEFORE = {"status_400": 400, "status_403": 403, "status_404": 404, "status_424": 424}
STATUS_BEFORE |= {"status_500": 500, "status_502_html": 502}
STATUS_AFTER = {"status_424_after": 424, "status_500_after": 500}
ANY_CALL = frozenset({*STATUS_BEFORE, *STATUS_AFTER, "malformed", "slow"})
ANY_CALL |= {"lost_before", "lost_after", "hang_after"}
WEBHOOK = frozenset({"lost", "duplicate", "reorder", "late", "bad_signature"})
PARTICULAR = {
    "refuse": frozenset({"refund", "create", "charge", "subscribe"}),
    "late_refund": frozenset({"refund"}),
    "wrong_amount": frozenset({"info", "list"}),
    "unknown_status": frozenset({"info", "list"}),
}


#: What any call to Yandex may meet, and what only one of them may.
AT_YANDEX = frozenset({"status_400", "status_500", "status_502_html", "slow", "hang_after"})
YANDEX_FAULTS = {
    "authorize": AT_YANDEX | {"denied"},
    "token": AT_YANDEX | {"redirect", "no_token", "odd_token_type"},
    "info": AT_YANDEX | {"wrong_client", "no_id", "other_account"},
}


#: What the one call to SMS.ru may meet.
AT_SMSRU = frozenset({"status_500", "malformed", "slow", "lost_before", "lost_after", "hang_after"})
AT_SMSRU |= {"no_money_201", "wrong_phone_202", "stop_list_209", "busy_220", "too_often_230"}

#: What any call to Freedom Pay may meet, what only one of them may, and its webhooks.
AT_FREEDOMPAY = frozenset({"lost_before", "lost_after", "hang_after", "slow", "malformed"})
AT_FREEDOMPAY |= {"edge_403_after", "system_9999", "unavailable_10000", "disabled_9994"}
AT_FREEDOMPAY |= {"unsigned_ok", "wrong_seal"}
FREEDOMPAY_FAULTS = {
    "refuse": frozenset({"revoke", "init_payment", "card_init", "card_direct"}),
    "late_refund": frozenset({"revoke"}),
    "failed_refund": frozenset({"revoke"}),
    "callback_first": frozenset({"card_direct"}),
    "bare_signature": frozenset({"card_init", "card_direct"}),
    "wrong_amount": frozenset({"get_status3"}),
    "unknown_status": frozenset({"get_status3"}),
    "short_amounts": frozenset({"get_status3"}),
    "capture_lag": frozenset({"get_status3"}),
}
FREEDOMPAY_WEBHOOK = WEBHOOK | {"other_amount", "extra_fields"}


class FaultOrder(BaseModel):
    """A fault as ordered; a misspelt call or fault is refused rather than silently unused."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    bank: str = "tochka"
    call: str
    fault: str
    times: int = Field(1, ge=1)
    seconds: float = Field(0, ge=0, le=86400)
    operation_id: str | None = None

    @model_validator(mode="after")
    def check_names(self) -> Self:
        """Raise ValueError for a bank, call or fault that nobody would ever meet."""
        if self.bank not in CALLS or self.call not in CALLS[self.bank] | {"*", "webhook"}:
            raise ValueError(f"unknown bank or call: {self.bank} {self.call}")
        if self.fault not in _faults_of(self.bank, self.call):
            raise ValueError(f"{self.call} knows no fault {self.fault}")
        return self


class Fault(FaultOrder):
    """A fault that waits for its call; `times` counts down."""

    id: str


def plan_fault(store: Store, order: FaultOrder) -> Fault:
    """Remember an ordered fault until its calls have come."""
    fault = Fault(id=str(store.next_number("faults")), **order.model_dump())
    store.put(fault.id, fault)
    return fault


def take_fault(store: Store, bank: str, call: str, operation_id: str | None) -> Fault | None:
    """Return the oldest fault that fits this call and count it down, or nothing."""
    with store.transaction():
        for fault in store.list_all(Fault):
            if _fits(fault, bank, call, operation_id):
                _count_down(store, fault)
                return fault
    return None


def _fits(fault: Fault, bank: str, call: str, operation_id: str | None) -> bool:
    right_call = fault.call == call or (fault.call == "*" and call != "webhook")
    right_operation = fault.operation_id in (None, operation_id)
    return fault.bank == bank and right_call and right_operation


def _count_down(store: Store, fault: Fault) -> None:
    if fault.times == 1:
        store.delete(Fault, fault.id)
        return
    store.put(fault.id, fault.model_copy(update={"times": fault.times - 1}))


def _faults_of(bank: str, call: str) -> frozenset[str]:
    if bank == "yandex":
        return YANDEX_FAULTS.get(call, AT_YANDEX)
    if bank == "smsru":
        return AT_SMSRU if call != "webhook" else frozenset()
    if bank == "freedompay":
        return _at_freedompay(call)
    if call == "webhook":
        return WEBHOOK
    return ANY_CALL | {fault for fault, calls in PARTICULAR.items() if call in calls}


def _at_freedompay(call: str) -> frozenset[str]:
    if call == "webhook":
        return FREEDOMPAY_WEBHOOK
    particular = {fault for fault, calls in FREEDOMPAY_FAULTS.items() if call in calls}
    return AT_FREEDOMPAY | particular
