"""Readings that found no line are counted apart, and paid payments are read once a day.

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-24 09:40:00+00:00
"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from portal.domain import clock

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_PAYMENTS = sa.table(
    "payments",
    sa.column("id", _BIG),
    sa.column("status", sa.String()),
    sa.column("next_read_at", _MOMENT),
)


def upgrade() -> None:
    op.add_column("refunds", sa.Column("absent_reads", _BIG, nullable=False, server_default="0"))
    now = clock.now()
    for hour in range(24):
        op.execute(
            _PAYMENTS.update()
            .where(_PAYMENTS.c.status == "paid", _PAYMENTS.c.id % 24 == hour)
            .values(next_read_at=now + timedelta(hours=hour))
        )


def downgrade() -> None:
    op.drop_column("refunds", "absent_reads")
