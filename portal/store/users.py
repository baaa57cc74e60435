"""People: clients and staff, the attempts to sign in, and rights given by hand."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from portal.domain.errors import NotFound
from portal.domain.permissions import ROLE_PERMISSIONS, STAFF_ROLES, Permission, Role
from portal.store.db import Base


class User(Base):
    """A person; clients and staff are told apart by the role alone."""

    __tablename__ = "users"
    __table_args__ = (
        Index("ix_users_role_id", "role", "id"),
        Index(
            "ix_users_search_text",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ).ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    #: Raised to end every session of the person at once.
    session_epoch: Mapped[int] = mapped_column(default=0)
    time_zone: Mapped[str] = mapped_column(String(40), default="Europe/Moscow")
    created_at: Mapped[datetime]
    search_text: Mapped[str] = mapped_column(Text)

    grants: Mapped[list["PersonalGrant"]] = relationship(
        foreign_keys="PersonalGrant.user_id", lazy="raise_on_sql", viewonly=True
    )

    @property
    def is_staff(self) -> bool:
        """Whether the person works here."""
        return self.role in STAFF_ROLES

    def permissions(self, now: datetime) -> frozenset[Permission]:
        """Return the rights in force at ``now``: those of the role and those given by hand."""
        if not self.is_active:
            return frozenset()
        given = {
            grant.permission
            for grant in self.grants
            if grant.expires_at is None or grant.expires_at > now
        }
        return ROLE_PERMISSIONS[self.role] | given


class PersonalGrant(Base):
    """A right handed over to one person, clients included (D5, E5)."""

    __tablename__ = "personal_grants"
    __table_args__ = (UniqueConstraint("user_id", "permission"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    permission: Mapped[Permission]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(500))
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


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


def get_user(session: Session, user_id: int) -> User:
    """Load a person with the rights given by hand; raise NotFound."""
    user = session.get(User, user_id, options=[selectinload(User.grants)])
    if user is None:
        raise NotFound(what="User", id=user_id)
    return user
