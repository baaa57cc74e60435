"""Forgotten, first and new passwords: by a one-time link, or by the old password."""

from flask import Blueprint, Response, flash, make_response, redirect, url_for
from flask import session as cookie
from flask_wtf import FlaskForm
from itsdangerous import BadSignature
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from portal.domain import clock
from portal.domain.errors import NotFound, TooManyAttempts, WrongPassword
from portal.jobs.letters import LINK_MINUTES, deliver, link_maker
from portal.jobs.passwords import answer
from portal.jobs.queue import nudge
from portal.usecases.passwords import (
    MAX_CHARACTERS,
    MIN_CHARACTERS,
    LinkUsed,
    Ticket,
    WeakPassword,
    ask_for_link,
    change_password,
    redeem_ticket,
)
from portal.usecases.users import check_password
from portal.web.access import public, signed_in
from portal.web.fragments import render
from portal.web.limits import sign_in_limit, too_many
from portal.web.session import actor, me

bp = Blueprint("passwords", __name__)
DEAD_LINK = "Ссылка устарела или уже использована. Пароль не изменён. Попросите новую."
WEAK = {
    "short": f"Короче {MIN_CHARACTERS} знаков. Возьмите фразу из нескольких слов.",
    "long": f"Длиннее {MAX_CHARACTERS} знаков. Сократите.",
    "guessable": "Такой пароль легко подобрать. Возьмите фразу из нескольких слов.",
}
_TICKET = "password_ticket"


class ForgottenForm(FlaskForm):
    """Whom to write to."""

    email = StringField("Почта", [InputRequired("Введите почту"), Length(max=254)])


class NewPasswordForm(FlaskForm):
    """The new password, once: it can be looked at."""

    password = PasswordField(
        "Новый пароль", [InputRequired("Введите новый пароль"), Length(max=1024)]
    )


class ChangeForm(NewPasswordForm):
    """The old password and the new one."""

    current = PasswordField("Текущий пароль", [InputRequired("Введите текущий пароль")])


def _page(name: str, form: FlaskForm, status: int = 200, **context: object) -> Response:
    page = f"passwords/{name}.html"
    return render(page, page, status=status, form=form, **context)


@bp.get("/password/forgotten")
@public
def forgotten() -> Response:
    """Ask whom to write to."""
    return _page("forgotten", ForgottenForm(), is_sent=False)


@bp.post("/password/forgotten")
@public
def ask() -> Response:
    """Ring for whoever has the address; do and say the same whether there is such a person."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return _page("forgotten", form, 422, is_sent=False)
    limit, email = sign_in_limit(), form.email.data
    try:
        number = ask_for_link(email, actor=actor(), now=clock.now(), limit=limit)
    except TooManyAttempts as refusal:
        form.email.errors = [f"{too_many(refusal)}. Письмо не отправлено."]
        return _page("forgotten", form, 429, is_sent=False)
    nudge(answer, number)
    return _page("forgotten", form, is_sent=True)


@bp.get("/password/link/<string:token>")
@public
def open_link(token: str) -> Response:
    """Take the secret out of the address at once: it waits in the cookie for the form."""
    cookie[_TICKET] = token
    return make_response(redirect(url_for("passwords.choose"), code=303))


def _ticket() -> Ticket:
    """Read the one-time link that this browser has opened; raise LinkUsed."""
    try:
        user_id, fingerprint = link_maker().loads(
            cookie.get(_TICKET, ""), max_age=LINK_MINUTES * 60
        )
    except (BadSignature, ValueError, TypeError):
        raise LinkUsed from None
    return Ticket(int(user_id), str(fingerprint))


@bp.get("/password/choose")
@public
def choose() -> Response:
    """Show the form for the new password, or say that the link is dead."""
    try:
        _ticket()
    except LinkUsed:
        return _page("dead_link", ForgottenForm(), 410, text=DEAD_LINK)
    return _page("choose", NewPasswordForm())


@bp.post("/password/choose")
@public
def set_new() -> Response:
    """Set the password; every session of the person ends, and a letter tells them."""
    form = NewPasswordForm()
    if not form.validate_on_submit():
        return _page("choose", form, 422)
    try:
        letter_id = redeem_ticket(_ticket(), form.password.data, actor=actor(), now=clock.now())
    except (LinkUsed, NotFound):
        return _page("dead_link", ForgottenForm(), 410, text=DEAD_LINK)
    except WeakPassword as refusal:
        form.password.errors = [WEAK[str(refusal.facts["why"])]]
        return _page("choose", form, 422)
    cookie.clear()
    nudge(deliver, letter_id)
    flash("Пароль задан. Войдите с ним.")
    return make_response(redirect(url_for("auth.sign_in"), code=303))


@bp.get("/profile/password")
@signed_in
def change_form() -> Response:
    """Show the form for changing one's own password."""
    return _page("change", ChangeForm())


@bp.post("/profile/password")
@signed_in
def change() -> Response:
    """Change the person's own password; their other sessions end."""
    form = ChangeForm()
    if not form.validate_on_submit() or not _is_current(form):
        return _page("change", form, 422)
    try:
        letter_id = change_password(
            me().id,
            form.password.data,
            keep_session=me().session_id,
            actor=actor(),
            now=clock.now(),
        )
    except WeakPassword as refusal:
        form.password.errors = [WEAK[str(refusal.facts["why"])]]
        return _page("change", form, 422)
    nudge(deliver, letter_id)
    flash("Пароль изменён. Остальные сеансы завершены.")
    return make_response(redirect(url_for("profile.show"), code=303))


def _is_current(form: ChangeForm) -> bool:
    limit = sign_in_limit()
    try:
        check_password(me().id, form.current.data, actor=actor(), now=clock.now(), limit=limit)
    except WrongPassword:
        form.current.errors = ["Неверный пароль. Ничего не изменилось."]
        return False
    except TooManyAttempts as refusal:
        form.current.errors = [too_many(refusal)]
        return False
    return True
