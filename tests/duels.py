"""Duels of two super-admins, each in a process of their own: both act on the other at once."""

import multiprocessing
from collections.abc import Sequence

from flask import Flask
from sqlalchemy import func, select, update

from portal.domain.access import LastSuperAdmin, NotHeld
from portal.domain.permissions import Role
from portal.factory import create_app
from portal.settings import Settings
from portal.store.db import transaction
from portal.store.users import User
from portal.usecases.access import change_role, set_active
from tests import builders
from tests.builders import NOW

PATIENCE = 60
#: Processes with connections of their own, forked from one that has nothing but the imports.
APART = multiprocessing.get_context("forkserver")
APART.set_forkserver_preload(["portal.factory", "tests.builders"])
#: What the first of the two does, and what the second.
KINDS = (("demote", "demote"), ("disable", "disable"), ("demote", "disable"))


def portal_of(database_url: str) -> Flask:
    """Make the portal of another process."""
    return create_app(
        Settings(
            _env_file=None,
            mode="local",
            secret_key="test-secret",
            accounts={"tochka": {"token": "none"}},
            database_url=database_url,
            redis_url="unix:///nowhere",
        )
    )


def make_duellists() -> list[int]:
    """Make the two super-admins; return their numbers."""
    people = {"gleb@example.test": "Глеб", "gala@example.test": "Гала"}
    return [builders.staff(Role.SUPER_ADMIN, name, email).user_id for email, name in people.items()]


def duel(
    database_url: str, duellists: Sequence[int], acts: Sequence[str], rounds: int
) -> list[tuple[int, list[str]]]:
    """Let two processes fight; return for each round who was left, and what both were told."""
    gate, answers = APART.Barrier(3), APART.Queue()
    pairs = zip(acts, (duellists, duellists[::-1]), strict=True)
    runners = [
        APART.Process(target=_fight, args=(database_url, gate, answers, rounds, act, *pair))
        for act, pair in pairs
    ]
    for runner in runners:
        runner.start()
    told = []
    for _ in range(rounds):
        _crown(duellists)
        gate.wait(PATIENCE)
        gate.wait(PATIENCE)
        said = sorted(answers.get(timeout=PATIENCE) for _ in runners)
        told.append((count_super_admins(), said))
    for runner in runners:
        runner.join(PATIENCE)
    assert [runner.exitcode for runner in runners] == [0, 0]
    return told


def _fight(database_url, gate, answers, rounds, act, mine, other):
    with portal_of(database_url).app_context():
        for _ in range(rounds):
            gate.wait(PATIENCE)
            answers.put(_told(act, mine, other))
            gate.wait(PATIENCE)


def _told(act: str, mine: int, other: int) -> str:
    """Act on the other; return whether it was done, or the refusal's code."""
    actor = builders.person(mine)
    try:
        if act == "demote":
            change_role(other, Role.VIEWER, "Дуэль", actor=actor, now=NOW)
        else:
            set_active(other, "Дуэль", is_active=False, actor=actor, now=NOW)
    except (NotHeld, LastSuperAdmin) as refusal:
        return refusal.code
    return "done"


def _crown(duellists: Sequence[int]) -> None:
    with transaction() as session:
        both = update(User).where(User.id.in_(duellists))
        session.execute(both.values(role=Role.SUPER_ADMIN.value, is_active=True))


def count_super_admins() -> int:
    """Count who may change any right."""
    with transaction() as session:
        return session.scalar(
            select(func.count()).where(User.role == Role.SUPER_ADMIN.value, User.is_active)
        )
