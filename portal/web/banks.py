"""Accounts at banks for staff: how each is, asked anew, suspended and resumed (F2)."""

from flask import Blueprint, Response, flash, make_response, redirect, url_for
from flask_wtf import FlaskForm
from werkzeug.exceptions import NotFound
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from portal.banks.registry import Account
from portal.domain import clock
from portal.domain.errors import AlreadyMoved
from portal.domain.permissions import Permission
from portal.domain.refunds import AccountMode
from portal.jobs import banks as jobs
from portal.jobs.accounts import banks
from portal.jobs.queue import nudge
from portal.store.bank_cards import bank_states
from portal.store.bank_states import find_suspension
from portal.store.db import db
from portal.usecases.banks import request_check, resume_account, suspend_account
from portal.web import bank_words as words
from portal.web.access import fresh, requires
from portal.web.fragments import go, is_partial, render
from portal.web.matrix import typed
from portal.web.session import actor
from portal.web.step_ups import draft

bp = Blueprint("banks", __name__, url_prefix="/banks")
#: A page that waits for an answer of a bank asks again after so many seconds.
POLL_SECONDS = 2


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


@bp.get("")
@requires(Permission.BANKS_MANAGE)
def show_list() -> Response:
    """Show how every account is; while a bank is being asked, htmx hears of nothing new."""
    now = clock.now()
    states = bank_states(db.session(), now=now)
    cards = [(account, states.of(account.name)) for account in banks()]
    is_waiting = any(state.open_check for _, state in cards)
    if is_partial() and is_waiting:
        return make_response("", 204)
    return render(
        "banks/list.html",
        "banks/_cards.html",
        cards=cards,
        words=words,
        now=now,
        poll_seconds=POLL_SECONDS if is_waiting else 0,
    )


@bp.post("/<string:name>/check")
@requires(Permission.BANKS_MANAGE)
def check(name: str) -> Response:
    """Write down that somebody wants to know, and ring: a job asks the bank."""
    number = request_check(_account(name).name, actor=actor(), now=clock.now())
    nudge(jobs.check, number)
    return go(url_for("banks.show_list"))


def _page(name: str, form: FlaskForm, *, resumes: bool, status: int = 200) -> Response:
    account = _account(name)
    page, suspension, note = "banks/change.html", find_suspension(db.session(), name), ""
    if suspension is None and account.mode is not AccountMode.ACTIVE:
        note = words.NOT_CHANGEABLE
    elif resumes is (suspension is None):
        note = words.MOVED
    return render(
        page,
        page,
        status=status,
        form=form,
        account=account,
        suspension=suspension,
        resumes=resumes,
        note=note,
    )


@bp.get("/<string:name>/suspend")
@requires(Permission.BANKS_MANAGE)
def suspend_form(name: str) -> Response:
    """Say what suspending brings, and ask why."""
    return _page(name, BankForm(formdata=draft()), resumes=False)


@bp.post("/<string:name>/suspend")
@requires(Permission.BANKS_MANAGE)
@fresh
def suspend(name: str) -> Response:
    """Take no new payments through the account from now on."""
    form, account = BankForm(), _account(name)
    if not form.validate_on_submit():
        return _page(name, form, resumes=False, status=422)
    if account.mode is not AccountMode.ACTIVE:
        return _page(name, form, resumes=False, status=409)
    try:
        suspend_account(account.name, form.reason.data, actor=actor(), now=clock.now())
    except AlreadyMoved:
        return _page(name, form, resumes=False, status=409)
    flash(words.SUSPENDED_NOW, "good")
    return make_response(redirect(url_for("banks.show_list"), code=303))


@bp.get("/<string:name>/resume")
@requires(Permission.BANKS_MANAGE)
def resume_form(name: str) -> Response:
    """Say what resuming brings, and ask why."""
    return _page(name, BankForm(formdata=draft()), resumes=True)


@bp.post("/<string:name>/resume")
@requires(Permission.BANKS_MANAGE)
@fresh
def resume(name: str) -> Response:
    """Take payments through the account again."""
    form, account = BankForm(), _account(name)
    if not form.validate_on_submit():
        return _page(name, form, resumes=True, status=422)
    try:
        resume_account(account.name, form.reason.data, actor=actor(), now=clock.now())
    except AlreadyMoved:
        return _page(name, form, resumes=True, status=409)
    flash(words.RESUMED_NOW, "good")
    return make_response(redirect(url_for("banks.show_list"), code=303))
