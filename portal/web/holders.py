"""People and what they hold: the tab «Люди», and who may return the money of a payment (E5, D5)."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request

from portal.domain import clock
from portal.domain.money import Money
from portal.domain.permissions import Permission
from portal.domain.refunds import rule_in_the_way
from portal.jobs.accounts import mode_of
from portal.store.access import PersonalGrant
from portal.store.db import db
from portal.store.holders import GivenRight, list_grants, list_handed_on, list_holders
from portal.store.payment_rows import PaymentRow
from portal.store.refund_rights import left_of, refund_rights
from portal.store.users import User, get_user
from portal.web.access import can, requires
from portal.web.access_words import GROUPS, NOT_THIS_ONE
from portal.web.fragments import render
from portal.web.labels import LABELS
from portal.web.lists import choice, options

bp = Blueprint("holders", __name__, url_prefix="/access/people")
RETURNERS_LIMIT = 30


@dataclass(frozen=True, slots=True)
class Given:
    """A right handed over, as a card shows it; ``left`` is what is left of its sum."""

    grant: PersonalGrant
    right: str
    is_in_force: bool
    left: Money | None
    giver: str
    taker: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A right in force that a person gave to another, as the giver's card shows it."""

    grant: PersonalGrant
    right: str
    holder: User


@dataclass(frozen=True, slots=True)
class Person:
    """A line of the tab: who, and which rights were handed over and are in force."""

    user: User
    given: list[Given]


@dataclass(frozen=True, slots=True)
class Returner:
    """Somebody who may return money: until when, what is left of the limit, what bars this one."""

    user: User
    until: datetime | None
    left: Money | None
    is_by_hand: bool
    obstacle: str


def given_rights(user_id: int) -> list[Given]:
    """Return the rights handed over to a person, those in force first."""
    given = [_given(each) for each in list_grants(db.session(), user_id)]
    return sorted(given, key=lambda each: not each.is_in_force)


def rights_in_force(user: User) -> list[Given]:
    """Return the rights handed over to a person that can be used now."""
    return [each for each in given_rights(user.id) if each.is_in_force]


def handed_on(user_id: int) -> list[Passed]:
    """Return what a person gave to others; nothing for a visitor who may not look at rights."""
    if not can(Permission.ACCESS_READ):
        return []
    rows = list_handed_on(db.session(), user_id, now=clock.now())
    return [Passed(row.grant, _words(row.grant), row.holder) for row in rows]


def _words(grant: PersonalGrant) -> str:
    return LABELS[grant.permission] if grant.permission else grant.permission_code


def _given(row: GivenRight) -> Given:
    grant = row.grant
    return Given(
        grant=grant,
        right=_words(grant),
        is_in_force=grant.is_in_force(clock.now()),
        left=left_of(db.session(), grant),
        giver=row.giver or "портал",
        taker=row.taker or "",
    )


@bp.get("")
@requires(Permission.ACCESS_READ)
def show_list() -> Response:
    """Show who works here, and who was handed any right; or everybody who holds one right."""
    right = choice(Permission, request.args.get("right", ""))
    people = list_holders(db.session(), right, now=clock.now())
    page = "access/people.html"
    rights = [each for _, group in GROUPS for each in group]
    return render(
        page,
        page,
        right=right,
        rights=options(rights, LABELS, right or ""),
        people=[Person(user, rights_in_force(user) if user.grants else []) for user in people],
    )


def returners(row: PaymentRow) -> list[Returner]:
    """Return who may return this payment's money now: staff, who was handed the right, the client.

    Who holds the right but is barred from this payment by a rule of their own is named with it.
    """
    session, now = db.session(), clock.now()
    found = list_holders(session, Permission.REFUNDS_CREATE, now=now, limit=RETURNERS_LIMIT)
    people = [_returner(row, user, now, own=False) for user in found]
    client = get_user(session, row.user_id)
    if Permission.OWN_REFUND in client.permissions(now):
        people.append(_returner(row, client, now, own=True))
    return people


def _returner(row: PaymentRow, user: User, now: datetime, *, own: bool) -> Returner:
    rights = refund_rights(db.session(), user, own=own, now=now)
    rule = rule_in_the_way(row.facts(rights, mode_of(row.account)))
    hold = user.holds(now)[Permission.OWN_REFUND if own else Permission.REFUNDS_CREATE]
    is_theirs = rule is not None and rule.code in NOT_THIS_ONE
    return Returner(
        user=user,
        until=hold.until,
        left=rights.limit,
        is_by_hand=rights.grant_id is not None,
        obstacle=NOT_THIS_ONE[rule.code] if rule is not None and is_theirs else "",
    )
