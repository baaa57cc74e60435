"""Edits of the matrix: read from the form, and put into the words of the page before saving."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import abort
from werkzeug.datastructures import MultiDict

from portal.domain import clock
from portal.domain.access import Holder, MatrixChanged, check_matrix
from portal.domain.permissions import Permission
from portal.store.access import AccessRole, get_role, known
from portal.store.db import db
from portal.store.holders import People, count_kept_by_hand, has_other_holders, people_of_role
from portal.usecases.access import RoleEdit
from portal.web.access_words import rights_words, warnings
from portal.web.labels import LABELS

_VERSION = re.compile(r"(?a:(\w{1,32}):(\d{1,9}))")
_CELL = re.compile(r"(?a:(\w{1,32})/([a-z_]{1,20}:[a-z_]{1,20}))")
Edits = Mapping[str, RoleEdit]


@dataclass(frozen=True, slots=True)
class Difference:
    """What saving would change for one role, in words."""

    code: str
    title: str
    added: list[str]
    removed: list[str]
    people: People
    kept_by_hand: int
    warnings: list[str]


def read_edits(fields: MultiDict[str, str]) -> Edits:
    """Read the ticked boxes of every role that the form had; answer 422 to what is no box."""
    versions = [_VERSION.fullmatch(text) for text in fields.getlist("version")]
    cells = [_CELL.fullmatch(text) for text in fields.getlist("cell")]
    ticked: dict[str, set[Permission]] = {found[1]: set() for found in versions if found}
    for cell in cells:
        permission = known(cell[2]) if cell else None
        if cell is None or permission is None or cell[1] not in ticked:
            abort(422)
        ticked[cell[1]].add(permission)
    if not all(versions):
        abort(422)
    return {
        found[1]: RoleEdit(int(found[2]), frozenset(ticked[found[1]]))
        for found in versions
        if found
    }


def differences_of(edits: Edits, person: Holder) -> list[Difference]:
    """Say what saving would change; raise MatrixChanged, and what ``check_matrix`` raises."""
    found = []
    for code, edit in edits.items():
        role = get_role(db.session(), code)
        before, after = role.permissions, edit.permissions
        if before == after:
            continue
        if role.version != edit.version:
            raise MatrixChanged(role=code)
        check_matrix(person, code, before=before, after=after)
        found.append(_difference(role, before, after))
    return found


def _difference(
    role: AccessRole, before: frozenset[Permission], after: frozenset[Permission]
) -> Difference:
    session, now, removed = db.session(), clock.now(), before - after
    lonely = [
        LABELS[each]
        for each in sorted(removed)
        if not has_other_holders(session, each, but_role=role.code, now=now)
    ]
    return Difference(
        code=role.code,
        title=role.title,
        added=rights_words(after - before),
        removed=rights_words(removed),
        people=people_of_role(session, role.code),
        kept_by_hand=count_kept_by_hand(session, role.code, removed, now=now),
        warnings=warnings(role.code, after - before, after, lonely),
    )
