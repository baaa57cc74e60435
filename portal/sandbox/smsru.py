"""The simulated SMS.ru: one call that takes an SMS, and a page of what was taken.

Written from sms.ru/api/send alone. Stricter than life: one number of 11 to 15 digits, no plus.
"""

import re
import time
from datetime import datetime

from flask import Blueprint, Response, jsonify, render_template, request
from pydantic import BaseModel
from werkzeug.wrappers import Response as Answer

from portal.sandbox.connections import cut_connection
from portal.sandbox.faults import Fault, take_fault
from portal.sandbox.journal import note
from portal.sandbox.world import World, current_world

SHOWN = 100
#: Eight parts of 67 characters, the most that they take; a single one may have 70.
MAX_CHARACTERS = 8 * 67
NUMBER = re.compile(r"\d{11,15}", re.ASCII)
TAKEN, WRONG_KEY, NO_MONEY, WRONG_PHONE, NO_TEXT, TOO_LONG, NOT_POST = (
    100,
    200,
    201,
    202,
    203,
    205,
    210,
)
TEXTS = {
    WRONG_KEY: "Неправильный api_id",
    NO_MONEY: "Не хватает средств на лицевом счету",
    WRONG_PHONE: "Неправильно указан номер телефона получателя",
    NO_TEXT: "Нет текста сообщения",
    TOO_LONG: "Сообщение слишком длинное (превышает 8 СМС)",
    209: "Вы добавили этот номер (или один из номеров) в стоп-лист",
    NOT_POST: "Используется GET, где необходимо использовать POST",
    220: "Сервис временно недоступен, попробуйте чуть позже",
    230: "Превышен общий лимит количества сообщений на этот номер в день",
}
#: What is refused of the whole call, and what of one number in a call that was right.
OF_THE_CALL = {"no_money_201": NO_MONEY, "busy_220": 220}
OF_THE_NUMBER = {"wrong_phone_202": WRONG_PHONE, "stop_list_209": 209, "too_often_230": 230}
smsru = Blueprint("smsru", __name__)


class TakenSms(BaseModel):
    """An SMS that would be on its way."""

    sms_id: str
    to: str
    text: str
    at: datetime


@smsru.get("/smsru/sms/send")
def refuse_get() -> Answer:
    """Refuse what would leave a number and a key in addresses."""
    return _no(NOT_POST)


@smsru.post("/smsru/sms/send")
def send() -> Answer:
    """Take an SMS: right key, one number, a text that is not too long."""
    world = current_world()
    fault = take_fault(world.store, "smsru", "send", None)
    name = fault.fault if fault else ""
    before = _play_before(fault)
    if before is not None:
        note(world, "smsru", "send", executed=False, status=before.status_code, fault=name)
        return before
    code = OF_THE_CALL.get(name) or _wrong(world)
    answer = _no(code) if code else _take(world, OF_THE_NUMBER.get(name))
    note(world, "smsru", "send", executed=_is_taken(answer), status=200, fault=name or None)
    return _play_after(fault) or answer


def _wrong(world: World) -> int:
    """Return the code of what is wrong with the whole call, 0 when it is right."""
    if request.form.get("api_id") != world.settings.smsru_api_id:
        return WRONG_KEY
    text = request.form.get("msg", "")
    if not text.strip():
        return NO_TEXT
    return TOO_LONG if len(text) > MAX_CHARACTERS else 0


def _take(world: World, refused: int | None) -> Answer:
    to = request.form.get("to", "")
    code = refused or (TAKEN if NUMBER.fullmatch(to) else WRONG_PHONE)
    if code != TAKEN:
        mine: dict[str, object] = {"status": "ERROR", "status_code": code}
        return _told({to: mine | {"status_text": TEXTS[code]}})
    sms_id = f"202648-{1000000 + world.store.next_number('sms')}"
    sms = TakenSms(sms_id=sms_id, to=to, text=request.form["msg"], at=world.now())
    world.store.put(sms_id, sms)
    return _told({to: {"status": "OK", "status_code": TAKEN, "sms_id": sms_id}})


def _told(numbers: dict[str, dict[str, object]]) -> Answer:
    if request.form.get("json") != "1":
        return Response("100\n", mimetype="text/plain")
    answer = {"status": "OK", "status_code": TAKEN, "sms": numbers, "balance": 4122.56}
    return jsonify(answer)


def _no(code: int) -> Answer:
    return jsonify({"status": "ERROR", "status_code": code, "status_text": TEXTS[code]})


def _is_taken(answer: Answer) -> bool:
    return b"sms_id" in answer.get_data()


def _play_before(fault: Fault | None) -> Answer | None:
    name = fault.fault if fault else ""
    if name == "lost_before":
        return cut_connection()
    if name == "status_500":
        return Response("Internal Server Error", 500, mimetype="text/plain")
    return None


def _play_after(fault: Fault | None) -> Answer | None:
    name = fault.fault if fault else ""
    if fault is not None and name in ("slow", "hang_after"):
        time.sleep(fault.seconds)
    if name in ("lost_after", "hang_after"):
        return cut_connection()
    return (
        Response('{"status": "OK", "st', mimetype="application/json")
        if name == "malformed"
        else None
    )


@smsru.get("/sms/")
def show() -> str:
    """Show the newest SMS as their readers would see them."""
    taken = current_world().store.list_all(TakenSms)[: -SHOWN - 1 : -1]
    return render_template("sandbox/sms.html", taken=taken)
