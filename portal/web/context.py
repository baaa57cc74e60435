"""What every template may use: the visitor, the menu, words and formats."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, g, request, url_for
from jinja2 import StrictUndefined

from portal.domain import money as money_values
from portal.domain.permissions import Permission
from portal.web import formats, labels
from portal.web.access import can
from portal.web.session import visitor

NAV_MAIN = (
    ("overview.show", "Обзор", "home", None),
    ("payments.show_list", "Платежи", "payments", Permission.PAYMENTS_READ),
    ("consultations.show_list", "Консультации", "consultations", Permission.CONSULTATIONS_READ),
    ("users.show_list", "Пользователи", "users", Permission.USERS_READ),
)
NAV_SYSTEM = (
    ("deliveries.show_list", "События банков", "inbox", Permission.DELIVERIES_READ),
    ("audit.show_list", "Журнал", "journal", Permission.AUDIT_READ),
)

#: The second key after G, by its place on the keyboard.
KEYS = {
    "overview.show": "KeyO",
    "payments.show_list": "KeyP",
    "consultations.show_list": "KeyC",
    "users.show_list": "KeyU",
    "deliveries.show_list": "KeyW",
    "audit.show_list": "KeyA",
}


@lru_cache(maxsize=64)
def _digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """Return the address of a static file with its digest, so that it may be cached for ever."""
    digest = _digest(str(Path(current_app.static_folder or "") / name))
    return url_for("static", filename=name, v=digest)


def _nav(items: tuple[tuple[str, str, str, Permission | None], ...]) -> list[dict[str, object]]:
    here = (request.endpoint or "").partition(".")[0]
    return [
        {
            "url": url_for(endpoint),
            "title": title,
            "icon": icon,
            "key": KEYS.get(endpoint, ""),
            "is_current": endpoint.partition(".")[0] == here,
        }
        for endpoint, title, icon, right in items
        if endpoint in current_app.view_functions and (right is None or can(right))
    ]


def _context() -> dict[str, object]:
    person = visitor()
    is_staff = person is not None and person.is_staff
    return {
        "visitor": person,
        "can": can,
        "Permission": Permission,
        "nav_main": _nav(NAV_MAIN) if is_staff or can(Permission.PAYMENTS_READ) else [],
        "nav_system": _nav(NAV_SYSTEM) if is_staff else [],
        "theme": request.cookies.get("theme", ""),
        "density": "",
        "request_id": g.get("request_id", ""),
        "banners": [],
        "asset": asset,
        "partial": False,
        "plural": formats.plural,
    }


def set_up(app: Flask) -> None:
    """Attach filters and context to the application's templates."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["Money"] = money_values.Money
    for name in ("money", "money_short", "when", "when_long", "iso", "clock_time", "grouped"):
        app.jinja_env.filters[name] = getattr(formats, name)
    for name in ("masked_phone", "masked_email"):
        app.jinja_env.filters[name] = getattr(formats, name)
    for name in ("label", "shape", "tone", "event_words", "actor_words", "reason_words"):
        app.jinja_env.filters[name] = getattr(labels, name)
    app.context_processor(_context)
