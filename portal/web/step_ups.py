"""The step up: who is signed in confirms it again, and nothing that was typed is lost (E4)."""

from urllib.parse import urlencode, urlsplit

from flask import Response, current_app, make_response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import MethodNotAllowed, NotFound

from portal.usecases.sessions import keep_draft, take_draft
from portal.web.fragments import is_partial, render
from portal.web.redirects import safe_path
from portal.web.session import me

DRAFT_CHARACTERS = 20_000
NEVER_KEPT = ("csrf_token", "password")
#: What is loaded into these has a page of its own at the same address.
WITH_PAGES = ("dlg", "results")


class StepUp(Exception):
    """The request goes through only after a confirmation: by Yandex, or by the password."""

    def __init__(self, *, by_yandex: bool) -> None:
        super().__init__()
        self.by_yandex = by_yandex


def ask(step: StepUp) -> Response:
    """Answer with the step that is needed; what was typed is kept and comes back with the form."""
    back = request.full_path.rstrip("?")
    if request.method != "GET":
        back = _form_page()
        _keep(back, request.form)
    elif _is_part():
        back = request.path.rpartition("/")[0]
        if "csrf_token" in request.args:
            _keep(back, request.args)
    door = "yandex.ask" if step.by_yandex else "confirmations.ask_password"
    url = f"{url_for(door)}?{urlencode({'next': back})}"
    if not is_partial():
        return make_response(redirect(url, code=303))
    page = "confirmations/_step_up.html"
    answer = render(page, page, status=401, url=url, by_yandex=step.by_yandex)
    answer.headers["X-Step-Up"] = "yandex" if step.by_yandex else "password"
    return answer


def _is_part() -> bool:
    """Tell whether htmx wants a part of a page: its address lies right below the page's own."""
    return is_partial() and request.headers.get("HX-Target") not in WITH_PAGES


def _form_page() -> str:
    """Return the page of the form that was sent: its own address, or where it was opened."""
    try:
        current_app.url_map.bind("").match(request.path, "GET")
    except (NotFound, MethodNotAllowed):
        return safe_path(_path_of(request.headers.get("HX-Current-URL") or request.referrer), "/")
    return request.path


def _path_of(url: str | None) -> str:
    try:
        return urlsplit(url or "").path
    except ValueError:
        return ""  # whoever wrote this header was no browser


def _keep(path: str, typed: MultiDict[str, str]) -> None:
    fields = {
        name: values for name, values in typed.to_dict(flat=False).items() if name not in NEVER_KEPT
    }
    if sum(len(value) for values in fields.values() for value in values) <= DRAFT_CHARACTERS:
        keep_draft(me().session_id, path, fields)


def draft() -> MultiDict[str, str] | None:
    """Return once what was typed into this page's form before the step up, or None."""
    fields = take_draft(me().session_id, request.path)
    return None if fields is None else MultiDict(fields)
