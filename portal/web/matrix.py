"""The permission matrix: roles and rights as one table, saved after a look at the change (E5)."""

import re
from dataclasses import dataclass

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.domain import clock
from portal.domain.access import AccessRefusal, Holder, MatrixChanged, hold_of
from portal.domain.permissions import Permission, Role, fits
from portal.store.access import AccessRole, list_roles
from portal.store.db import db
from portal.store.holders import names_of_super_admins, people_of_role
from portal.store.users import get_user
from portal.usecases.access import create_role, remove_role, save_matrix
from portal.web.access import can, fresh, requires
from portal.web.access_words import GROUPS, column_words, refusal_words
from portal.web.edits import Edits, differences_of, read_edits
from portal.web.fragments import render
from portal.web.session import actor, me
from portal.web.step_ups import draft

bp = Blueprint("matrix", __name__, url_prefix="/access")


_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def typed(text: str | None) -> str:
    """Return what was typed without what nobody sees: spaces around, control characters."""
    return _UNSEEN.sub("", text or "").strip()


class ReasonForm(FlaskForm):
    """Why rights change; the journal keeps it."""

    reason = TextAreaField(
        "Причина",
        [
            InputRequired("Напишите, почему меняются права"),
            Length(min=5, max=500, message="Напишите от 5 до 500 знаков"),
        ],
        filters=[typed],
    )


class NewRoleForm(FlaskForm):
    """What an added role is called."""

    title = StringField(
        "Название роли",
        [
            InputRequired("Введите название роли"),
            Length(min=2, max=60, message="От 2 до 60 знаков"),
        ],
        filters=[typed],
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A role as the table shows it; ``why`` says why its boxes cannot be changed."""

    role: AccessRole
    ticked: frozenset[Permission]
    is_open: bool
    why: str
    may_remove: bool


def words_of(refusal: AccessRefusal) -> str:
    """Put a refusal into words that name who can do it."""
    others = [name for name in names_of_super_admins(db.session()) if name != me().name]
    return refusal_words(refusal, others)


def giver() -> Holder:
    """Return the visitor as the rules of access see them now."""
    return get_user(db.session(), me().id).as_holder(clock.now())


def _column(role: AccessRole, person: Holder, edits: Edits) -> Column:
    edit = edits.get(role.code)
    now = role.permissions
    is_own = person.role == role.code
    is_stronger = any(hold_of(person.holds, each) is None for each in now)
    why = column_words(role.code, is_own=is_own, is_stronger=is_stronger)
    return Column(
        role=role,
        ticked=edit.permissions if edit else now,
        is_open=can(Permission.ACCESS_GRANT) and not why,
        why=why,
        may_remove=can(Permission.ACCESS_GRANT)
        and role.code not in set(Role)
        and not people_of_role(db.session(), role.code).count,
    )


def _matrix(*, edits: Edits | None = None, note: str = "", status: int = 200) -> Response:
    """Show the table, with the boxes as they were ticked when ``edits`` says so."""
    person = giver()
    roles = list_roles(db.session())
    wanted = request.values.get("role", "")
    columns = [
        _column(role, person, edits or {}) for role in roles if wanted in ("", role.code)
    ] or [_column(role, person, edits or {}) for role in roles]
    page = "access/matrix.html"
    return render(
        page,
        page,
        status=status,
        columns=columns,
        roles=roles,
        wanted=wanted,
        groups=GROUPS,
        fits=fits,
        note=note,
        is_edited=edits is not None,
    )


@bp.get("")
@requires(Permission.ACCESS_READ)
def show() -> Response:
    """Show roles and rights; what a step up interrupted comes back as the page before saving."""
    typed = draft() if can(Permission.ACCESS_GRANT) else None
    if typed is None or "version" not in typed:
        return _matrix()
    return _changes(read_edits(typed), ReasonForm(formdata=typed))


@bp.post("/changes")
@requires(Permission.ACCESS_GRANT)
def changes() -> Response:
    """Say in words what the ticked boxes would change; nothing is saved."""
    edits = read_edits(request.form)
    if "back" in request.form:
        return _matrix(edits=edits)
    return _changes(edits, ReasonForm(formdata=None))


def _changes(edits: Edits, form: ReasonForm, status: int = 200) -> Response:
    try:
        found = differences_of(edits, giver())
    except AccessRefusal as refusal:
        return _refused(refusal, edits)
    if not found:
        return _matrix(note="Вы ничего не изменили: сохранять нечего.", status=422)
    page = "access/changes.html"
    return render(page, page, status=status, differences=found, edits=edits, form=form)


def _refused(refusal: AccessRefusal, edits: Edits) -> Response:
    """Show the table again: as it is now when it was stale, else as it was ticked."""
    is_stale = isinstance(refusal, MatrixChanged)
    return _matrix(edits=None if is_stale else edits, note=words_of(refusal), status=409)


@bp.post("")
@requires(Permission.ACCESS_GRANT)
@fresh
def save() -> Response:
    """Save what was looked at, with its reason."""
    edits, form = read_edits(request.form), ReasonForm()
    if not form.validate_on_submit():
        return _changes(edits, form, 422)
    try:
        saved = save_matrix(edits, form.reason.data, actor=actor(), now=clock.now())
    except AccessRefusal as refusal:
        return _refused(refusal, edits)
    if not saved:
        flash("Права уже такие: сохранять нечего.", "good")
        return _go(url_for("matrix.show"))
    titles = {role.code: role.title for role in list_roles(db.session())}
    names = ", ".join(titles[code] for code in saved)
    flash(f"Права сохранены: {names}. Люди почувствуют это при следующем нажатии.", "good")
    return _go(url_for("matrix.show"))


def _go(url: str) -> Response:
    return make_response(redirect(url, code=303))


@bp.get("/roles")
@requires(Permission.ACCESS_GRANT)
def new_role() -> Response:
    """Ask what the new role is called."""
    return _role_form(NewRoleForm(formdata=draft()))


def _role_form(form: NewRoleForm, status: int = 200) -> Response:
    page = "access/role.html"
    return render(page, page, status=status, form=form)


@bp.post("/roles")
@requires(Permission.ACCESS_GRANT)
@fresh
def add_role() -> Response:
    """Add a role without rights; they are ticked in the table."""
    form = NewRoleForm()
    if not form.validate_on_submit():
        return _role_form(form, 422)
    try:
        create_role(form.title.data, actor=actor(), now=clock.now())
    except AccessRefusal as refusal:
        form.title.errors = [words_of(refusal)]
        return _role_form(form, 409)
    flash("Роль добавлена. Отметьте её права и назначьте её людям.", "good")
    return _go(url_for("matrix.show"))


@bp.post("/roles/<string:code>/remove")
@requires(Permission.ACCESS_GRANT)
@fresh
def remove(code: str) -> Response:
    """Remove an added role that nobody has."""
    try:
        remove_role(code, actor=actor(), now=clock.now())
    except AccessRefusal as refusal:
        return _matrix(note=words_of(refusal), status=409)
    flash("Роль удалена.", "good")
    return _go(url_for("matrix.show"))
