"""Payments that charge a kept card by its token, each by an operation of its own (B3).

Revision ID: 0026
Revises: 0025
Create Date: 2026-11-24 23:30:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    flag = sa.Column("charges_token", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("payments", flag)


def downgrade() -> None:
    op.drop_column("payments", "charges_token")
