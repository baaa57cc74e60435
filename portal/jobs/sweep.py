"""Rings again for every row that waits, and forgets by night what nobody needs (law 1)."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.domain import clock
from portal.domain.bindings import BindingStatus
from portal.domain.letters import LetterChannel
from portal.domain.payments import PaymentStatus
from portal.domain.refunds import RefundStatus
from portal.jobs import (
    banks,
    cards,
    charges,
    consultations,
    deliveries,
    letters,
    passwords,
    payments,
    refunds,
    sms,
)
from portal.jobs.queue import nudge
from portal.store.bank_states import BankCheck
from portal.store.bindings import Binding
from portal.store.cards import BoundCard
from portal.store.consultations import due_to_lapse
from portal.store.db import db
from portal.store.deliveries import Delivery, DeliveryStatus
from portal.store.letters import Letter
from portal.store.password_requests import PasswordRequest
from portal.store.payments import IS_CHARGE, Payment
from portal.store.refunds import Refund
from portal.store.slot_lists import due_to_release
from portal.usecases.banks import forget_checks
from portal.usecases.consultations import open_due
from portal.usecases.sessions import forget_sessions
from portal.usecases.users import forget_attempts
from portal.usecases.yandex import forget_flows

BATCH = 200
SESSIONS_KEPT = timedelta(days=30)
FLOWS_KEPT = timedelta(days=1)
CHECKS_KEPT = timedelta(days=30)
_log = logging.getLogger(__name__)


def ring() -> None:
    """Ring for every due row, a batch of each kind; RQ's cron calls this every few seconds."""
    now = clock.now()
    open_due(now=now)
    _ring_all(refunds.submit, Refund.next_step_at, *_refunds_to_send(now))
    _ring_all(refunds.reconcile, Refund.next_step_at, *_refunds_to_read(now))
    _ring_all(payments.create_link, Payment.next_read_at, *_links_wanted(now))
    _ring_all(payments.read, Payment.next_read_at, *_payments_to_read(now))
    _ring_all(deliveries.apply, Delivery.next_try_at, *_deliveries_to_apply(now))
    # After what was paid by a link has been read: nobody is charged for it again.
    _ring_all(charges.send, Payment.next_read_at, *_charges_wanted(now))
    _ring_all(cards.open_page, Binding.next_look_at, *_pages_wanted(now))
    _ring_all(cards.look, Binding.next_look_at, *_bindings_to_look_at(now))
    _ring_all(cards.forget, BoundCard.unbind_at, BoundCard.unbind_at <= now)
    for job, channel in ((letters.deliver, LetterChannel.MAIL), (sms.deliver, LetterChannel.SMS)):
        _ring_all(job, Letter.next_try_at, Letter.next_try_at <= now, Letter.channel == channel)
    _ring_all(passwords.answer, PasswordRequest.created_at, PasswordRequest.created_at <= now)
    _ring_all(banks.check, BankCheck.asked_at, BankCheck.finished_at.is_(None))
    grace = timedelta(minutes=current_app.config["PORTAL"].completion_grace_minutes)
    lapsed = due_to_lapse(db.session(), now=now, grace=grace, limit=BATCH)
    unpaid = due_to_release(db.session(), now=now, limit=BATCH)
    db.session.rollback()
    for consultation_id in lapsed:
        nudge(consultations.lapse, consultation_id)
    for consultation_id in unpaid:
        nudge(consultations.release, consultation_id)


def forget() -> None:
    """Forget failed sign-ins and ended sessions that nobody needs; cron calls this by night."""
    window = timedelta(minutes=current_app.config["PORTAL"].sign_in_window_minutes)
    forget_attempts(now=clock.now(), window=window)
    forget_flows(now=clock.now(), kept=FLOWS_KEPT)
    forget_sessions(now=clock.now(), kept=SESSIONS_KEPT)
    forget_checks(now=clock.now(), kept=CHECKS_KEPT)


def _ring_all(
    job: Callable[[int], None],
    due: InstrumentedAttribute[datetime | None],
    *conditions: ColumnElement[bool],
) -> None:
    """Ring for the rows that are due longest: who waits is served, however old the others are."""
    key = due.class_.id
    rows = db.session.scalars(select(key).where(*conditions).order_by(due, key).limit(BATCH)).all()
    db.session.rollback()
    for row_id in rows:
        nudge(job, row_id)


def _links_wanted(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Payment.status == PaymentStatus.CREATED, Payment.next_read_at <= now, ~IS_CHARGE)


def _charges_wanted(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Payment.status == PaymentStatus.CREATED, Payment.next_read_at <= now, IS_CHARGE)


def _pages_wanted(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Binding.status == BindingStatus.ASKED, Binding.next_look_at <= now)


def _bindings_to_look_at(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Binding.status != BindingStatus.ASKED, Binding.next_look_at <= now)


def _payments_to_read(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Payment.status != PaymentStatus.CREATED, Payment.next_read_at <= now)


def _refunds_to_send(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Refund.status == RefundStatus.REQUESTED, Refund.next_step_at <= now)


def _refunds_to_read(now: datetime) -> tuple[ColumnElement[bool], ...]:
    waiting = (RefundStatus.SUBMITTED, RefundStatus.UNKNOWN)
    return (Refund.status.in_(waiting), Refund.next_step_at <= now)


def _deliveries_to_apply(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Delivery.status == DeliveryStatus.RECEIVED, Delivery.next_try_at <= now)
