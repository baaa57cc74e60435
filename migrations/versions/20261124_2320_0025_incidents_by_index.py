"""Payments whose answers did not match are found without reading all others.

Revision ID: 0025
Revises: 0024
Create Date: 2026-11-24 23:20:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    in_incident = sa.text("incident IS NOT NULL")
    op.create_index(
        "ix_payments_incident",
        "payments",
        ["incident", "id"],
        postgresql_where=in_incident,
        sqlite_where=in_incident,
    )


def downgrade() -> None:
    op.drop_index("ix_payments_incident", table_name="payments")
