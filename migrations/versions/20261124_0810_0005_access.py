"""Sessions, the head of the journal, and the matrix as it is at first (E5).

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-24 08:10:00+00:00
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_FAULT = sa.Enum(
    *("missing", "changed", "extra", "rewritten"),
    name="journal_fault",
    native_enum=False,
    create_constraint=True,
    length=32,
)
_LOOKING = ("payments:read", "consultations:read", "users:read")
#: Role -> its title and what it holds; super-admins hold everything and need no rows.
ROLES = {
    "super_admin": ("Супер-администратор", ()),
    "admin": (
        "Администратор",
        (
            *_LOOKING,
            "payments:export",
            "refunds:create",
            "refunds:after_completion",
            "refunds:resolve",
            "consultations:cancel",
            "consultations:complete",
            "consultations:book",
            "users:contacts",
            "cards:manage",
            "deliveries:read",
        ),
    ),
    "viewer": ("Наблюдатель", _LOOKING),
    "client": ("Клиент", ("own:cancel",)),
}


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("user_id", _BIG, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("ip", sa.String(45), nullable=True),
        sa.Column("user_agent", sa.String(300), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("password_at", _MOMENT, nullable=False),
        sa.Column("yandex_at", _MOMENT, nullable=True),
        sa.Column("draft", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index("ix_sessions_user", "sessions", ["user_id", "ended_at"])
    op.create_table(
        "audit_heads",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("number", _BIG, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "audit_checks",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("number", _BIG, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("broken_id", _BIG, nullable=True),
        sa.Column("fault", _FAULT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checks")),
    )
    _fill()


def _fill() -> None:
    heads = sa.table("audit_heads", sa.column("id"), sa.column("number"), sa.column("hash"))
    roles = sa.table(
        "roles",
        sa.column("code"),
        sa.column("title"),
        sa.column("version"),
        sa.column("created_at", _MOMENT),
    )
    cells = sa.table("role_permissions", sa.column("role"), sa.column("permission"))
    born = datetime(2026, 11, 24, tzinfo=UTC)
    op.bulk_insert(heads, [{"id": 1, "number": 0, "hash": "0" * 64}])
    op.bulk_insert(
        roles,
        [
            {"code": code, "title": title, "version": 0, "created_at": born}
            for code, (title, _) in ROLES.items()
        ],
    )
    op.bulk_insert(
        cells,
        [
            {"role": code, "permission": permission}
            for code, (_, permissions) in ROLES.items()
            for permission in permissions
        ],
    )


def downgrade() -> None:
    for table in ("audit_checks", "audit_heads", "sessions"):
        op.drop_table(table)
    op.execute("DELETE FROM role_permissions")
    op.execute("DELETE FROM roles")
