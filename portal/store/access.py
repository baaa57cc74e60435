"""The permission matrix and the rights handed over by hand (E5, D5)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from portal.domain.errors import NotFound
from portal.domain.money import Currency, Money
from portal.domain.permissions import SUPER_ADMIN_PERMISSIONS, Permission, Role
from portal.store.db import Base, enum_type, locked


class AccessRole(Base):
    """A column of the matrix; ``version`` is raised by every edit of it."""

    __tablename__ = "roles"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    title: Mapped[str] = mapped_column(String(60), unique=True)
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    rows: Mapped[list["RolePermission"]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan"
    )

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role holds; super-admins hold everything, whatever the table says."""
        if self.code == Role.SUPER_ADMIN:
            return SUPER_ADMIN_PERMISSIONS
        return frozenset(filter(None, (known(row.permission) for row in self.rows)))


class RolePermission(Base):
    """A ticked cell of the matrix."""

    __tablename__ = "role_permissions"

    role: Mapped[str] = mapped_column(ForeignKey("roles.code"), primary_key=True)
    permission: Mapped[str] = mapped_column(String(40), primary_key=True)


class PersonalGrant(Base):
    """A right handed over to one person, clients included; kept after it ended."""

    __tablename__ = "personal_grants"
    __table_args__ = (
        Index(
            "one_grant_of_a_right_per_person",
            "user_id",
            "permission",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        CheckConstraint(
            "(limit_minor IS NULL) = (limit_currency IS NULL)", name="limit_has_a_currency"
        ),
        CheckConstraint("limit_minor > 0", name="limit_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    permission_code: Mapped[str] = mapped_column("permission", String(40))
    #: The sum of all refunds that may be asked for under this grant, in minor units.
    limit_minor: Mapped[int | None]
    limit_currency: Mapped[Currency | None] = mapped_column(enum_type(Currency, "limit_currency"))
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(500))
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    @property
    def permission(self) -> Permission | None:
        """The right; None when this version of the portal does not know it."""
        return known(self.permission_code)

    @property
    def limit(self) -> Money | None:
        """The sum up to which the right holds; None when any."""
        if self.limit_minor is None or self.limit_currency is None:
            return None
        return Money(self.limit_minor, self.limit_currency)

    def is_in_force(self, now: datetime) -> bool:
        """Tell whether the right can be used at ``now``."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


def known(code: str) -> Permission | None:
    """Return the right of this code; None for one that another version of the portal wrote."""
    return Permission(code) if code in set(Permission) else None


def lock_access(session: Session) -> None:
    """Let changes of roles and rights wait for each other, so that their rules see the last one."""
    locked(session, AccessRole, Role.SUPER_ADMIN.value)


def get_role(session: Session, code: str) -> AccessRole:
    """Load a role with its rights; raise NotFound."""
    role = session.get(
        AccessRole, code, options=[selectinload(AccessRole.rows)], populate_existing=True
    )
    if role is None:
        raise NotFound(what="AccessRole", id=code)
    return role


def set_permissions(role: AccessRole, permissions: Iterable[Permission]) -> None:
    """Let a role hold exactly these rights, and mark the edit."""
    kept = {row.permission: row for row in role.rows}
    role.rows = [kept.get(each, RolePermission(permission=each)) for each in sorted(permissions)]
    role.version += 1


def role_titles(session: Session) -> dict[str, str]:
    """Return the title of each role by its code, in the order of the matrix."""
    return {role.code: role.title for role in list_roles(session)}


def list_roles(session: Session) -> list[AccessRole]:
    """Return the columns of the matrix with their rights: built in first, then by age."""
    built_in = list(Role)
    rows = session.scalars(select(AccessRole).options(selectinload(AccessRole.rows))).all()
    return sorted(
        rows,
        key=lambda row: (
            built_in.index(Role(row.code)) if row.code in built_in else len(built_in),
            row.created_at,
        ),
    )
