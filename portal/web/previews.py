"""«Посмотреть как…»: the menu and the buttons that a role or a person sees, by the same policy."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, request

from portal.domain import clock
from portal.domain.permissions import Permission, Role
from portal.store.access import list_roles
from portal.store.db import db
from portal.store.holders import list_holders
from portal.store.users import User, get_user
from portal.web.access import can, opens, requires, tag_of
from portal.web.access_words import DOORS
from portal.web.context import NAV_MAIN, NAV_SYSTEM, visible
from portal.web.fragments import render
from portal.web.holders import Given, rights_in_force
from portal.web.inputs import row_number

bp = Blueprint("previews", __name__, url_prefix="/access/preview")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose eyes the page looks through."""

    name: str
    permissions: frozenset[Permission]
    is_staff: bool
    given: list[Given]


def _of_role(code: str) -> Subject | None:
    role = next((role for role in list_roles(db.session()) if role.code == code), None)
    if role is None:
        return None
    return Subject(f"роль «{role.title}»", role.permissions, code != Role.CLIENT, [])


def _of_user(text: str, people: Sequence[User]) -> Subject | None:
    """Look through a person's eyes; who may not read cards learns only those whom the tab names."""
    number = row_number(text)
    if number is None or not (can(Permission.USERS_READ) or number in {one.id for one in people}):
        return None
    user = get_user(db.session(), number)
    state = "" if user.is_active else " (отключён и войти не может)"
    return Subject(
        f"{user.name}{state}",
        user.permissions(clock.now()),
        user.is_staff and user.is_active,
        rights_in_force(user) if user.is_active else [],
    )


def _doors(subject: Subject) -> list[tuple[str, list[tuple[str, bool]]]]:
    return [
        (
            title,
            [(words, opens(tag_of(endpoint), subject.permissions)) for endpoint, words in doors],
        )
        for title, doors in DOORS
    ]


@bp.get("")
@requires(Permission.ACCESS_READ)
def show() -> Response:
    """Show what a role or a person sees; nothing can be pressed here."""
    role, user = request.args.get("role", ""), request.args.get("user", "")
    people = list_holders(db.session(), None, now=clock.now())
    subject = _of_user(user, people) if user else _of_role(role or Role.ADMIN)
    page = "access/preview.html"
    return render(
        page,
        page,
        subject=subject,
        role=role or ("" if user else Role.ADMIN.value),
        user=user,
        roles=list_roles(db.session()),
        people=people,
        menu=_menu(subject) if subject else [],
        doors=_doors(subject) if subject else [],
    )


def _menu(subject: Subject) -> list[str]:
    items = (*NAV_MAIN, *NAV_SYSTEM)
    shown = visible(items, subject.permissions, is_staff=subject.is_staff)
    return [title for _, title, _, _ in shown]
