"""Signing in and out, and the theme that a person prefers."""

from flask import Blueprint, Response, current_app, make_response, redirect, request, url_for
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from portal.domain import clock
from portal.domain.errors import TooManyAttempts, WrongPassword
from portal.domain.permissions import Permission
from portal.usecases.sessions import end_session
from portal.usecases.users import authenticate
from portal.web.access import public, signed_in
from portal.web.fragments import render
from portal.web.limits import sign_in_limit, too_many
from portal.web.redirects import safe_path
from portal.web.session import Visitor, actor, begin, end, me, visitor

bp = Blueprint("auth", __name__)
WRONG = "Неверная почта или пароль"
THEMES = ("light", "dark")
YEAR_SECONDS = 365 * 24 * 3600


class SignInForm(FlaskForm):
    """E-mail and password."""

    email = StringField("Почта", [InputRequired("Введите почту"), Length(max=254)])
    password = PasswordField("Пароль", [InputRequired("Введите пароль"), Length(max=1024)])


def home_of(person: Visitor) -> str:
    """Return the first page for the person: staff work, clients see their own."""
    if person.is_staff:
        return url_for("overview.show")
    works = Permission.PAYMENTS_READ in person.permissions
    return url_for("payments.show_list" if works else "account.show")


@bp.get("/sign-in")
@public
def sign_in() -> Response:
    """Show the form; who is signed in already goes on."""
    person = visitor()
    if person is not None:
        return make_response(redirect(home_of(person), code=303))
    return _form(SignInForm())


def _form(form: SignInForm, status: int = 200) -> Response:
    return render("auth/sign_in.html", "auth/sign_in.html", status=status, form=form)


@bp.post("/sign-in")
@public
def enter() -> Response:
    """Let the person in, or say neutrally that the two do not match."""
    form, limit = SignInForm(), sign_in_limit()
    if not form.validate_on_submit():
        return _form(form, 422)
    email, password = form.email.data, form.password.data
    try:
        person = begin(authenticate(email, password, actor=actor(), now=clock.now(), limit=limit))
    except WrongPassword:
        form.password.errors = [WRONG]
        return _form(form, 422)
    except TooManyAttempts as refusal:
        form.password.errors = [too_many(refusal)]
        return _form(form, 429)
    target = safe_path(request.args.get("next"), home_of(person))
    return make_response(redirect(target, code=303))


@bp.post("/sign-out")
@signed_in
def sign_out() -> Response:
    """End this browser's session, here and in the database."""
    end_session(me().session_id, actor=actor(), owner_id=me().id, now=clock.now())
    end()
    answer = make_response(redirect(url_for("auth.sign_in"), code=303))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@bp.post("/profile/theme")
@public
def theme() -> Response:
    """Remember the theme in a cookie; the server draws it, so that nothing flashes."""
    wanted = request.form.get("theme", "")
    answer = make_response(redirect(safe_path(request.form.get("next"), "/"), code=303))
    remember(answer, "theme", wanted if wanted in THEMES else "")
    return answer


def remember(answer: Response, name: str, value: str) -> None:
    """Keep how a person wants to see pages in a cookie of this browser; empty forgets it."""
    if not value:
        return answer.delete_cookie(name)
    secure = not current_app.config["PORTAL"].is_local
    return answer.set_cookie(
        name, value, max_age=YEAR_SECONDS, samesite="Lax", httponly=True, secure=secure
    )
