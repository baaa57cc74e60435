"""Accounts at banks for staff: how each is, asked anew, suspended and resumed (F2)."""

from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, flash, make_response, request, url_for
from flask_wtf import FlaskForm
from werkzeug.exceptions import NotFound
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from portal.banks.registry import Account
from portal.domain import clock
from portal.domain.card_ports import CardBinding
from portal.domain.errors import AlreadyMoved
from portal.domain.permissions import Permission
from portal.domain.refunds import AccountMode
from portal.jobs import banks as jobs
from portal.jobs.accounts import accounts_taking, banks
from portal.jobs.queue import nudge
from portal.store.bank_cards import bank_states
from portal.store.bank_history import bank_history
from portal.store.bank_states import find_suspension
from portal.store.db import db
from portal.usecases.banks import request_check, resume_account, suspend_account
from portal.web import bank_words as words
from portal.web.access import fresh, requires
from portal.web.fragments import go, is_partial, render
from portal.web.matrix import typed
from portal.web.pulses import pulse, share_words
from portal.web.session import actor
from portal.web.step_ups import draft

bp = Blueprint("banks", __name__, url_prefix="/banks")
#: A page that waits for an answer of a bank asks again after so many seconds, any other seldom.
POLL_SECONDS = 2
SELDOM_SECONDS = 30
SUSPEND, RESUME = "suspend", "resume"
_ACTS = {
    SUSPEND: (suspend_account, words.SUSPENDED_NOW),
    RESUME: (resume_account, words.RESUMED_NOW),
}


class BankForm(FlaskForm):
    """Why an account stops or begins to take payments; the journal keeps it."""

    reason = TextAreaField(
        "Причина",
        [
            InputRequired("Напишите, почему это нужно"),
            Length(min=5, max=500, message="Напишите от 5 до 500 знаков"),
        ],
        filters=[typed],
    )


def _account(name: str) -> Account:
    """Return the account of an address; a name that the settings do not have is no page."""
    account = banks().find(name)
    if account is None:
        raise NotFound
    return account


def _stamp(*facts: object) -> str:
    """Name what a page tells: whoever has seen the same hears of nothing new."""
    return sha256(repr(facts).encode()).hexdigest()[:16]


def _told(page: str, fragment: str, stamp: str, *, is_asking: bool, **context: Any) -> Response:
    """Answer with the page, or with 204 to a poll that has seen all of it."""
    if is_partial() and request.args.get("seen") == stamp:
        return make_response("", 204)
    seconds = POLL_SECONDS if is_asking else SELDOM_SECONDS
    more: dict[str, Any] = {"words": words, "seen": stamp, "share_words": share_words}
    more |= {"is_asking": is_asking, "poll_seconds": seconds}
    return render(page, fragment, **more, **context)


@bp.get("")
@requires(Permission.BANKS_MANAGE)
def show_list() -> Response:
    """Show how every account is; a poll hears only of what is new."""
    now = clock.now()
    states = bank_states(db.session(), now=now)
    cards = [(account, states.of(account.name)) for account in banks()]
    facts = [(one.name, state.facts, words.health(state.check, now)) for one, state in cards]
    return _told(
        "banks/list.html",
        "banks/_cards.html",
        _stamp(facts),
        is_asking=any(state.open_check for _, state in cards),
        cards=cards,
        now=now,
    )


@bp.get("/<string:name>")
@requires(Permission.BANKS_MANAGE)
def show(name: str) -> Response:
    """Show one account whole: its last day, checks, abilities, what befell it, its settings."""
    account, now = _account(name), clock.now()
    state = bank_states(db.session(), now=now).of(name)
    history = bank_history(db.session(), name, now=now)
    stamp = _stamp(state.facts, words.health(state.check, now), history.numbers)
    return _told(
        "banks/show.html",
        "banks/_account.html",
        stamp,
        is_asking=state.open_check is not None,
        account=account,
        state=state,
        history=history,
        pulse=pulse(history.checks, now),
        abilities=words.ability_rows(
            account.connector.capabilities, unbinds=isinstance(account.connector, CardBinding)
        ),
        now=now,
    )


@bp.post("/<string:name>/check")
@requires(Permission.BANKS_MANAGE)
def check(name: str) -> Response:
    """Write down that somebody wants to know, and ring: a job asks the bank."""
    number = request_check(_account(name).name, actor=actor(), now=clock.now())
    nudge(jobs.check, number)
    if "one" in request.args:
        return go(url_for("banks.show", name=name))
    return go(url_for("banks.show_list"))


def _page(name: str, act: str, form: FlaskForm, *, status: int = 200) -> Response:
    account, is_resuming = _account(name), act == RESUME
    suspension, note = find_suspension(db.session(), name), ""
    if suspension is None and account.mode is not AccountMode.ACTIVE:
        note = words.NOT_CHANGEABLE
    elif is_resuming is (suspension is None):
        note = words.MOVED
    others = accounts_taking(account.currency)
    return render(
        "banks/change.html",
        "banks/_change.html",
        status=status,
        form=form,
        account=account,
        suspension=suspension,
        is_resuming=is_resuming,
        stand_in=next((one for one in others if one.name != name), None),
        note=note,
        words=words,
    )


@bp.get("/<string:name>/<any(suspend,resume):act>")
@requires(Permission.BANKS_MANAGE)
def change_form(name: str, act: str) -> Response:
    """Say what suspending or resuming brings and who hears of it, and ask why."""
    return _page(name, act, BankForm(formdata=draft()))


@bp.post("/<string:name>/<any(suspend,resume):act>")
@requires(Permission.BANKS_MANAGE)
@fresh
def change(name: str, act: str) -> Response:
    """Take no new payments through the account from now on, or take them again."""
    form, account = BankForm(), _account(name)
    if not form.validate_on_submit():
        return _page(name, act, form, status=422)
    if act == SUSPEND and account.mode is not AccountMode.ACTIVE:
        return _page(name, act, form, status=409)
    do, said = _ACTS[act]
    try:
        do(account.name, form.reason.data, actor=actor(), now=clock.now())
    except AlreadyMoved:
        return _page(name, act, form, status=409)
    flash(said, "good")
    return go(url_for("banks.show_list"))
