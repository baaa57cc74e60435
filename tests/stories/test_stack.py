"""One command starts everything, refuses clearly, and leaves nothing behind."""

import signal
import socket
import sqlite3
import stat
import sys
from contextlib import closing

import httpx
import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from portal.jobs.queue import QUEUE
from portal.stack.children import DEATHS_MAX
from portal.stack.surroundings import socket_path, take_data_dir
from tests import stacks


def people_in(data_dir):
    with closing(sqlite3.connect(data_dir / "portal.sqlite")) as connection:
        return connection.execute("SELECT count(*) FROM users").fetchone()[0]


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "var"


def tell_how_long(stack, capsys):
    with capsys.disabled():
        sys.stdout.write(next(line for line in stack.lines if "запущены" in line))


def test_a_fresh_start_is_whole_and_a_second_one_keeps_its_data(data_dir, capsys):
    first = stacks.start(data_dir)
    tell_how_long(first, capsys)
    secret, people = (data_dir / "secret").read_text(), people_in(data_dir)
    family = stacks.family_of(first.process.pid)
    codes = [first.stop(signal.SIGINT)]

    second = stacks.start(data_dir)
    tell_how_long(second, capsys)
    family += stacks.family_of(second.process.pid)
    kept = ((data_dir / "secret").read_text(), people_in(data_dir))
    codes.append(second.stop(signal.SIGTERM))

    assert kept == (secret, people)
    assert people == 10
    assert stat.S_IMODE((data_dir / "secret").stat().st_mode) == 0o600
    assert codes == [0, 0]
    assert stacks.left_of(family) == []


def test_a_killed_stack_leaves_no_process_and_its_folder_is_free(data_dir):
    stack = stacks.start(data_dir)
    family = stacks.family_of(stack.process.pid)

    stack.stop(signal.SIGKILL)

    assert {stack.pid_of(name) for name in stacks.CHILDREN} <= set(family)
    assert stacks.left_of(family) == []
    with take_data_dir(data_dir) as lock:
        assert lock.name == str(data_dir / "lock")


def test_a_stop_that_is_heard_twice_lets_the_job_finish(data_dir, tmp_path):
    stack = stacks.start(data_dir)
    begun, finished = tmp_path / "begun", tmp_path / "finished"
    with Redis(unix_socket_path=str(socket_path(data_dir))) as connection:
        queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
        queue.enqueue_call(stacks.take_a_while, args=(str(begun), str(finished)))
    assert stacks.eventually(begun.exists)
    assert not finished.exists()
    cron = stack.pid_of("cron")

    stack.process.send_signal(signal.SIGTERM)
    assert stacks.left_of([cron]) == []
    code = stack.stop(signal.SIGTERM)

    assert (code, finished.exists()) == (0, True)


def kill_and_see_again(stack, name):
    killed = stack.pid_of(name)
    stack.kill(name)
    assert stacks.eventually(lambda: stack.pid_of(name) != killed)


@pytest.mark.parametrize("name", ["worker", "cron", "redis", "web", "simulators"])
def test_a_killed_child_is_started_again(stack, name):
    kill_and_see_again(stack, name)

    assert stack.settles()


def test_a_child_that_keeps_dying_stops_the_stack(data_dir):
    stack = stacks.start(data_dir)
    for _ in range(DEATHS_MAX - 1):
        kill_and_see_again(stack, "cron")
    family = stacks.family_of(stack.process.pid)

    stack.kill("cron")
    code = stack.process.wait(stacks.STOP_SECONDS)

    assert code == 1
    assert stacks.left_of(family) == []
    assert stacks.eventually(lambda: "keeps dying" in stack.text)
    assert stack.lines[-1] == f"cron keeps dying, see {data_dir}/log/cron.log\n"


@pytest.mark.parametrize("name", ["PORTAL_PORT", "SANDBOX_PORT"])
def test_a_taken_port_is_named(data_dir, name):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])

        code, said = stacks.refused(data_dir, **{name: port})

    assert code == 1
    assert said == f"port {port} on 127.0.0.1: Address already in use; set {name}\n"


def test_one_data_folder_serves_one_stack(stack):
    code, said = stacks.refused(stack.data_dir)

    assert code == 1
    assert said == f"{stack.data_dir} is in use by another stack; set PORTAL_DATA_DIR\n"
    assert httpx.get(f"{stack.portal_url}/healthz").status_code == 200


BOOK_HOLDS = "Книга сходится: остатки равны суммам проводок, сумма по каждой валюте равна нулю.\n"


def test_a_command_beside_the_stack_needs_no_settings(stack):
    assert stacks.command(stack, "ledger", "verify") == (0, BOOK_HOLDS)


SILENT_DATABASE = "postgresql+psycopg://portal:***@127.0.0.1:9/portal"
OPEN = "PORTAL_PUBLIC_URL must be https in production"
REFUSALS = {
    "a missing setting": (
        {"PORTAL_MODE": "production"},
        (2, f"not set: PORTAL_SECRET_KEY, PORTAL_ACCOUNTS; {OPEN}\n"),
    ),
    "a wrong setting": (
        {"PORTAL_SWEEP_SECONDS": "0"},
        (2, "PORTAL_SWEEP_SECONDS: Input should be greater than or equal to 1\n"),
    ),
    "a silent Redis": (
        {"PORTAL_REDIS_URL": "redis://:secret@127.0.0.1:9/0"},
        (1, "Redis does not answer: PORTAL_REDIS_URL=redis://:***@127.0.0.1:9/0\n"),
    ),
    "an unreadable Redis": (
        {"PORTAL_REDIS_URL": "127.0.0.1:6379"},
        (1, "Redis does not answer: PORTAL_REDIS_URL=(unreadable address)\n"),
    ),
    "a silent PostgreSQL": (
        {"PORTAL_DATABASE_URL": "postgresql://portal:secret@127.0.0.1:9/portal"},
        (1, f"PostgreSQL does not answer: PORTAL_DATABASE_URL={SILENT_DATABASE}\n"),
    ),
}


@pytest.mark.parametrize(("settings", "answer"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_missing_is_said_in_one_line(data_dir, settings, answer):
    assert stacks.refused(data_dir, **settings) == answer
