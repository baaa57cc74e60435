"""What a person may do, changed on their card: role, admission, rights handed over (E5, D5)."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, url_for
from flask_wtf import FlaskForm

from portal.domain import clock
from portal.domain.access import (
    AccessRefusal,
    ExpiresInThePast,
    HeldShorter,
    NoSumHere,
    hold_of,
)
from portal.domain.errors import BadAmount, NotFound
from portal.domain.permissions import Permission
from portal.store.access import PersonalGrant, role_titles
from portal.store.db import db
from portal.store.users import User, get_user
from portal.usecases.access import change_role, hand_over, revoke, set_active
from portal.web.access import can, fresh, requires
from portal.web.access_words import GROUPS
from portal.web.fragments import render
from portal.web.grant_forms import AdmissionForm, GrantForm, RoleForm, offered
from portal.web.holders import handed_on
from portal.web.labels import LABELS
from portal.web.matrix import ReasonForm, giver, words_of
from portal.web.session import actor
from portal.web.step_ups import draft

bp = Blueprint("grants", __name__, url_prefix="/users/<int:number>")


@dataclass(frozen=True, slots=True)
class Act:
    """A page that changes somebody's access: its heading, what it brings, its button."""

    heading: str
    meaning: str
    button: str
    is_hard: bool = False


GRANT = Act(
    "Выдать право",
    "Право действует сразу. Его видно на странице человека, и его можно отозвать.",
    "Выдать право",
)
ROLE = Act(
    "Сменить роль",
    "Новые права действуют со следующего нажатия человека. Выданные лично права остаются.",
    "Сменить роль",
)
DISABLE = Act(
    "Отключить",
    "Человек выйдет из портала на всех устройствах при следующем нажатии. "
    "Войти он не сможет. Его деньги, консультации и история остаются.",
    "Отключить",
    is_hard=True,
)
ENABLE = Act(
    "Включить", "Человек снова сможет войти, с прежней ролью и выданными правами.", "Включить"
)
REVOKE = Act(
    "Отозвать право",
    "Со следующего нажатия человека право не действует. Уже отправленные возвраты дойдут.",
    "Отозвать",
    is_hard=True,
)


#: Acts that take nothing away, so that nobody has to ask what else the person gave to others.
GIVING = (GRANT, ENABLE)


def _person(number: int) -> User:
    return get_user(db.session(), number)


def _page(user: User, act: Act, form: FlaskForm, *, note: str = "", status: int = 200) -> Response:
    page = "access/act.html"
    passed = [] if act in GIVING else handed_on(user.id)
    facts = {"user": user, "act": act, "form": form, "note": note, "handed_on": passed}
    return render(page, page, status=status, **facts)


def _refused(user_id: int, act: Act, form: FlaskForm, refusal: AccessRefusal) -> Response:
    return _page(_person(user_id), act, form, note=words_of(refusal), status=409)


def _done(number: int, text: str) -> Response:
    flash(text, "good")
    card = can(Permission.USERS_READ)
    url = url_for("users.show", number=number) if card else url_for("holders.show_list")
    return make_response(redirect(url, code=303))


def _role_form(user: User, fields: Any) -> RoleForm:
    form = RoleForm(formdata=fields, role=user.role)
    form.role.choices = role_titles(db.session())
    return form


@bp.get("/role")
@requires(Permission.ACCESS_GRANT)
def role_form(number: int) -> Response:
    """Ask which role the person shall have."""
    user = _person(number)
    return _page(user, ROLE, _role_form(user, draft()))


@bp.post("/role")
@requires(Permission.ACCESS_GRANT)
@fresh
def set_role(number: int) -> Response:
    """Give the person another role."""
    user = _person(number)
    form = RoleForm(role=user.role)
    form.role.choices = role_titles(db.session())
    if not form.validate_on_submit():
        return _page(user, ROLE, form, status=422)
    before, reason = user.role, form.reason.data
    try:
        change_role(number, form.role.data, reason, actor=actor(), now=clock.now())
    except AccessRefusal as refusal:
        return _refused(number, ROLE, form, refusal)
    if form.role.data == before:
        return _done(number, "Эта роль у человека уже есть. Ничего не изменилось.")
    return _done(number, "Роль изменена. Новые права действуют со следующего нажатия.")


@bp.get("/admission")
@requires(Permission.ACCESS_GRANT)
def admission_form(number: int) -> Response:
    """Ask why the person is disabled, or let in again."""
    user = _person(number)
    form = AdmissionForm(formdata=draft(), wanted="out" if user.is_active else "in")
    return _page(user, DISABLE if user.is_active else ENABLE, form)


@bp.post("/admission")
@requires(Permission.ACCESS_GRANT)
@fresh
def set_admission(number: int) -> Response:
    """Disable the person, or let them in again: what the form says, however often it is sent."""
    form = AdmissionForm()
    let_in = form.wanted.data == "in"
    act = ENABLE if let_in else DISABLE
    if not form.validate_on_submit():
        return _page(_person(number), act, form, status=422)
    reason = form.reason.data
    try:
        set_active(number, reason, is_active=let_in, actor=actor(), now=clock.now())
    except AccessRefusal as refusal:
        return _refused(number, act, form, refusal)
    return _done(number, "Человек снова допущен." if let_in else "Человек отключён.")


def _offer_choices(form: GrantForm) -> None:
    """Offer what the visitor holds, in the groups of the matrix."""
    holds = giver().holds
    offered_groups = {
        title: {each.value: LABELS[each] for each in rights if hold_of(holds, each) is not None}
        for title, rights in GROUPS
    }
    form.permission.choices = {title: held for title, held in offered_groups.items() if held}


@bp.get("/grants")
@requires(Permission.ACCESS_GRANT)
def grant_form(number: int) -> Response:
    """Ask which right the person gets, until when, up to which sum, and why."""
    form = GrantForm(formdata=draft())
    _offer_choices(form)
    return _page(_person(number), GRANT, form)


@bp.post("/grants")
@requires(Permission.ACCESS_GRANT)
@fresh
def grant(number: int) -> Response:
    """Hand the right over, in place of the same right given before."""
    form, now = GrantForm(), clock.now()
    _offer_choices(form)
    if not form.validate_on_submit():
        return _page(_person(number), GRANT, form, status=422)
    try:
        hand_over(number, offered(form), form.reason.data, actor=actor(), now=now)
    except BadAmount:
        form.limit.errors = ["Введите сумму числом, например 10 000"]
        return _page(_person(number), GRANT, form, status=422)
    except AccessRefusal as refusal:
        return _grant_refused(number, form, refusal)
    return _done(number, "Право выдано. Оно действует со следующего нажатия человека.")


def _grant_refused(number: int, form: GrantForm, refusal: AccessRefusal) -> Response:
    """Say it at the field when one field is to blame, above the form otherwise."""
    if isinstance(refusal, ExpiresInThePast | HeldShorter):
        form.until.errors = [words_of(refusal)]
    elif isinstance(refusal, NoSumHere):
        form.limit.errors = [words_of(refusal)]
    else:
        return _refused(number, GRANT, form, refusal)
    return _page(_person(number), GRANT, form, status=409)


def _grant_of(number: int, grant_id: int) -> PersonalGrant:
    given = db.session.get(PersonalGrant, grant_id)
    if given is None or given.user_id != number:
        raise NotFound(what="PersonalGrant", id=grant_id)
    return given


def _revoke_act(given: PersonalGrant) -> Act:
    right = LABELS[given.permission] if given.permission else given.permission_code
    return Act(f"Отозвать право «{right}»", REVOKE.meaning, REVOKE.button, is_hard=True)


@bp.get("/grants/<int:grant_id>/revoke")
@requires(Permission.ACCESS_GRANT)
def revoke_form(number: int, grant_id: int) -> Response:
    """Ask why the right is taken back."""
    act = _revoke_act(_grant_of(number, grant_id))
    return _page(_person(number), act, ReasonForm(formdata=draft()))


@bp.post("/grants/<int:grant_id>/revoke")
@requires(Permission.ACCESS_GRANT)
@fresh
def take_back(number: int, grant_id: int) -> Response:
    """Take the right back; the person's next request feels it."""
    act, form = _revoke_act(_grant_of(number, grant_id)), ReasonForm()
    if not form.validate_on_submit():
        return _page(_person(number), act, form, status=422)
    try:
        revoke(grant_id, form.reason.data, actor=actor(), now=clock.now())
    except AccessRefusal as refusal:
        return _refused(number, act, form, refusal)
    return _done(number, "Право отозвано.")
