"""A person's e-mail and phone: shown for one look, masked again after it; the phone is changed."""

from flask import Blueprint, Response, flash, request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from portal.domain import clock
from portal.domain.permissions import Permission
from portal.store.db import db
from portal.store.users import User, get_user
from portal.usecases.contacts import WrongPhone, change_phone, reveal_contacts
from portal.web.access import may_open, requires
from portal.web.fragments import go, render
from portal.web.inputs import row_number
from portal.web.session import actor

bp = Blueprint("contacts", __name__, url_prefix="/users")
WRONG = "Это не номер телефона. Напишите его с кодом страны, например +7 916 123-45-67"
CHANGED = "Телефон записан."
REMOVED = "Телефон убран."


class PhoneForm(FlaskForm):
    """A telephone as people write it; nothing removes the one that is there."""

    phone = StringField("Новый телефон", [Length(max=40, message="Слишком длинно")])


@bp.post("/<int:number>/reveal")
@requires(Permission.USERS_CONTACTS)
def reveal(number: int) -> Response:
    """Show the contacts once; the answer is no page to come back to, so that each look is noted."""
    user = reveal_contacts(number, actor=actor(), now=clock.now())
    return render("users/contacts.html", "users/_contacts.html", user=user, is_revealed=True)


def _back(user: User) -> str:
    """Return where the telephone was missed: at the link of a consultation, or on the card."""
    asked = row_number(request.args.get("link", ""))
    if asked and may_open("payment_links.show"):
        return url_for("payment_links.show", number=asked)
    return url_for("users.show", number=user.id)


def _phone_page(user: User, form: PhoneForm, *, status: int = 200) -> Response:
    page = "users/phone.html"
    more = {"back": _back(user), "link": request.args.get("link")}
    return render(page, page, status=status, user=user, form=form, **more)


@bp.get("/<int:number>/phone")
@requires(Permission.USERS_CONTACTS)
def phone_form(number: int) -> Response:
    """Ask for the new telephone; the one that is there stays masked."""
    return _phone_page(get_user(db.session(), number), PhoneForm(formdata=None))


@bp.post("/<int:number>/phone")
@requires(Permission.USERS_CONTACTS)
def phone(number: int) -> Response:
    """Write the telephone down."""
    user, form = get_user(db.session(), number), PhoneForm()
    if not form.validate_on_submit():
        return _phone_page(user, form, status=422)
    typed = form.phone.data or ""
    try:
        change_phone(number, typed, actor=actor(), now=clock.now())
    except WrongPhone:
        form.phone.errors = [WRONG]
        return _phone_page(user, form, status=422)
    flash(CHANGED if typed.strip() else REMOVED, "good")
    return go(_back(user))
