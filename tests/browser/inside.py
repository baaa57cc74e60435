"""The database of a running stack, for what a story needs beside its screens."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

import httpx
from flask import Flask
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain import clock
from portal.domain.actors import SYSTEM
from portal.domain.ledger import AccountKind
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentStatus
from portal.factory import create_app
from portal.settings import Settings
from portal.store.consultations import Consultation
from portal.store.db import db, transaction
from portal.store.ledger import LedgerAccount, Transfer
from portal.store.payments import Payment
from portal.store.users import User
from portal.store.verifications import verify
from portal.usecases.bookings import Booking, book_consultation
from tests.pages import form_token
from tests.stacks import ROOT, TRUST, Stack, eventually

OF_CLIENTS = (AccountKind.USER_AVAILABLE, AccountKind.USER_RESERVED, AccountKind.USER_IN_TRANSIT)
CHECK_MINOR = 200


@cache
def _app(database_url: str) -> Flask:
    return create_app(
        Settings(
            _env_file=None,
            mode="local",
            secret_key="of this process alone",
            redis_url="redis://127.0.0.1:1",
            database_url=database_url,
            accounts={"tochka": {"token": "none"}},
        )
    )


@contextmanager
def inside(stack: Stack) -> Iterator[Session]:
    """Give a session on the database of a stack, and leave no connection behind."""
    file = f"sqlite:///{stack.data_dir / 'portal.sqlite'}"
    with _app(stack.settings.get("PORTAL_DATABASE_URL") or file).app_context():
        try:
            yield db.session()
        finally:
            db.session.remove()
            db.engine.dispose()


def beside(stack: Stack, *words: str) -> str:
    """Run Python beside the stack, on its database, and return what it said."""
    environment = os.environ | {
        "PORTAL_MODE": "local",
        "PORTAL_DATA_DIR": str(stack.data_dir),
        "PORTAL_DATABASE_URL": stack.settings.get("PORTAL_DATABASE_URL", ""),
        "PORTAL_SECRET_KEY": "of this command alone",
        "PORTAL_REDIS_URL": "redis://127.0.0.1:1",
        "PORTAL_ACCOUNTS__TOCHKA__TOKEN": "none",
    }
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def books(stack: Stack, who: str = "client", roubles: int = 321) -> int:
    """Book a consultation of the day after tomorrow for somebody and return its number."""
    with inside(stack) as session:
        client = user_of(session, who).id
        session.rollback()
        starts = clock.now() + timedelta(days=2)
        price = Money(roubles * 100, Currency.RUB)
        booking = Booking(client, "Орлова Наталья", starts, starts + timedelta(hours=1), price)
        return book_consultation(booking, actor=SYSTEM, now=clock.now())


def pays_unseen(stack: Stack, number: int) -> None:
    """Pay a consultation by SBP through the doors of payer and bank, at no screen."""
    with inside(stack) as session:
        door = f"/pay/{session.get_one(Consultation, number).pay_token}/method"
    with httpx.Client(
        base_url=stack.portal_url, verify=TRUST, trust_env=False, timeout=30
    ) as payer:
        form = {"method": "sbp", "csrf_token": form_token(payer.get(door).text)}
        assert payer.post(door, data=form).status_code == 303
    assert eventually(lambda: _payment(stack, number).operation_id is not None)
    operation = _payment(stack, number).operation_id
    path = f"tochka/operations/{operation}/pay"
    stack.control.post(path, params={"type": "sbp"}).raise_for_status()
    assert eventually(lambda: _payment(stack, number).status is PaymentStatus.PAID)


def _payment(stack: Stack, number: int) -> Payment:
    with inside(stack) as session:
        return session.scalars(select(Payment).where(Payment.consultation_id == number)).one()


def forgets_card_origin(stack: Stack, who: str) -> None:
    """Let the account forget whose card the person has said to have."""
    with inside(stack), transaction() as session:
        user_of(session, who).card_origin = None


def assert_book_holds(stack: Stack) -> None:
    """Add up the whole book; no sum of a card check was ever on an account of a client."""
    with inside(stack) as session:
        assert list(verify(session)) == []
        owned = select(LedgerAccount.id).where(LedgerAccount.kind.in_(OF_CLIENTS))
        touched = or_(Transfer.source_id.in_(owned), Transfer.destination_id.in_(owned))
        checks = select(Transfer.id).where(Transfer.amount_minor == CHECK_MINOR, touched)
        assert session.scalars(checks).all() == []


def user_of(session: Session, who: str) -> User:
    """Return one of the demo people."""
    return session.scalars(select(User).where(User.email == f"{who}@ponimayu.test")).one()
