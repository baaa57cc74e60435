"""A forgotten password: the door does the same for everybody, a job looks whose address it is."""

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer

from portal.domain.letters import LetterKind
from portal.jobs import passwords as jobs
from portal.jobs import sweep
from portal.jobs.queue import QUEUE
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.store.password_requests import PasswordRequest

PATH = "/password/forgotten"
KNOWN, UNKNOWN, DISABLED = "anna@example.test", "nobody@example.test", "oleg@example.test"


@pytest.fixture
def asks(world, listen):
    """Give a stranger who asks for a link; what the database was told is returned."""
    told = []
    listen("before_cursor_execute", lambda _c, _u, statement, *_: told.append(statement))
    stranger = world.browser_of()

    def ask(email):
        token = stranger.token
        told.clear()
        answer = stranger.client.post(PATH, data={"email": email, "csrf_token": token})
        assert (answer.status_code, "Если такая почта у нас есть" in answer.text) == (200, True)
        return list(told)

    return ask


def waiting(redis_url):
    """Return the jobs that wait: their names and what they are given."""
    with redis.Redis.from_url(redis_url) as client:
        jobs = Queue(QUEUE, connection=client, serializer=JSONSerializer).jobs
        return [(job.id, job.args) for job in jobs]


def links(world):
    """Return the numbers of the letters with a link."""
    with world.app.app_context(), transaction() as session:
        rows = session.query(Letter.id).filter_by(kind=LetterKind.ACCESS_LINK)
        return [number for (number,) in rows]


def unanswered(world):
    with world.app.app_context(), transaction() as session:
        return session.query(PasswordRequest).count()


def test_the_same_is_done_for_every_address(world, asks, redis_url):
    known, unknown, disabled = [asks(email) for email in (KNOWN, UNKNOWN, DISABLED)]

    assert known == unknown == disabled
    assert [statement.split()[0] for statement in known if "password_requests" in statement] == [
        "INSERT"
    ]
    assert waiting(redis_url) == [(f"passwords-answer-{number}", [number]) for number in (1, 2, 3)]
    assert (links(world), unanswered(world)) == ([], 3)


def test_only_who_is_here_is_written_to(world, asks, redis_url):
    for email in (UNKNOWN, KNOWN, DISABLED):
        asks(email)

    with world.app.app_context():
        for number in (1, 2, 3):
            jobs.answer(number)

    (letter,) = links(world)
    assert waiting(redis_url)[3:] == [(f"letters-deliver-{letter}", [letter])]
    assert unanswered(world) == 0


def test_a_lost_ring_costs_nobody_their_letter(world, asks, redis_url):
    asks(KNOWN)
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()

    with world.app.app_context():
        sweep.ring()

    assert ("passwords-answer-1", [1]) in waiting(redis_url)


def test_a_visitor_asks_for_so_many_links_whomever_they_name(world, asks, redis_url):
    for number in range(10):
        asks(f"nobody{number}@example.test")

    told = []
    for email in (KNOWN, UNKNOWN, DISABLED):
        answer = world.browser_of().post(PATH, {"email": email})
        told.append((answer.status_code, "Слишком много попыток. Попробуйте в" in answer.text))

    assert told == [(429, True)] * 3
    assert (len(waiting(redis_url)), unanswered(world)) == (10, 10)


def test_who_asks_for_links_may_still_sign_in(world, asks):
    for _ in range(10):
        asks(KNOWN)

    form = {"email": KNOWN, "password": "wrong"}
    assert world.browser_of().post("/sign-in", form).status_code == 422
