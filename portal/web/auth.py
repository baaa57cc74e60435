"""Signing in and out, and the theme that a person prefers."""

from datetime import timedelta

from flask import Blueprint, Response, current_app, make_response, redirect, request, url_for
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from portal.domain import clock
from portal.domain.errors import TooManyAttempts, WrongPassword
from portal.usecases.users import SignInLimit, authenticate
from portal.web.access import public, signed_in
from portal.web.formats import clock_time
from portal.web.fragments import render
from portal.web.redirects import safe_path
from portal.web.session import Visitor, actor, begin, end, visitor, visitor_of

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
    return url_for("overview.show" if person.is_staff else "account.show")


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


def _limit() -> SignInLimit:
    portal = current_app.config["PORTAL"]
    return SignInLimit(portal.sign_in_attempts, timedelta(minutes=portal.sign_in_window_minutes))


@bp.post("/sign-in")
@public
def enter() -> Response:
    """Let the person in, or say neutrally that the two do not match."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _form(form, 422)
    try:
        user = authenticate(
            form.email.data, form.password.data, actor=actor(), now=clock.now(), limit=_limit()
        )
    except WrongPassword:
        form.password.errors = [WRONG]
        return _form(form, 422)
    except TooManyAttempts as refusal:
        return _too_many(form, refusal)
    person = visitor_of(user)
    begin(person)
    target = safe_path(request.args.get("next"), home_of(person))
    return make_response(redirect(target, code=303))


def _too_many(form: SignInForm, refusal: TooManyAttempts) -> Response:
    until = refusal.facts["until"]
    form.password.errors = [f"Слишком много попыток. Попробуйте в {clock_time(until)} по Москве"]  # type: ignore[arg-type]  # a datetime by construction
    return _form(form, 429)


@bp.post("/sign-out")
@signed_in
def sign_out() -> Response:
    """End this browser's session."""
    end()
    return make_response(redirect(url_for("auth.sign_in"), code=303))


@bp.post("/profile/theme")
@public
def theme() -> Response:
    """Remember the theme in a cookie; the server draws it, so that nothing flashes."""
    wanted = request.form.get("theme", "")
    answer = make_response(redirect(safe_path(request.form.get("next"), "/"), code=303))
    if wanted in THEMES:
        secure = not current_app.config["PORTAL"].is_local
        answer.set_cookie(
            "theme", wanted, max_age=YEAR_SECONDS, samesite="Lax", httponly=True, secure=secure
        )
    else:
        answer.delete_cookie("theme")
    return answer
