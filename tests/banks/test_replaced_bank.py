"""A bank is replaced in the settings by one that an installed package brought (F1, F8).

New payments go to the new bank, old refunds to the old one; no line of ``portal`` knows either.
"""

import json
import sys
import tomllib
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from toybank.connector import ToyBankConnector
from toybank.simulator import MERCHANT, SECRET, running

from portal.banks.registry import build_banks
from portal.domain import clock
from portal.domain.actors import SYSTEM
from portal.domain.consultations import CancelledBy
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.domain.refunds import AccountMode, RefundReason, RefundStatus
from portal.jobs import payments, refunds
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.usecases.bookings import Booking, book_consultation
from portal.usecases.checkouts import Checkout, create_payment
from portal.usecases.consultations import Cancellation, cancel_consultation
from portal.usecases.refunds import request_refund
from tests import builders
from tests.banks.freedompay_world import SECRET as FREEDOMPAY_SECRET

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "toybank"
PRICE = Money(1_500_000, Currency.KZT)
KEYS = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Write down what an installer writes about the example: its entry points."""
    told = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    folder = tmp_path / f"{told['name'].replace('-', '_')}-{told['version']}.dist-info"
    folder.mkdir()
    lines = [f"Metadata-Version: 2.1\nName: {told['name']}\nVersion: {told['version']}\n"]
    (folder / "METADATA").write_text(lines[0])
    points = told["entry-points"]["portal.banks"].items()
    text = "[portal.banks]\n" + "".join(f"{name} = {where}\n" for name, where in points)
    (folder / "entry_points.txt").write_text(text)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])


@pytest.fixture
def toybank():
    """Run the toy bank and give its address."""
    with running() as url:
        yield url


@pytest.fixture
def kazakh(freedompay_world, simulators_url, ear):
    """Give the settings of the account at the Kazakh bank."""
    return {
        "connector": "freedompay",
        "base_url": f"{simulators_url}/freedompay",
        "merchant_id": "100001",
        "secret_key": FREEDOMPAY_SECRET,
        "callback_url": ear.base_url,
    }


def with_accounts(app, **accounts):
    """Start the portal anew with other accounts in its settings."""
    app.extensions["banks"] = build_banks(accounts)


def start(app, client_id):
    """Book and ask for a link, at whichever account takes payments in KZT now."""
    now = clock.now()
    starts_at = now + timedelta(days=2)
    booking = Booking(client_id, "Доктор", starts_at, starts_at + timedelta(hours=1), PRICE)
    number = book_consultation(booking, actor=SYSTEM, now=now)
    with transaction() as session:
        token = session.get_one(Consultation, number).pay_token
    account = app.extensions["banks"].taking_payments(Currency.KZT)
    checkout = Checkout(account.name, PaymentMethod.CARD)
    payment_id = create_payment(token, checkout, actor=SYSTEM, now=now)
    payments.create_link(payment_id)
    return payment_id


def refund(payment_id, actor, key):
    """Cancel, ask for the whole sum back, and let the job send it; return the refund."""
    number = builders.payment(payment_id).consultation_id
    why = Cancellation(CancelledBy.CLIENT, "Заболел")
    cancel_consultation(number, why, actor=actor, now=clock.now())
    wish = builders.wish(
        payment_id,
        intent_key=key,
        expected_remaining=PRICE,
        reason=RefundReason.CANCELLED_BY_CLIENT,
        mode=AccountMode.REFUND_ONLY,
    )
    refund_id = request_refund(wish, actor=actor, now=clock.now())
    refunds.submit(refund_id)
    refunds.reconcile(refund_id)
    return builders.refund(refund_id)


def toy_plays(url, does, **told):
    """Play something at the toy bank; return the refunds that were asked for and made there."""
    body = json.dumps(told).encode()
    with urllib.request.urlopen(f"{url}/_control/{does}", body, timeout=10) as answer:
        return json.load(answer)


def test_an_installed_package_is_found_by_its_entry_point(installed, toybank):
    settings = {"base_url": toybank, "merchant": MERCHANT, "secret": SECRET}

    (account,) = build_banks({"kazakh": {"connector": "toybank", **settings}})

    assert isinstance(account.connector, ToyBankConnector)


def test_new_payments_go_to_the_new_bank_and_old_refunds_to_the_old(
    app, installed, toybank, kazakh, freedompay_world
):
    toy = {"connector": "toybank", "base_url": toybank, "merchant": MERCHANT, "secret": SECRET}
    with app.app_context():
        anna, aigerim = builders.staff(), builders.customer()
        with_accounts(app, kazakh=kazakh)
        old = start(app, aigerim)
        freedompay_world.pay(builders.operation_of(old), PaymentMethod.CARD)
        payments.read(old)

        with_accounts(app, kazakh={**kazakh, "mode": "refund_only"}, toy=toy)
        new = start(app, aigerim)
        toy_plays(toybank, "pay", id=builders.operation_of(new))
        payments.read(new)
        returned = [refund(each, anna, key) for each, key in zip((old, new), KEYS, strict=True)]

        assert [builders.payment(each).account for each in (old, new)] == ["kazakh", "toy"]
        assert {builders.payment(each).status for each in (old, new)} == {PaymentStatus.PAID}
        assert {each.status for each in returned} == {RefundStatus.SUCCEEDED}
        operations = [builders.operation_of(each) for each in (old, new)]
        assert freedompay_world.executed_refunds() == [(operations[0], PRICE)]
        assert toy_plays(toybank, "nothing") == [[operations[1], PRICE.minor]]
        assert builders.errors_in_the_book() == []
