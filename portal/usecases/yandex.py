"""The second step: a person is sent to Yandex and comes back, or enters a one-time code (E4).

Who somebody is at Yandex is told by the id alone, never by a login or an e-mail (I-43). A question
is burnt by the first answer, whatever it says; therefore refusals are raised after the commit.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select

from portal.domain.access import require_held, require_not_stronger
from portal.domain.actors import Actor
from portal.domain.errors import NotFound
from portal.domain.identities import (
    AccountTaken,
    BoundAlready,
    FlowElsewhere,
    FlowExpired,
    FlowUnknown,
    FlowUsed,
    NotBound,
    OtherAccount,
    PersonDisabled,
    WrongCode,
    YandexAccount,
    YandexRefusal,
)
from portal.domain.permissions import Permission
from portal.store.access import lock_access
from portal.store.audit import note, note_denied
from portal.store.db import locked, transaction
from portal.store.sessions import hash_of
from portal.store.users import User, get_user, hasher
from portal.store.yandex import (
    FlowPurpose,
    YandexCode,
    YandexFlow,
    open_code,
    remove_before,
    void_codes,
    void_confirmations,
    void_links,
)

LASTS = timedelta(minutes=10)
STATE_BYTES, VERIFIER_BYTES = 32, 48
CODE_CHARACTERS = 10
#: Without what looks alike: 0 and O, 1 and I and L.
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_TRIES = 5


@dataclass(frozen=True, slots=True)
class Seat:
    """Who asks, in which session; the answer is taken from the same one only."""

    user_id: int
    session_id: int


@dataclass(frozen=True, slots=True)
class Flow:
    """A question to Yandex: its secrets, what it is for, and where the person goes on."""

    state: str
    verifier: str
    purpose: FlowPurpose
    next_path: str


def start_flow(seat: Seat, purpose: FlowPurpose, next_path: str, *, now: datetime) -> Flow:
    """Write down that a person is being sent to Yandex."""
    flow = Flow(
        secrets.token_urlsafe(STATE_BYTES),
        secrets.token_urlsafe(VERIFIER_BYTES),
        purpose,
        next_path,
    )
    with transaction() as session:
        session.add(
            YandexFlow(
                state_hash=hash_of(flow.state),
                session_id=seat.session_id,
                user_id=seat.user_id,
                verifier=flow.verifier,
                purpose=purpose,
                next_path=next_path,
                created_at=now,
            )
        )
    return flow


def take_flow(state: str, seat: Seat, *, now: datetime) -> Flow:
    """Return the question that an answer with this state belongs to, and burn it.

    Raises FlowUnknown, FlowUsed, FlowElsewhere, FlowExpired.
    """
    with transaction() as session:
        query = select(YandexFlow.id).where(YandexFlow.state_hash == hash_of(state))
        flow_id = session.scalar(query)
        row = None if flow_id is None else locked(session, YandexFlow, flow_id)
        refusal = _against(row, seat, now)
        if row is not None and row.used_at is None:
            row.used_at = now
    if row is None or refusal is not None:
        raise refusal or FlowUnknown()
    return Flow(state, row.verifier, row.purpose, row.next_path)


def _against(row: YandexFlow | None, seat: Seat, now: datetime) -> YandexRefusal | None:
    if row is None:
        return FlowUnknown()
    if row.used_at is not None:
        return FlowUsed()
    if (row.user_id, row.session_id) != (seat.user_id, seat.session_id):
        return FlowElsewhere()
    return FlowExpired() if now >= row.created_at + LASTS else None


def confirm_by_yandex(user_id: int, account: YandexAccount, *, actor: Actor, now: datetime) -> None:
    """Note that a person has shown the account that is bound to them; the session is then renewed.

    Raises PersonDisabled, NotBound, OtherAccount.
    """
    with transaction() as session:
        user = locked(session, User, user_id)
        refusal = _mismatch(user, account)
        if refusal is None:
            note(session, actor, "yandex.confirm", user, now=now, by="yandex")
    if refusal is not None:
        raise refusal


def _mismatch(user: User, account: YandexAccount) -> YandexRefusal | None:
    if not user.is_active:
        return PersonDisabled()
    if user.yandex_id is None:
        return NotBound()
    if user.yandex_id != account.id:
        return OtherAccount(login=account.login, bound=user.yandex_login or "")
    return None


def note_failure(
    purpose: FlowPurpose, refusal: YandexRefusal, *, actor: Actor, now: datetime
) -> None:
    """Write down that the second step of the actor, or its binding, has failed, and why."""
    about = "users" if actor.user_id is None else ("users", actor.user_id)
    facts = {"refusal": refusal.code}
    if "kind" in refusal.facts:
        facts["kind"] = str(refusal.facts["kind"])
    with transaction() as session:
        if purpose is FlowPurpose.LINK:
            note_denied(session, actor, "yandex.link", about, now=now, **facts)
        else:
            note_denied(session, actor, "yandex.confirm", about, now=now, **facts)


def link_yandex(user_id: int, account: YandexAccount, *, actor: Actor, now: datetime) -> None:
    """Bind an account at Yandex to a person who has none; it replaces nothing.

    Raises PersonDisabled, BoundAlready, AccountTaken.
    """
    with transaction() as session:
        lock_access(session)
        user = locked(session, User, user_id)
        other = session.scalar(select(User.id).where(User.yandex_id == account.id))
        refusal = _unbindable(user, other)
        if refusal is None:
            user.yandex_id, user.yandex_login = account.id, account.login
            after = {"yandex_id": account.id}
            note(session, actor, "yandex.link", user, now=now, after=after)
    if refusal is not None:
        raise refusal


def _unbindable(user: User, other_id: int | None) -> YandexRefusal | None:
    if not user.is_active:
        return PersonDisabled()
    if user.yandex_id is not None:
        return BoundAlready()
    return AccountTaken() if other_id is not None else None


def unlink_yandex(user_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take the account at Yandex off another person; their sessions need the step anew.

    Raises NotFound, NotBound, and as ``require_held`` and ``require_not_stronger`` do.
    """
    with transaction() as session:
        lock_access(session)
        if actor.user_id is None:
            raise NotFound(what="User")
        giver = get_user(session, actor.user_id).as_holder(now)
        require_held(giver, {Permission.ACCESS_GRANT})
        user = get_user(session, user_id)
        require_not_stronger(giver, user.as_target(now))
        if user.yandex_id is None:
            raise NotBound
        before = {"yandex_id": user.yandex_id}
        user.yandex_id = user.yandex_login = None
        void_confirmations(session, user_id)
        void_codes(session, user_id, now)
        void_links(session, user_id, now)
        note(session, actor, "yandex.unlink", user, now=now, before=before, reason=reason)


def make_code(email: str, *, actor: Actor, now: datetime) -> str:
    """Return a one-time code in the place of Yandex for an active person; older ones are void.

    Raises NotFound.
    """
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARACTERS))
    with transaction() as session:
        query = select(User).where(User.email == email.strip().lower(), User.is_active)
        user = session.scalars(query).one_or_none()
        if user is None:
            raise NotFound(what="User")
        void_codes(session, user.id, now)
        session.add(YandexCode(user_id=user.id, code_hash=hasher.hash(code), created_at=now))
        note(session, actor, "yandex.code", user, now=now)
    return code


def confirm_by_code(user_id: int, typed: str, *, actor: Actor, now: datetime) -> None:
    """Note that a person has entered their one-time code; the session is then renewed.

    Raises WrongCode; every try is counted.
    """
    with transaction() as session:
        user = locked(session, User, user_id)
        code = open_code(session, user_id)
        is_right = user.is_active and code is not None and _fits(code, typed, now)
        if code is not None and is_right:
            code.used_at = now
            note(session, actor, "yandex.confirm", user, now=now, by="code")
    if not is_right:
        raise WrongCode


def _fits(code: YandexCode, typed: str, now: datetime) -> bool:
    if now >= code.created_at + LASTS or code.tries >= CODE_TRIES:
        return False
    code.tries += 1
    plain = "".join(typed.upper().replace("-", " ").split())
    try:
        return hasher.verify(code.code_hash, plain[: 2 * CODE_CHARACTERS])
    except VerifyMismatchError:
        return False


def forget_flows(*, now: datetime, kept: timedelta) -> None:
    """Remove the questions and codes that are older than ``kept``."""
    with transaction() as session:
        remove_before(session, now - kept)
