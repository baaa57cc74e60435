"""«Сохранить вид»: the address of a list under a name of its person's own (ux.md 1.4, 3.5)."""

from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, abort, flash, make_response, redirect, request, url_for

from portal.domain import clock
from portal.domain.errors import TooManyViews
from portal.store.saved_views import NAME_CHARACTERS, QUERY_CHARACTERS
from portal.usecases.saved_views import NewView, forget_view, save_view
from portal.web.access import may_open, signed_in
from portal.web.lists import ORDER, ListURL
from portal.web.session import me

bp = Blueprint("saved_views", __name__, url_prefix="/views")
#: The lists that have views.
LISTS = ("payments.show_list", "consultations.show_list", "users.show_list")


@bp.post("")
@signed_in
def save() -> Response:
    """Keep the list as the person sees it, from its first page on."""
    url = _list_url(request.form.get("url", ""))
    if url is None:
        abort(422)
    name = " ".join(request.form.get("name", "").split())
    if not 1 <= len(name) <= NAME_CHARACTERS:
        flash(f"Вид не сохранён: назовите его, не длиннее {NAME_CHARACTERS} знаков.", "bad")
        return _back(str(url))
    view = NewView(url.path, str(url).partition("?")[2], name)
    try:
        save_view(view, owner_id=me().id, now=clock.now())
    except TooManyViews as refusal:
        flash(f"Вид не сохранён: их уже {refusal.facts['most']}. Удалите лишний.", "bad")
    else:
        flash(f"Вид «{name}» сохранён. Он виден только вам.", "good")
    return _back(str(url))


def _list_url(text: str) -> ListURL | None:
    """Read the address that the page names, None when it is no list of the visitor's."""
    try:
        asked = urlsplit(text)
    except ValueError:
        return None
    pairs = [(key, value) for key, value in parse_qsl(asked.query) if key in ORDER]
    url = ListURL(asked.path, dict(pairs)).having()
    is_ours = not asked.netloc and asked.path in map(url_for, filter(may_open, LISTS))
    return url if is_ours and len(str(url)) <= QUERY_CHARACTERS else None


@bp.post("/<int:number>/forget")
@signed_in
def forget(number: int) -> Response:
    """Remove one of the person's own views, whatever address the page names."""
    forget_view(number, owner_id=me().id)
    flash("Вид удалён.")
    return _back(str(_list_url(request.form.get("url", "")) or "/"))


def _back(url: str) -> Response:
    return make_response(redirect(url, code=303))
