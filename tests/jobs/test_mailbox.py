"""The mailbox of the local stack shows what was sent as text and as HTML."""

import re

import time_machine
from sqlalchemy import select

from portal.domain.letters import LetterKind
from portal.jobs import letters as jobs
from portal.sandbox.app import create_app
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.usecases.payment_links import send_payment_link
from tests import builders
from tests.builders import DURING, NOW
from tests.fakes import FakeBank

SENT = ("payment_link", "paid", "consultation_cancelled", "refund_done")


def story():
    """Send a link, take its money, cancel, and return the money."""
    bank, anna = FakeBank(), builders.staff()
    consultation = builders.book(builders.customer())
    send_payment_link(consultation, actor=anna, now=NOW)
    payment = builders.start_to_pay(bank, consultation)
    builders.pay(bank, payment)
    builders.cancel(anna, consultation)
    builders.send(bank, builders.ask(anna, payment))
    builders.hear(bank, payment, DURING)


def sent():
    """Let the job deliver every letter; return their kinds."""
    with transaction() as session:
        found = session.execute(select(Letter.id, Letter.kind).order_by(Letter.id)).all()
    for number, _ in found:
        jobs.deliver(number)
    return {kind for _, kind in found}


def test_every_letter_of_a_payment_is_there_as_text_and_as_html(app):
    with app.app_context(), time_machine.travel(DURING, tick=False):
        story()
        kinds = sent()
    folder = str(app.config["PORTAL"].data_dir / "mail")
    mailbox = create_app({"SANDBOX_MAIL": folder, "SANDBOX_POSTMAN": False}).test_client()

    page = mailbox.get("/mail/").text
    shown = [mailbox.get(link) for link in re.findall(r'href="(/mail/[0-9a-f]+)"', page)]

    assert {LetterKind(kind) for kind in SENT} <= kinds
    assert page.count("Здравствуйте, Кирилл!") == len(shown) >= len(SENT)
    assert all("Здравствуйте, Кирилл!" in one.text and "<html" in one.text for one in shown)
    assert {one.status_code for one in shown} == {200}
