"""Accounts at banks: asked whether all works, suspended and resumed (F2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from portal.domain.actors import Actor
from portal.domain.errors import AlreadyMoved
from portal.domain.ports import Finding
from portal.store.audit import note
from portal.store.bank_states import (
    TURN,
    BankCheck,
    BankSuspension,
    find_open_check,
    find_suspension,
)
from portal.store.db import in_turn, locked, transaction


def suspend_account(account: str, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take no new payments through an account; refunds and readings go on.

    Raises AlreadyMoved when it is suspended already.
    """
    with transaction() as session:
        in_turn(session, TURN)
        if find_suspension(session, account) is not None:
            raise AlreadyMoved(account=account)
        suspension = BankSuspension(
            account=account, reason=reason, suspended_by_id=actor.user_id, suspended_at=now
        )
        session.add(suspension)
        session.flush()
        note(
            session, actor, "bank.suspend", suspension, now=now, reason=reason, bank_account=account
        )


def resume_account(account: str, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take payments through an account again; raise AlreadyMoved when it does already."""
    with transaction() as session:
        in_turn(session, TURN)
        suspension = find_suspension(session, account)
        if suspension is None:
            raise AlreadyMoved(account=account)
        suspension.resumed_at = now
        note(
            session, actor, "bank.resume", suspension, now=now, reason=reason, bank_account=account
        )


def request_check(account: str, *, actor: Actor, now: datetime) -> int:
    """Write down that somebody wants to know how a bank is; return the check's number.

    A check that still waits is that check: nobody asks a bank twice at once.
    """
    with transaction() as session:
        in_turn(session, TURN)
        waiting = find_open_check(session, account)
        if waiting is not None:
            return waiting.id
        check = BankCheck(account=account, asked_at=now)
        session.add(check)
        session.flush()
        note(session, actor, "bank.check", check, now=now, bank_account=account)
        return check.id


def plan_check(account: str, *, now: datetime, pause: timedelta) -> int | None:
    """Write down the check that is due by the clock; None when the last one is younger."""
    with transaction() as session:
        in_turn(session, TURN)
        is_young = BankCheck.asked_at > now - pause
        found = select(BankCheck.id).where(BankCheck.account == account)
        if session.scalars(found.where(is_young | BankCheck.finished_at.is_(None))).first():
            return None
        check = BankCheck(account=account, asked_at=now)
        session.add(check)
        session.flush()
        return check.id


def finish_check(
    check_id: int, findings: Sequence[Finding], *, took_ms: int, now: datetime
) -> None:
    """Keep what a bank said; the first answer stays when a job has run twice."""
    with transaction() as session:
        check = locked(session, BankCheck, check_id)
        if check.finished_at is not None:
            return
        check.finished_at = now
        check.took_ms = took_ms
        check.findings = [[one.severity.value, one.subject, one.text, one.hint] for one in findings]


def forget_checks(*, now: datetime, kept: timedelta) -> None:
    """Forget the answers that nobody looks at any more."""
    with transaction() as session:
        session.execute(delete(BankCheck).where(BankCheck.finished_at < now - kept))
