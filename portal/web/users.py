"""People: the list with balances, the card with the statement behind every number (E3, C2, C3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request

from portal.domain import clock
from portal.domain.permissions import Permission
from portal.store.access import role_titles
from portal.store.activities import count_consultations, last_payments
from portal.store.card_checks import checks_of
from portal.store.cards import cards_of
from portal.store.consultation_lists import ConsultationFilter, list_consultations
from portal.store.db import db
from portal.store.lists import PageRequest
from portal.store.payment_rows import payment_rows_of_user
from portal.store.user_lists import (
    UserFilter,
    balances_of,
    list_users,
    totals_held,
)
from portal.store.users import get_user
from portal.web.access import can, require_step, requires, sees
from portal.web.bindings import told_binding
from portal.web.card_words import card_name, check_line, is_chargeable
from portal.web.exports import export, wanted_format
from portal.web.fragments import is_partial, render
from portal.web.holders import given_rights, handed_on
from portal.web.lists import (
    ListView,
    chips,
    found,
    options,
    read_list,
    render_list,
)
from portal.web.payments import lines_of
from portal.web.search_words import PEOPLE, one_of
from portal.web.statements import read_statement, statement_file

bp = Blueprint("users", __name__, url_prefix="/users")
TABS = (("", "Обзор"), ("statement", "Выписка"), ("consultations", "Консультации"))


def _filter(view: ListView) -> UserFilter:
    return UserFilter(
        view.tokens,
        view.value("role") or None,
        has_free_money=view.value("free") == "1",
        has_card=view.value("bound") == "1" and sees(Permission.PAYMENTS_READ),
        page=view.page,
    )


def _words(wanted: UserFilter, titles: Mapping[str, str]) -> dict[str, str]:
    return {
        "role": f"роль: {titles.get(wanted.role, wanted.role)}" if wanted.role else "",
        "free": "есть свободные деньги" if wanted.has_free_money else "",
        "bound": "есть привязанная карта" if wanted.has_card else "",
    }


@bp.get("")
@requires(Permission.USERS_READ)
def show_list() -> Response:
    """Show the people, newest first, with what is held for each and for all."""
    titles = role_titles(db.session())
    view = read_list({"role": one_of("role", titles), **PEOPLE}, card="users.show")
    wanted = _filter(view)
    page = list_users(db.session(), wanted)
    return render_list(
        "users/list.html",
        "users/_results.html",
        view,
        page,
        rows=page.items,
        found=found(page, "человек", "человека", "человек"),
        chips=chips(view, _words(wanted, titles)),
        titles=titles,
        roles=options(tuple(titles), titles, view.param("role")),
        wanted=wanted,
        totals=() if is_partial() else totals_held(db.session()),
        **_activity([row.id for row in page.items]),
    )


def _activity(user_ids: Sequence[int]) -> dict[str, Any]:
    """Tell what each has booked and paid, to who may look at that."""
    session = db.session()
    may_count, may_date = can(Permission.CONSULTATIONS_READ), sees(Permission.PAYMENTS_READ)
    return {
        "counts": count_consultations(session, user_ids) if may_count else None,
        "paid": last_payments(session, user_ids) if may_date else None,
    }


def _tab(number: int, tab: str) -> dict[str, Any]:
    session, now = db.session(), clock.now()
    if tab == "statement":
        require_step(Permission.PAYMENTS_READ)
        period = read_statement(number)
        return {"period": period, "statement": period.lines}
    if tab == "consultations":
        wanted = ConsultationFilter(client_id=number, page=PageRequest(per=100))
        return {"consultations": list_consultations(session, wanted, now=now).items}
    if not sees(Permission.PAYMENTS_READ):
        return {"lines": None}
    rows = payment_rows_of_user(session, number, now=now)
    return {"lines": lines_of(rows)}


def _cards(number: int) -> dict[str, Any]:
    """Load a client's cards and their last checks, for who may see payments."""
    if not sees(Permission.PAYMENTS_READ):
        return {"cards": [], "checks": [], "binding": None}
    cards, checks = cards_of(db.session(), number), checks_of(db.session(), number)
    return {
        "cards": [(card, card_name(card), is_chargeable(card)) for card in cards],
        "checks": [(check, check_line(check)) for check in checks],
        "binding": told_binding(number),
    }


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
    tab = _wanted_tab()
    user = get_user(db.session(), number)
    file = wanted_format()
    if file is not None:
        require_step(Permission.PAYMENTS_READ)
        return export(statement_file(user), file)
    return render(
        "users/show.html",
        "users/show.html",
        user=user,
        balances=balances_of(db.session(), [number]).get(number, ()),
        tab=tab,
        tabs=_tabs(),
        is_revealed=False,
        given=given_rights(number) if can(Permission.ACCESS_READ) else [],
        handed_on=handed_on(number),
        **(_cards(number) | _tab(number, tab)),
    )
