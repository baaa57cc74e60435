"""A letter is sent by a job, tried again while the mail server is away, and holds its link."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
import time_machine
from pydantic import SecretStr

from portal.jobs import letters as jobs
from portal.store.attempts import SignInLimit
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.usecases import passwords
from tests import builders
from tests.builders import NOW

LIMIT = SignInLimit(10, timedelta(minutes=15))
LINK = re.compile(r"http://127\.0\.0\.1:8000/password/link/\S+")


@pytest.fixture
def letter_id(app):
    """Give the number of a letter with a link that Анна has asked for."""
    with app.app_context(), time_machine.travel(NOW, tick=False):
        anna = builders.staff()
        request = passwords.ask_for_link("anna@example.test", actor=anna, now=NOW, limit=LIMIT)
        yield passwords.answer_request(request, now=NOW)


def letter(letter_id):
    with transaction() as session:
        return session.get_one(Letter, letter_id)


class MailServer(StreamRequestHandler):
    """A mail server on this machine that keeps what it is given."""

    taken: list[bytes] = []

    def handle(self):
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            if line.upper().startswith(b"DATA"):
                self._take()
            else:
                self.wfile.write(
                    b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n"
                )

    def _take(self):
        self.wfile.write(b"354 go on\r\n")
        lines = iter(self.rfile.readline, b".\r\n")
        self.taken.append(b"".join(lines))
        self.wfile.write(b"250 taken\r\n")


@pytest.fixture
def mail_server():
    MailServer.taken.clear()
    with ThreadingTCPServer(("127.0.0.1", 0), MailServer) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"smtp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_the_local_stack_leaves_letters_in_a_folder(app, letter_id):
    jobs.deliver(letter_id)

    (path,) = (app.config["PORTAL"].data_dir / "mail").glob("*.eml")
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    plain, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert (message["To"], message["Subject"]) == (
        "anna@example.test",
        "Ссылка, чтобы задать пароль",
    )
    assert LINK.search(plain)[0] in html
    assert (letter(letter_id).sent_at, letter(letter_id).next_try_at) == (NOW, None)


def test_a_letter_is_sent_once(app, letter_id):
    jobs.deliver(letter_id)
    jobs.deliver(letter_id)

    assert len(list((app.config["PORTAL"].data_dir / "mail").glob("*.eml"))) == 1


def test_the_mail_server_is_given_the_letter(app, letter_id, mail_server):
    app.config["PORTAL"].smtp_url = SecretStr(mail_server)

    jobs.deliver(letter_id)

    (message,) = (message_from_bytes(each, policy=policy.default) for each in MailServer.taken)
    assert message["To"] == "anna@example.test"
    assert LINK.search(message.get_body(("plain",)).get_content())
    assert (letter(letter_id).failure, letter(letter_id).sent_at) == (None, NOW)


def test_a_silent_mail_server_is_tried_again_six_times(app, letter_id):
    app.config["PORTAL"].smtp_url = SecretStr("smtp://127.0.0.1:9")
    pauses = []
    for _ in range(6):
        jobs.deliver(letter_id)
        pauses.append(letter(letter_id).next_try_at)

    seconds = [(moment - NOW).total_seconds() for moment in pauses[:5]]
    assert seconds == [30, 120, 600, 3600, 21600]
    assert (pauses[5], letter(letter_id).sent_at) == (None, None)
    assert letter(letter_id).failure == "ConnectionRefusedError"


def test_a_link_is_dead_after_an_hour(client, app, letter_id):
    jobs.deliver(letter_id)
    (path,) = (app.config["PORTAL"].data_dir / "mail").glob("*.eml")
    plain = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))
    link = LINK.search(plain.get_content())[0].partition("8000")[2]

    opened = client.get(link)
    alive = client.get("/password/choose").status_code
    with time_machine.travel(NOW + timedelta(minutes=61), tick=False):
        dead = client.get("/password/choose").status_code

    assert (opened.status_code, opened.location) == (303, "/password/choose")
    assert (alive, dead) == (200, 410)
