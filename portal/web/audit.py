"""The journal: who did what to what, and whether the chain of entries is whole (I-45, I-46)."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, url_for

from portal.domain.journal import Outcome
from portal.domain.permissions import Permission
from portal.domain.search import without_contacts
from portal.store.access import role_titles
from portal.store.audit import AuditEntry, last_check
from portal.store.audit_lists import (
    AuditFilter,
    AuditRow,
    entries_of_requests,
    list_entries,
    people_to_choose,
)
from portal.store.db import db
from portal.store.lists import Page, PageRequest
from portal.web.access import can, requires
from portal.web.export_words import JOURNAL
from portal.web.exports import Export, export, wanted_format
from portal.web.inputs import row_number
from portal.web.journal_search import read_query
from portal.web.journal_words import FAULTS, GROUPS, action_words, details, object_words
from portal.web.labels import LABELS
from portal.web.lists import (
    ListView,
    chips,
    choice,
    day_end,
    day_start,
    found,
    options,
    read_list,
    render_list,
)

bp = Blueprint("audit", __name__, url_prefix="/audit")
#: Table -> the card of one row, and the right that opens it.
CARDS = {
    "payments": ("payments.show", Permission.PAYMENTS_READ),
    "refunds": ("refunds.show", Permission.PAYMENTS_READ),
    "consultations": ("consultations.show", Permission.CONSULTATIONS_READ),
    "users": ("users.show", Permission.USERS_READ),
    "deliveries": ("deliveries.show", Permission.DELIVERIES_READ),
}


def card_url(entry: AuditEntry) -> str:
    """Return the address of what the entry is about; empty when there is none for the visitor."""
    endpoint, right = CARDS.get(entry.object_type, ("", None))
    if right is None or entry.object_id is None or not can(right):
        return ""
    return url_for(endpoint, number=entry.object_id)


def _filter(view: ListView) -> AuditFilter:
    asked = read_query(view.query)
    return AuditFilter(
        number=asked.number,
        kind=asked.kind,
        request_id=asked.request_id,
        ip=asked.ip,
        names=asked.names,
        label=asked.label,
        is_unsearchable=asked.is_unsearchable,
        actions=GROUPS.get(view.value("action"), ("", ()))[1],
        person_id=row_number(view.value("person")),
        outcome=choice(Outcome, view.value("outcome")),
        since=day_start(view.value("from")),
        until=day_end(view.value("to")),
        page=view.page,
    )


def _export(view: ListView, wanted: AuditFilter) -> Export:
    def read(page: PageRequest) -> Page[AuditRow]:
        return list_entries(db.session(), replace(wanted, page=page))

    return Export("журнал", view.url, AuditEntry(), JOURNAL, read, right=Permission.AUDIT_READ)


@bp.get("")
@requires(Permission.AUDIT_READ)
def show_list() -> Response:
    """Show the journal, newest first, and when its chain was last found whole."""
    view = read_list()
    wanted = _filter(view)
    file = wanted_format()
    if file is not None:
        return export(_export(view, wanted), file)
    page = list_entries(db.session(), wanted)
    return render_list(
        "audit/list.html",
        "audit/_results.html",
        view,
        page,
        rows=page.items,
        found=found(page, "запись", "записи", "записей"),
        **_controls(view, wanted),
        **_about(page),
    )


def _controls(view: ListView, wanted: AuditFilter) -> dict[str, Any]:
    people = people_to_choose(db.session(), wanted.person_id)
    groups = {name: words for name, (words, _) in GROUPS.items()}
    person, group = str(wanted.person_id or ""), view.value("action")
    names = {
        "action": f"действие: {groups[group]}" if group in groups else "",
        "person": f"человек: {people.get(person, person)}" if person else "",
        "outcome": f"итог: {LABELS[wanted.outcome]}" if wanted.outcome else "",
        "from": f"с {view.value('from')}" if wanted.since else "",
        "to": f"по {view.value('to')}" if wanted.until else "",
    }
    return {
        "groups": options(tuple(groups), groups, group),
        "people": options(tuple(people), people, person),
        "outcomes": options(tuple(Outcome), LABELS, view.value("outcome")),
        "chips": chips(view, names),
    }


def _about(page: Page[AuditRow]) -> dict[str, Any]:
    """Gather what the rows need besides themselves: one statement for each thing."""
    session = db.session()
    requests = {row.entry.request_id for row in page.items if row.entry.request_id}
    return {
        "titles": role_titles(session),
        "same_request": entries_of_requests(session, sorted(requests)),
        "check": last_check(session),
        "faults": FAULTS,
        "details": details,
        "without_contacts": str if can(Permission.USERS_CONTACTS) else without_contacts,
        "card_url": card_url,
        "action_words": action_words,
        "object_words": object_words,
    }
