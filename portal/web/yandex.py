"""The second step in the browser: to Yandex and back, or a one-time code; and binding (E4)."""

import re

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    request,
    url_for,
)
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal.domain import clock
from portal.domain.access import AccessRefusal
from portal.domain.identities import (
    CallbackUnreadable,
    CancelledAtYandex,
    NotBound,
    WrongCode,
    YandexAccount,
    YandexRefusal,
    YandexRefused,
)
from portal.domain.permissions import Permission
from portal.identity.yandex import YandexClient
from portal.store.db import db
from portal.store.users import get_user
from portal.store.yandex import FlowPurpose
from portal.usecases.yandex import (
    Flow,
    Seat,
    confirm_by_code,
    confirm_by_yandex,
    link_yandex,
    note_failure,
    start_flow,
    take_flow,
    unlink_yandex,
)
from portal.web.access import fresh, fresh_password, requires, signed_in
from portal.web.fragments import render
from portal.web.headers import let_forms_lead_to
from portal.web.matrix import ReasonForm
from portal.web.redirects import safe_path
from portal.web.session import actor, me, step_up
from portal.web.step_ups import draft
from portal.web.yandex_words import NOT_SET_UP, WRONG_CODE, Problem, problem_of

bp = Blueprint("yandex", __name__)
#: Yandex may send a person on between its own hosts before it asks, and browsers watch every hop.
HOPS = "https://*.yandex.ru"
_CODE = re.compile(r"[\x21-\x7e]{1,512}")


class CodeForm(FlaskForm):
    """The one-time code of whoever is on duty."""

    code = StringField("Одноразовый код", [InputRequired("Введите код"), Length(max=40)])


def _yandex() -> YandexClient | None:
    found: YandexClient | None = current_app.extensions["yandex"]
    return found


def _seat() -> Seat:
    return Seat(me().id, me().session_id)


def _callback_url() -> str:
    """Return the address that is registered at Yandex; never made from what a request says."""
    return f"{current_app.config['PORTAL'].public_url}{url_for('yandex.callback')}"


def _page(name: str, status: int = 200, **context: object) -> Response:
    page = f"yandex/{name}.html"
    return render(page, page, status=status, is_set_up=_yandex() is not None, **context)


def _page_with_button(name: str, status: int = 200, **context: object) -> Response:
    answer, client = _page(name, status, **context), _yandex()
    return answer if client is None else let_forms_lead_to(answer, client.origin, HOPS)


def _ask(form: CodeForm, status: int = 200) -> Response:
    return _page_with_button(
        "ask", status, form=form, next=safe_path(request.args.get("next"), "/")
    )


@bp.get("/confirm/yandex")
@signed_in
def ask() -> Response:
    """Ask for the second step: Yandex, or the one-time code in its place."""
    return _ask(CodeForm())


@bp.post("/confirm/yandex")
@signed_in
def start() -> Response:
    """Send the person to Yandex to show the account that is bound to them."""
    next_path = safe_path(request.args.get("next"), "/")
    if me().yandex_login is None:
        return _refused(NotBound(), next_path)
    return _leave(FlowPurpose.CONFIRM, next_path)


def _leave(purpose: FlowPurpose, next_path: str) -> Response:
    client = _yandex()
    if client is None:
        return _problem(NOT_SET_UP, url_for("yandex.ask", next=next_path))
    flow = start_flow(_seat(), purpose, next_path, now=clock.now())
    url = client.authorization_url(flow.state, flow.verifier, _callback_url())
    return make_response(redirect(url, code=303))


@bp.get("/confirm/yandex/callback")
@signed_in
def callback() -> Response:
    """Take what Yandex answered by the browser: once, in time, from the session that asked."""
    try:
        flow = take_flow(_only("state"), _seat(), now=clock.now())
    except YandexRefusal as refusal:
        return _refused(refusal, "/")
    try:
        return _finish(flow, _account(flow))
    except YandexRefusal as refusal:
        return _refused(refusal, flow.next_path, flow.purpose)


def _only(name: str) -> str:
    """Return a parameter that came once; raise CallbackUnreadable."""
    values = request.args.getlist(name)
    if len(values) != 1 or not _CODE.fullmatch(values[0]):
        raise CallbackUnreadable
    return values[0]


def _account(flow: Flow) -> YandexAccount:
    """Ask Yandex who came back; nothing is asked for an answer that we do not believe."""
    client = _yandex()
    if request.args.getlist("error") == ["access_denied"] and "code" not in request.args:
        raise CancelledAtYandex
    if "error" in request.args or client is None:
        raise YandexRefused(kind="error")
    if request.args.get("iss", client.origin) != client.origin:
        raise YandexRefused(kind="issuer")
    return client.read_account(_only("code"), flow.verifier, _callback_url())


def _finish(flow: Flow, account: YandexAccount) -> Response:
    if flow.purpose is FlowPurpose.LINK:
        link_yandex(me().id, account, actor=actor(), now=clock.now())
        flash("Яндекс ID привязан. Им подтверждают вход в платежи.")
        return make_response(redirect(url_for("yandex.profile"), code=303))
    confirm_by_yandex(me().id, account, actor=actor(), now=clock.now())
    return _renewed(flow.next_path)


def _renewed(next_path: str) -> Response:
    """Give the session its new token and go on with what was begun."""
    step_up(by_yandex=True)
    return make_response(redirect(safe_path(next_path, "/"), code=303))


def _refused(
    refusal: YandexRefusal, next_path: str, purpose: FlowPurpose = FlowPurpose.CONFIRM
) -> Response:
    """Write the failure down, and say it with a way out."""
    note_failure(purpose, refusal, actor=actor(), now=clock.now())
    is_link = purpose is FlowPurpose.LINK
    again = url_for("yandex.profile") if is_link else url_for("yandex.ask", next=next_path)
    return _problem(problem_of(refusal), again)


def _problem(problem: Problem, again: str) -> Response:
    return _page("problem", problem.status, problem=problem, again=again)


@bp.post("/confirm/code")
@signed_in
def enter_code() -> Response:
    """Take the one-time code in the place of Yandex."""
    form = CodeForm()
    if not form.validate_on_submit():
        return _ask(form, 422)
    try:
        confirm_by_code(me().id, form.code.data, actor=actor(), now=clock.now())
    except WrongCode as refusal:
        note_failure(FlowPurpose.CONFIRM, refusal, actor=actor(), now=clock.now())
        form.code.errors = [WRONG_CODE]
        return _ask(form, 422)
    return _renewed(request.args.get("next", "/"))


@bp.get("/profile/yandex")
@signed_in
def profile() -> Response:
    """Show which account at Yandex is bound, and how to bind one."""
    return _page_with_button("profile")


@bp.post("/profile/yandex")
@signed_in
@fresh_password
def link() -> Response:
    """Send the person to Yandex to show the account that they want bound."""
    return _leave(FlowPurpose.LINK, url_for("yandex.profile"))


def _unlink(number: int, form: ReasonForm, status: int = 200) -> Response:
    return _page("unlink", status, form=form, user=get_user(db.session(), number))


@bp.get("/users/<int:number>/yandex/unlink")
@requires(Permission.ACCESS_GRANT)
@fresh
def unlink_form(number: int) -> Response:
    """Ask why the account is taken off, and say what follows."""
    return _unlink(number, ReasonForm(formdata=draft()))


@bp.post("/users/<int:number>/yandex/unlink")
@requires(Permission.ACCESS_GRANT)
@fresh
def unlink(number: int) -> Response:
    """Take the account at Yandex off a person; they bind a new one themselves."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _unlink(number, form, 422)
    try:
        unlink_yandex(number, form.reason.data, actor=actor(), now=clock.now())
    except NotBound:
        form.reason.errors = ["Яндекс ID уже отвязан. Ничего не изменилось."]
        return _unlink(number, form, 409)
    except AccessRefusal:
        form.reason.errors = ["Отвязать может только тот, у кого прав не меньше, и не у себя."]
        return _unlink(number, form, 403)
    flash("Яндекс ID отвязан. Человек привяжет новый в профиле.")
    return make_response(redirect(url_for("users.show", number=number), code=303))
