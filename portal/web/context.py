"""What every template may use: the visitor, the menu, words and formats."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from portal.domain import clock
from portal.domain import money as money_values
from portal.domain.permissions import Permission
from portal.jobs.accounts import banks
from portal.web import access_words, event_words, formats, labels, slot_words
from portal.web.access import can, may_open, sees, works_here
from portal.web.session import visitor
from portal.web.yandex_words import STEP_IS_OFF

NAV_MAIN = (
    ("overview.show", "Обзор", "home", None),
    ("payments.show_list", "Платежи", "payments", Permission.PAYMENTS_READ),
    ("consultations.show_list", "Консультации", "consultations", Permission.CONSULTATIONS_READ),
    ("slots.show_list", "Слоты", "wait", Permission.CONSULTATIONS_BOOK),
    ("users.show_list", "Пользователи", "users", Permission.USERS_READ),
)
NAV_SYSTEM = (
    ("deliveries.show_list", "События банков", "inbox", Permission.DELIVERIES_READ),
    ("banks.show_list", "Банки", "bank", Permission.BANKS_MANAGE),
    ("matrix.show", "Права доступа", "key", Permission.ACCESS_READ),
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


def link_to(endpoint: str, words: str, **values: Any) -> Markup:
    """Return a link for who may open it, and for everybody else the words alone."""
    if not may_open(endpoint):
        return escape(words)
    return Markup('<a href="{}">{}</a>').format(url_for(endpoint, **values), words)


Items = tuple[tuple[str, str, str, Permission | None], ...]


def visible(
    items: Items, permissions: frozenset[Permission], *, is_staff: bool
) -> list[tuple[str, str, str, Permission | None]]:
    """Return the menu's items that open to a person; those without a right are for staff."""
    return [
        item
        for item in items
        if item[0] in current_app.view_functions
        and (is_staff if item[3] is None else item[3] in permissions)
    ]


def _nav(items: Items) -> list[dict[str, object]]:
    person = visitor()
    if person is None:
        return []
    return [
        {
            "url": url_for(endpoint),
            "title": title,
            "icon": icon,
            "key": KEYS.get(endpoint, ""),
            "is_current": _is_here(url_for(endpoint)),
        }
        for endpoint, title, icon, _ in visible(items, person.permissions, is_staff=person.is_staff)
    ]


def bank_title(name: str) -> str:
    """Call an account by its title; one that the settings no longer have keeps its name."""
    account = banks().find(name)
    return account.title if account else name


def _is_here(url: str) -> bool:
    """Tell whether the page is the item's own, or one below it; a refund is of its payment."""
    path = request.path
    if path.startswith("/refunds/"):
        path = url_for("payments.show_list") + path
    is_below = url != "/" and path.startswith(f"{url}/")
    return path == url or is_below


def _banners() -> list[tuple[str, str]]:
    """Tell whoever works here, on every page, which guard is down."""
    is_off = not current_app.config["PORTAL"].yandex_required
    return [("wait", STEP_IS_OFF)] if is_off and works_here() else []


def _context() -> dict[str, object]:
    return {
        "visitor": visitor(),
        "works_here": works_here(),
        "can": can,
        "sees": sees,
        "Permission": Permission,
        "nav_main": _nav(NAV_MAIN),
        "nav_system": _nav(NAV_SYSTEM),
        "theme": request.cookies.get("theme", ""),
        "density": "dense" if request.cookies.get("density") == "dense" else "",
        "keys_on": request.cookies.get("keys") != "off",
        "request_id": g.get("request_id", ""),
        "banners": _banners(),
        "asset": asset,
        "here": request.full_path.rstrip("?"),
        "partial": False,
        "plural": formats.plural,
        "opened_at": clock.now(),
    }


def set_up(app: Flask) -> None:
    """Attach filters and context to the application's templates."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["Money"] = money_values.Money
    app.jinja_env.filters["bank_title"] = bank_title
    app.jinja_env.filters["sign"] = formats.SIGNS.__getitem__
    app.jinja_env.globals["link_to"] = link_to
    names = ("money", "money_short", "in_currency", "when", "when_long", "iso", "clock_time")
    for name in (*names, "grouped"):
        app.jinja_env.filters[name] = getattr(formats, name)
    for name in ("masked_phone", "masked_email", "day_month", "shown"):
        app.jinja_env.filters[name] = getattr(formats, name)
    for name in ("label", "shape", "tone"):
        app.jinja_env.filters[name] = getattr(labels, name)
    for name in ("event_words", "actor_words", "reason_words"):
        app.jinja_env.filters[name] = getattr(event_words, name)
    for name in ("people_words", "until_words"):
        app.jinja_env.filters[name] = getattr(access_words, name)
    for name in ("in_both_zones", "long_in_both_zones"):
        app.jinja_env.filters[name] = getattr(slot_words, name)
    app.context_processor(_context)
