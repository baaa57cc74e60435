"""What the check of the book has found, and surplus payments by an index of their own.

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-24 16:20:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "book_checks",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("wrong", _BIG, nullable=False),
        sa.Column("named", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_checks")),
    )
    op.create_index(
        "ix_payments_surplus",
        "payments",
        ["paid_transfer_id"],
        postgresql_where=sa.text("is_surplus IS TRUE"),
        sqlite_where=sa.text("is_surplus IS 1"),
    )


def downgrade() -> None:
    op.drop_index("ix_payments_surplus", table_name="payments")
    op.drop_table("book_checks")
