"""Whatever goes wrong is said in Russian: what happened, what it means for the money, what next."""

import logging
from urllib.parse import urlencode

from flask import Flask, Response, g, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InternalError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from portal.domain.errors import NotFound, Refusal
from portal.web.access import works_here
from portal.web.fragments import is_partial
from portal.web.labels import LABELS
from portal.web.step_ups import StepUp, ask

_log = logging.getLogger(__name__)

#: PostgreSQL's code of a statement that ran out of its time (query_canceled).
TIMED_OUT = "57014"

TEXTS = {
    400: ("Запрос не разобрать", "Ничего не изменилось. Вернитесь назад и попробуйте ещё раз."),
    403: ("Нет доступа", "У вас нет права на эту страницу. Его выдаёт супер-администратор."),
    404: ("Не нашли", "Такой записи нет или её номер набран с ошибкой."),
    405: ("Так эта страница не открывается", "Ничего не изменилось. Откройте её из меню."),
    409: ("Данные изменились", "Кто-то успел раньше. Откройте запись ещё раз и проверьте."),
    410: ("Ссылка больше не действует", "Откройте оплату из личного кабинета."),
    413: ("Слишком много данных", "Ничего не сохранено. Сократите текст и отправьте ещё раз."),
    422: ("Так не получится", "Ничего не изменилось. Исправьте запрос и отправьте ещё раз."),
    429: ("Слишком часто", "Подождите немного и повторите. Деньги не отправлялись."),
    500: (
        "Ошибка на сервере",
        (
            "Это наша ошибка, мы её записали. Если вы платили или отправляли возврат, "
            "не повторяйте: сначала откройте платёж и проверьте статус."
        ),
    ),
    503: ("Сервис обновляется", "Вернёмся через пару минут. Оплаты банк принимает."),
    504: (
        "Запрос слишком общий",
        "Мы остановили поиск, деньги не двигались. Уточните период или добавьте слово.",
    ),
}


def page(status: int, text: str | None = None) -> Response:
    """Answer with an error: a page, or for htmx a message that leaves the screen as it was."""
    title, words = TEXTS.get(status, TEXTS[400 if status < 500 else 500])
    template = "_error_toast.html" if is_partial() else "error.html"
    html = render_template(template, status=status, error_title=title, error_text=text or words)
    answer = make_response(html, status)
    if is_partial():
        answer.headers["HX-Retarget"] = "#toasts"
        answer.headers["HX-Reswap"] = "beforeend"
    return answer


def ask_to_sign_in() -> Response:
    """Send a stranger to the sign-in page, and back here afterwards."""
    if is_partial():
        return page(401, "Сессия истекла. Деньги не отправлялись.")
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    query = f"?{urlencode({'next': back})}" if back and back != "/" else ""
    return make_response(redirect(url_for("auth.sign_in") + query, code=303))


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status == 401:
        return ask_to_sign_in()
    if error.response is not None:
        return make_response(error.response)
    return page(status, _lacks() if status == 403 else None)


def _lacks() -> str | None:
    """Name the right that opens the page to who works here; to others it would mean nothing."""
    right = LABELS.get(g.lacks) if "lacks" in g and works_here() else None
    return (
        f"Для этой страницы нужно право «{right}». Его выдаёт супер-администратор."
        if right
        else None
    )


def _foreign_host(_error: SecurityError) -> Response:
    """Answer a name that is not ours without a page: no address can be built under it."""
    answer = make_response("Такого адреса у портала нет. Ничего не изменилось.", 400)
    answer.mimetype = "text/plain"
    return answer


def _csrf(_error: CSRFError) -> Response:
    return page(400, "Страница устарела: обновите её и отправьте ещё раз. Деньги не отправлялись.")


def _refusal(refusal: Refusal) -> Response:
    return page(404 if isinstance(refusal, NotFound) else 409)


def _no_database(error: OperationalError | InternalError) -> Response:
    if getattr(error.orig, "sqlstate", "") == TIMED_OUT and request.method == "GET":
        return page(504)
    _log.error("database: %s", type(error.orig).__name__)
    return page(503)


def _bug(_error: Exception) -> Response:
    _log.exception("request %s", g.get("request_id"))
    return page(500)


def set_up(app: Flask) -> None:
    """Attach to the application."""
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(StepUp, ask)
    app.register_error_handler(OperationalError, _no_database)
    app.register_error_handler(InternalError, _no_database)  # PostgreSQL's standby is read-only
    app.register_error_handler(Exception, _bug)
