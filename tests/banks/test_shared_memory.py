"""What a bank has told once is known to every process that was forked, for an hour."""

import multiprocessing
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.banks.shared_memory import LIFETIME, SharedMemory

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def memory():
    """Give a memory in which nothing has been told."""
    return SharedMemory()


def test_what_a_forked_job_learns_its_parent_knows(memory):
    job = multiprocessing.get_context("fork").Process(
        target=memory.remember, args=("points", {"1": True})
    )
    job.start()
    job.join()

    assert memory.recall("points") == {"1": True}


def test_facts_do_not_push_each_other_out(memory):
    memory.remember("code", "300000092")
    memory.remember("points", {"1": False})

    assert (memory.recall("code"), memory.recall("points")) == ("300000092", {"1": False})
    assert memory.recall("unheard") is None


def test_everything_is_forgotten_an_hour_after_the_first_fact(memory):
    with time_machine.travel(NOW, tick=False) as clock:
        memory.remember("code", "1")
        clock.shift(LIFETIME - timedelta(seconds=1))
        memory.remember("points", {})
        known = (memory.recall("code"), memory.recall("points"))
        clock.shift(timedelta(seconds=1))
        left = (memory.recall("code"), memory.recall("points"))

    assert (known, left) == (("1", {}), (None, None))


def test_what_was_torn_by_a_dying_job_is_not_believed(memory):
    memory.remember("code", "300000092")
    memory._page[20:22] = b"??"

    assert memory.recall("code") is None


def test_what_finds_no_room_is_only_forgotten(memory):
    memory.remember("code", "1")
    memory.remember("points", {"0" * 20_000: True})

    assert (memory.recall("code"), memory.recall("points")) == ("1", None)
