"""Whose card a client said they have.

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-24 14:05:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("card_origin", sa.String(16), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "card_origin")
