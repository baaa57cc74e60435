"""What each account at a bank said when it was asked, and which of them take no payments.

Revision ID: 0021
Revises: 0020
Create Date: 2026-11-24 20:10:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _one_open(table: str, name: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(
        name, table, ["account"], unique=True, postgresql_where=where, sqlite_where=where
    )


def upgrade() -> None:
    op.create_table(
        "bank_checks",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        _moment("asked_at"),
        _moment("finished_at", nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_checks")),
    )
    op.create_index("ix_bank_checks_account", "bank_checks", ["account", "id"])
    _one_open("bank_checks", "one_open_check_per_account", "finished_at IS NULL")
    op.create_table(
        "bank_suspensions",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("suspended_by_id", _BIG, nullable=True),
        _moment("suspended_at"),
        _moment("resumed_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["suspended_by_id"],
            ["users.id"],
            name=op.f("fk_bank_suspensions_suspended_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_suspensions")),
    )
    _one_open("bank_suspensions", "one_open_suspension_per_account", "resumed_at IS NULL")


def downgrade() -> None:
    op.drop_table("bank_suspensions")
    op.drop_table("bank_checks")
