"""People: the list with balances, the card with the statement behind every number (E3, C2, C3)."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, request

from portal.domain import clock
from portal.domain.permissions import Permission
from portal.store.access import role_titles
from portal.store.consultation_lists import ConsultationFilter, list_consultations
from portal.store.db import db
from portal.store.lists import Page, PageRequest
from portal.store.payment_rows import payment_rows_of_user
from portal.store.user_lists import (
    StatementLine,
    UserFilter,
    balances_of,
    list_users,
    statement,
    totals_held,
)
from portal.store.users import User, get_user
from portal.web.access import can, requires
from portal.web.export_words import STATEMENT
from portal.web.exports import LIMIT, Export, export, wanted_format
from portal.web.fragments import render
from portal.web.holders import given_rights
from portal.web.lists import (
    ListURL,
    ListView,
    chips,
    found,
    options,
    pager,
    read_list,
    render_list,
)
from portal.web.payments import line_of

bp = Blueprint("users", __name__, url_prefix="/users")
TABS = (("", "Обзор"), ("statement", "Выписка"), ("consultations", "Консультации"))


def _filter(view: ListView) -> UserFilter:
    return UserFilter(view.tokens, view.value("role") or None, view.value("free") == "1", view.page)


def _words(wanted: UserFilter, titles: Mapping[str, str]) -> dict[str, str]:
    return {
        "role": f"роль: {titles.get(wanted.role, wanted.role)}" if wanted.role else "",
        "free": "есть свободные деньги" if wanted.has_free_money else "",
    }


@bp.get("")
@requires(Permission.USERS_READ)
def show_list() -> Response:
    """Show the people, newest first, with what is held for each and for all."""
    view = read_list()
    wanted = _filter(view)
    page = list_users(db.session(), wanted)
    titles = role_titles(db.session())
    return render_list(
        "users/list.html",
        "users/_results.html",
        view,
        rows=page.items,
        found=found(page, "человек", "человека", "человек"),
        pager=pager(view, page),
        chips=chips(view, _words(wanted, titles)),
        titles=titles,
        roles=options(tuple(titles), titles, view.value("role")),
        has_free_money=wanted.has_free_money,
        totals=totals_held(db.session()),
        shows_contacts=can(Permission.USERS_CONTACTS),
    )


def _tab(number: int, tab: str) -> dict[str, Any]:
    session, now = db.session(), clock.now()
    if tab == "statement":
        return {"statement": statement(session, number), "statement_url": _statement_url()}
    if tab == "consultations":
        wanted = ConsultationFilter(client_id=number, page=PageRequest(per=100))
        return {"consultations": list_consultations(session, wanted, now=now).items}
    if not can(Permission.PAYMENTS_READ):
        return {"lines": None}
    rows = payment_rows_of_user(session, number, now=now)
    return {"lines": [line_of(row) for row in rows]}


def _export(user: User) -> Export:
    def read(_page: PageRequest) -> Page[StatementLine]:
        lines = statement(db.session(), user.id, limit=LIMIT + 1)
        return Page(lines, next="", previous="", total=len(lines))

    return Export(f"выписка_{user.id}", _statement_url(), user, STATEMENT, read)


def _statement_url() -> ListURL:
    return ListURL(request.path, {"tab": "statement"})


def _wanted_tab() -> str:
    wanted = request.args.get("tab", "")
    return wanted if wanted in dict(_tabs()) else ""


def _tabs() -> list[tuple[str, str]]:
    """Return the tabs of a card that open to the visitor."""
    sees = can(Permission.CONSULTATIONS_READ)
    return [tab for tab in TABS if tab[0] != "consultations" or sees]


@bp.get("/<int:number>")
@requires(Permission.USERS_READ)
def show(number: int) -> Response:
    """Show the card of a person: balance, payments, statement, consultations."""
    if number >= 2**63:
        abort(404)
    tab = _wanted_tab()
    user = get_user(db.session(), number)
    file = wanted_format()
    if file is not None:
        return export(_export(user), file)
    return render(
        "users/show.html",
        "users/show.html",
        user=user,
        balances=balances_of(db.session(), [number]).get(number, ()),
        tab=tab,
        tabs=_tabs(),
        shows_contacts=can(Permission.USERS_CONTACTS),
        given=given_rights(number) if can(Permission.ACCESS_READ) else [],
        **_tab(number, tab),
    )
