"""The way every call goes: seal, ordered fault, key, execution with its journal entry, answer."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Response, current_app, request
from pydantic import BaseModel

from portal.sandbox.connections import AnswerLost, cut_connection
from portal.sandbox.deliveries import hurry
from portal.sandbox.faults import Fault, take_fault
from portal.sandbox.freedompay.bends import BENDS
from portal.sandbox.freedompay.operations import Refused
from portal.sandbox.freedompay.outcomes import Done
from portal.sandbox.freedompay.papers import as_answer, as_error, read_paper
from portal.sandbox.freedompay.rules import current_rules
from portal.sandbox.freedompay.seals import is_sealed, with_seal
from portal.sandbox.journal import note
from portal.sandbox.world import World, current_world

CODES_BEFORE = {"system_9999": 9999, "unavailable_10000": 10000, "disabled_9994": 9994}
LOST_AFTER = ("lost_after", "hang_after")
Told = dict[str, str]


class UsedKey(BaseModel):
    """A key of one operation: the same request gets the same answer (§14.9)."""

    asked: dict[str, str]
    message: list[Any]


class LastCall(BaseModel):
    """When the merchant called last."""

    at: datetime


Execute = Callable[..., Done]


def bank_call(name: str) -> Callable[[Execute], Callable[..., Response]]:
    """Turn a function that executes a call into a view behind the gate."""

    def behind_gate(execute: Execute) -> Callable[..., Response]:
        @wraps(execute)
        def view(**path: str) -> Response:
            return _pass(name, execute, path)

        return view

    return behind_gate


def _pass(name: str, execute: Execute, path: dict[str, str]) -> Response:
    world = current_world()
    fault = None
    try:
        told = _told(world, path)
        fault = take_fault(world.store, "freedompay", name, told.get("pg_payment_id"))
        done = _execute(world, name, execute, told, fault)
    except Refused as refused:
        _note_refusal(world, name, fault, 200)
        return as_error(refused.code, refused.text)
    except AnswerLost:
        _note_refusal(world, name, fault, None)
        return cut_connection()
    return _answer(world, fault, done)


def _told(world: World, path: dict[str, str]) -> Told:
    """Return what was sent, once its seal and its sender are right; raises Refused."""
    pairs = [(n, v) for n in request.values for v in request.values.getlist(n)]
    if any(n == "pg_xml" for n, _ in pairs):
        try:
            pairs = read_paper(dict(pairs)["pg_xml"])
        except ValueError:
            raise Refused(9403, "Неверный XML") from None
    script = request.path.rpartition("/")[2]
    told = {n: str(v) for n, v in pairs}
    if len({n for n, _ in pairs}) != len(pairs):
        raise Refused(9403, "Параметр указан дважды")
    merchant_id = world.settings.freedompay_merchant_id
    if {told.get("pg_merchant_id"), path.get("merchant_id", merchant_id)} != {merchant_id}:
        raise Refused(9997, "Неверный номер магазина")
    if not is_sealed(script, pairs, world.settings.freedompay_secret):
        raise Refused(9998, "Некорректная подпись запроса")
    if not told.get("pg_salt"):
        raise Refused(9403, "Не указан параметр pg_salt")
    _keep_the_gap(world)
    return told


def _keep_the_gap(world: World) -> None:
    """Refuse a call that comes too soon after the last one, when the bank is strict (§3.1)."""
    gap, now = current_rules(world).min_gap_seconds, world.now()
    last = world.store.find(LastCall, "freedompay")
    world.store.put("freedompay", LastCall(at=now))
    if gap and last is not None and (now - last.at).total_seconds() < gap:
        raise Refused(10000, "Слишком частые запросы")


def _execute(world: World, name: str, execute: Execute, told: Told, fault: Fault | None) -> Done:
    _refuse_early(fault)
    with world.store.transaction():
        done = _once(world, name, execute, told)
        _bend(world, fault, done)
        note(
            world,
            "freedompay",
            name,
            operation_id=done.payment_id,
            amount_minor=done.amount_minor,
            executed=done.executed,
            status=None if fault and fault.fault in LOST_AFTER else 200,
            fault=fault.fault if fault else None,
            details=done.details,
        )
    return done


def _refuse_early(fault: Fault | None) -> None:
    name = fault.fault if fault else ""
    if name == "lost_before":
        raise AnswerLost
    if name in CODES_BEFORE:
        raise Refused(CODES_BEFORE[name], "Ошибка системы")
    if name == "refuse":
        raise Refused(10012, "Операция отклонена")


def _once(world: World, name: str, execute: Execute, told: Told) -> Done:
    """Execute once for each key; the same key with other words is refused (§14.9)."""
    key = told.get("pg_idempotency_key", "")
    if not key or (name == "revoke" and not current_rules(world).honours_keys_of_refunds):
        return execute(world, told)
    asked = {n: v for n, v in told.items() if n not in {"pg_salt", "pg_sig"}}
    used = world.store.find(UsedKey, key)
    if used is None:
        done = execute(world, told)
        world.store.put(key, UsedKey(asked=asked, message=done.message))
        return done
    if used.asked != asked:
        raise Refused(9403, "Ключ идемпотентности уже использован")
    message = [(n, v) for n, v in used.message]
    return Done(message, dict(message).get("pg_payment_id"), executed=False)


def _bend(world: World, fault: Fault | None, done: Done) -> None:
    """Play the faults that change what is shown, or when."""
    if fault is not None and fault.fault in BENDS:
        BENDS[fault.fault](world, fault, done)


def _answer(world: World, fault: Fault | None, done: Done) -> Response:
    """Play the faults that come after the execution, seal the answer and send it."""
    name = fault.fault if fault else ""
    if fault is not None and name in ("slow", "hang_after"):
        time.sleep(fault.seconds)
    if name == "callback_first":
        hurry(current_world(), done.payment_id)
        current_app.extensions["postman"].send_due()
    if name in LOST_AFTER or done.is_cut:
        return cut_connection()
    if name == "edge_403_after":
        return Response("<html><body>403 Forbidden</body></html>", 403, mimetype="text/html")
    if name == "unsigned_ok":
        return as_answer(done.message)
    script = None if name == "bare_signature" else request.path.rpartition("/")[2]
    secret = world.settings.freedompay_secret
    sealed = with_seal(script, done.message, f"not {secret}" if name == "wrong_seal" else secret)
    response = as_answer(sealed)
    if name == "malformed":
        body = response.get_data()
        response.set_data(body[: len(body) // 2])
    return response


def _note_refusal(world: World, name: str, fault: Fault | None, status: int | None) -> None:
    note(
        world,
        "freedompay",
        name,
        executed=False,
        status=status,
        fault=fault.fault if fault else None,
    )
