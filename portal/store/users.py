"""People: clients and staff, what they hold, and the attempts to sign in."""

from datetime import datetime
from uuid import uuid4

from argon2 import PasswordHasher
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship
from sqlalchemy.orm.interfaces import LoaderOption

from portal.domain.access import FOR_GOOD, Hold, Holder
from portal.domain.errors import NotFound
from portal.domain.permissions import Permission, Role
from portal.store.access import AccessRole, PersonalGrant
from portal.store.db import Base

#: Argon2id with the library's parameters, which grow with its releases.
hasher = PasswordHasher()


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
    role: Mapped[str] = mapped_column(ForeignKey("roles.code"))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    #: Bound in advance by the person; identity is this number, never the login or e-mail (E4).
    yandex_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    yandex_login: Mapped[str | None] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(40), default="Europe/Moscow")
    #: Whose card they said they have (CardOrigin); None until they are asked (A6).
    card_origin: Mapped[str | None] = mapped_column(String(16))
    #: Ours, sent to banks so that the payer finds the cards that they let the bank keep (B2).
    consumer_id: Mapped[str | None] = mapped_column(String(36), index=True, unique=True)
    created_at: Mapped[datetime]
    search_text: Mapped[str] = mapped_column(Text)

    of_role: Mapped[AccessRole] = relationship(lazy="raise_on_sql", viewonly=True)
    grants: Mapped[list[PersonalGrant]] = relationship(
        foreign_keys=PersonalGrant.user_id,
        primaryjoin="and_(PersonalGrant.user_id == User.id, PersonalGrant.revoked_at.is_(None))",
        lazy="raise_on_sql",
        viewonly=True,
    )

    def name_to_banks(self) -> str:
        """Return our name of the payer for banks, made at the first need; lock the row before."""
        if self.consumer_id is None:
            self.consumer_id = str(uuid4())
        return self.consumer_id

    @property
    def is_staff(self) -> bool:
        """Whether the person works here."""
        return self.role != Role.CLIENT

    @property
    def is_active_client(self) -> bool:
        """Whether staff may buy for the person: a client who is not disabled."""
        return self.is_active and not self.is_staff

    def holds(self, now: datetime) -> dict[Permission, Hold]:
        """Return how far each right is held at ``now``, by role and by hand; none when disabled."""
        return self._when_let_in(now) if self.is_active else {}

    def _when_let_in(self, now: datetime) -> dict[Permission, Hold]:
        by_hand = {
            grant.permission: Hold(grant.expires_at, grant.limit)
            for grant in self.grants
            if grant.permission is not None and grant.is_in_force(now)
        }
        return by_hand | dict.fromkeys(self.of_role.permissions, FOR_GOOD)

    def permissions(self, now: datetime) -> frozenset[Permission]:
        """Return the rights in force at ``now``: those of the role and those given by hand."""
        return frozenset(self.holds(now))

    def as_holder(self, now: datetime) -> Holder:
        """Return the person as the rules of access see one who acts."""
        return Holder(self.id, self.role, self.holds(now))

    def as_target(self, now: datetime) -> Holder:
        """Return the person as the rules of access see one whom others change.

        Who is disabled is judged by what they will hold when let in again: otherwise anybody who
        gives rights could strip a stronger person meanwhile (I-40).
        """
        return Holder(self.id, self.role, self._when_let_in(now))


def with_rights() -> tuple[LoaderOption, ...]:
    """Return what to load with a person so that their rights can be told, in one statement."""
    return (joinedload(User.of_role).joinedload(AccessRole.rows), joinedload(User.grants))


def get_user(session: Session, user_id: int) -> User:
    """Load a person with their rights, as they are now; raise NotFound."""
    # Something else may have loaded the same person without them.
    user = session.get(User, user_id, options=with_rights(), populate_existing=True)
    if user is None:
        raise NotFound(what="User", id=user_id)
    return user
