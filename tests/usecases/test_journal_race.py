"""Four processes write into the journal at once: one chain, no gap, nothing lost (I-46)."""

from contextlib import suppress

import pytest
from sqlalchemy import select

from portal.domain.actors import SYSTEM
from portal.domain.errors import EmailTaken
from portal.domain.permissions import Role
from portal.store.audit import AuditEntry
from portal.store.db import transaction
from portal.store.users import User
from portal.usecases.journal import verify_journal
from portal.usecases.users import NewUser, create_user
from tests.builders import NOW
from tests.duels import APART, portal_of

PROCESSES, PEOPLE_EACH = 4, 25
PATIENCE = 90


def make_people(database_url, gate, process):
    """Make people, every second one twice, which is refused and rolled back."""
    app = portal_of(database_url)
    with app.app_context():
        gate.wait(PATIENCE)
        for number in range(PEOPLE_EACH):
            new = NewUser(f"p{process}.{number}@example.test", "Человек", Role.CLIENT)
            for _ in range(1 + number % 2):
                with suppress(EmailTaken):
                    create_user(new, actor=SYSTEM, now=NOW)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_four_processes_write_one_chain_without_a_gap(app, database_url):
    gate = APART.Barrier(PROCESSES)
    runners = [
        APART.Process(target=make_people, args=(database_url, gate, process))
        for process in range(PROCESSES)
    ]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join(PATIENCE)

    assert [runner.exitcode for runner in runners] == [0] * PROCESSES
    with app.app_context(), transaction() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        people = session.scalars(select(User.id)).all()
        assert [entry.id for entry in entries] == list(range(1, PROCESSES * PEOPLE_EACH + 1))
        assert sorted(entry.object_id for entry in entries) == sorted(people)
    with app.app_context():
        assert verify_journal(known={}).broken is None
