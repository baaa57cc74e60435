"""The way every API call goes: token, ordered fault, execution with its journal entry, answer."""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps

from flask import Response, request

from portal.sandbox.connections import AnswerLost, cut_connection
from portal.sandbox.faults import STATUS_AFTER, STATUS_BEFORE, Fault, take_fault
from portal.sandbox.journal import note
from portal.sandbox.tochka.envelope import Answer, Refused, as_refusal, as_response
from portal.sandbox.tochka.operations import find_operation, keep
from portal.sandbox.tochka.rules import current_rules
from portal.sandbox.world import World, current_world

Execute = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Call:
    """One method of the API: `rehearse` runs before, outside the transaction; `decline` says no."""

    name: str
    permission: str
    execute: Execute
    rehearse: Callable[..., None] | None = None
    decline: Execute | None = None


def bank_call(
    name: str,
    permission: str,
    *,
    rehearse: Callable[..., None] | None = None,
    decline: Execute | None = None,
) -> Callable[[Execute], Callable[..., Response]]:
    """Turn a function that executes a call into a view behind the gate."""

    def behind_gate(execute: Execute) -> Callable[..., Response]:
        call = Call(name, permission, execute, rehearse, decline)

        @wraps(execute)
        def view(**path: str) -> Response:
            return pass_gate(call, path)

        return view

    return behind_gate


def pass_gate(call: Call, path: dict[str, str]) -> Response:
    """Serve one call; what was executed is journalled in the transaction that executed it."""
    world = current_world()
    fault = None
    try:
        check_token(world, call.permission)
        fault = take_fault(world.store, "tochka", call.name, path.get("operation_id"))
        answer = _execute(world, call, fault, path)
    except Refused as refusal:
        _note_refusal(world, call, fault, path, refusal.status)
        return as_refusal(refusal.status, refusal.message)
    except AnswerLost:
        _note_refusal(world, call, fault, path, None)
        return cut_connection()
    return _tell(fault, answer)


def check_token(world: World, permission: str) -> None:
    """Raise Refused with 403 for a foreign token or one without the permission (tochka.md §13)."""
    told = request.headers.get("Authorization", "")
    is_ours = hmac.compare_digest(told.encode(), f"Bearer {world.settings.token}".encode())
    if not is_ours or permission not in current_rules(world).token_permissions:
        raise Refused(403)


def _execute(world: World, call: Call, fault: Fault | None, path: dict[str, str]) -> Answer:
    declined = _refuse_early(call, fault)
    if call.rehearse is not None:
        call.rehearse(**path)
    with world.store.transaction():
        execute = call.decline if declined and call.decline else call.execute
        answer = _bend(world, fault, execute(**path))
        note(
            world,
            "tochka",
            call.name,
            operation_id=answer.operation_id,
            amount_minor=answer.amount_minor,
            executed=answer.executed,
            status=_status_told(fault),
            fault=fault.fault if fault else None,
            details=answer.details,
        )
    return answer


def _refuse_early(call: Call, fault: Fault | None) -> bool:
    """Play the faults before the execution; True asks for a refusal worded as an answer."""
    name = fault.fault if fault else ""
    if name == "lost_before":
        raise AnswerLost
    if name in STATUS_BEFORE:
        raise Refused(STATUS_BEFORE[name])
    if name == "refuse" and call.decline is None:
        raise Refused(400)
    return name == "refuse"


def _bend(world: World, fault: Fault | None, answer: Answer) -> Answer:
    """Play the faults that change what is shown, or when."""
    name = fault.fault if fault else ""
    if fault is not None and name == "late_refund" and answer.executed:
        _postpone_last_line(world, answer.operation_id or "", fault.seconds)
    shown = answer.data.get("Operation", [])
    if name == "wrong_amount":
        shown = [{**each, "amount": each["amount"] + 1} for each in shown]
    if name == "unknown_status":
        shown = [{**each, "status": "UNDER_REVIEW"} for each in shown]
    return replace(answer, data={**answer.data, "Operation": shown}) if shown else answer


def _postpone_last_line(world: World, operation_id: str, seconds: float) -> None:
    operation = find_operation(world, operation_id)
    if operation is not None:
        line = operation.orders[-1]
        line.visible_at = world.now(seconds)
        line.settled_at = max(line.settled_at, line.visible_at)
        keep(world, operation)


def _status_told(fault: Fault | None) -> int | None:
    name = fault.fault if fault else ""
    return None if name in ("lost_after", "hang_after") else STATUS_AFTER.get(name, 200)


def _tell(fault: Fault | None, answer: Answer) -> Response:
    """Play the faults that come after the execution, and answer."""
    name = fault.fault if fault else ""
    if fault is not None and name in ("slow", "hang_after"):
        time.sleep(fault.seconds)
    if name in ("lost_after", "hang_after"):
        return cut_connection()
    if name in STATUS_AFTER:
        return as_refusal(STATUS_AFTER[name])
    response = as_response(answer)
    if name == "malformed":
        body = response.get_data()
        response.set_data(body[: len(body) // 2])
    return response


def _note_refusal(
    world: World, call: Call, fault: Fault | None, path: dict[str, str], status: int | None
) -> None:
    note(
        world,
        "tochka",
        call.name,
        operation_id=path.get("operation_id"),
        executed=False,
        status=status,
        fault=fault.fault if fault else None,
    )
