"""The attempts to sign in and to ask for a link: how many come from one person or address."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from sqlalchemy import Index, String, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain.errors import TooManyAttempts
from portal.store.db import Base, in_turn

#: The turn of those who sign in: nobody counts while somebody's attempt is being written.
_TURN = 49


class SignInAttempt(Base):
    """One failed try to sign in; kept in the database so that losing Redis opens no door (I-49)."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_email_at", "email", "at"),
        Index("ix_sign_in_attempts_ip_at", "ip", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    ip: Mapped[str] = mapped_column(String(45))
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class SignInLimit:
    """How many attempts close the door, and for how long."""

    attempts: int
    window: timedelta


def network_of(ip: str | None) -> str:
    """Name where a try comes from: one customer holds a whole /64 of IPv6 (RFC 6177)."""
    try:
        address = ip_address(ip or "")
    except ValueError:
        return ip or ""
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address) >> 64 << 64, 64)))


def reserve_attempt(
    session: Session, email: str, ip: str, now: datetime, limit: SignInLimit
) -> int:
    """Count this attempt and return its number; raise TooManyAttempts with ``until``.

    It is counted before the password is compared, or guesses made together all pass (I-49).
    """
    in_turn(session, _TURN)
    since = now - limit.window
    rows = session.execute(
        select(func.count(), func.min(SignInAttempt.at)).where(
            or_(SignInAttempt.email == email, SignInAttempt.ip == ip), SignInAttempt.at > since
        )
    ).one()
    if rows[0] >= limit.attempts:
        raise TooManyAttempts(until=rows[1] + limit.window)
    attempt = SignInAttempt(email=email, ip=ip, at=now)
    session.add(attempt)
    session.flush()
    return attempt.id
