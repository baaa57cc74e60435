"""A signed-in person confirms who they are by their password once more."""

from flask import Blueprint, Response, make_response, redirect, request
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from portal.domain import clock
from portal.domain.errors import TooManyAttempts, WrongPassword
from portal.usecases.users import check_password
from portal.web.access import signed_in
from portal.web.fragments import render
from portal.web.limits import sign_in_limit, too_many
from portal.web.redirects import safe_path
from portal.web.session import actor, me, step_up

bp = Blueprint("confirmations", __name__, url_prefix="/confirm")


class PasswordForm(FlaskForm):
    """The password once more."""

    password = PasswordField("Пароль", [InputRequired("Введите пароль"), Length(max=1024)])


@bp.get("/password")
@signed_in
def ask_password() -> Response:
    """Ask for the password once more."""
    return _password_form(PasswordForm())


def _password_form(form: PasswordForm, status: int = 200) -> Response:
    page = "confirmations/password.html"
    return render(page, page, status=status, form=form, next=request.args.get("next", ""))


@bp.post("/password")
@signed_in
def confirm_password() -> Response:
    """Renew the session when the password matches, and go on with what was begun."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _password_form(form, 422)
    try:
        check_password(
            me().id, form.password.data, actor=actor(), now=clock.now(), limit=sign_in_limit()
        )
    except WrongPassword:
        form.password.errors = ["Неверный пароль. Ничего не изменилось."]
        return _password_form(form, 422)
    except TooManyAttempts as refusal:
        form.password.errors = [too_many(refusal)]
        return _password_form(form, 429)
    step_up(by_yandex=False)
    return make_response(redirect(safe_path(request.args.get("next"), "/"), code=303))
