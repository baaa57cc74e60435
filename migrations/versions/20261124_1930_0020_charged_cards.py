"""Cards that may be charged without their payer, and the payments that charge them (B3).

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-24 19:30:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_FLAGS = ("binds_card", "is_returned_by_hand")


def upgrade() -> None:
    op.add_column("bound_cards", sa.Column("charged_operation", sa.String(64), nullable=True))
    for name in _FLAGS:
        flag = sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)
        op.add_column("payments", flag)
    op.add_column("payments", sa.Column("charged_operation", sa.String(64), nullable=True))
    op.add_column("payments", sa.Column("charged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payments", sa.Column("charge_baseline", sa.JSON(), nullable=True))
    is_charge = sa.text("charged_operation IS NOT NULL")
    op.create_index(
        "ix_payments_charged",
        "payments",
        ["account", "charged_operation"],
        postgresql_where=is_charge,
        sqlite_where=is_charge,
    )


def downgrade() -> None:
    op.drop_index("ix_payments_charged", table_name="payments")
    for name in ("charge_baseline", "charged_at", "charged_operation", *reversed(_FLAGS)):
        op.drop_column("payments", name)
    op.drop_column("bound_cards", "charged_operation")
