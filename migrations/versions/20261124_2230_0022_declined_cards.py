"""What the card that was tried last met with, so that a Russian one is told its way (A5).

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-24 22:30:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payments", sa.Column("decline", sa.String(32), nullable=True))


def downgrade() -> None:
    op.drop_column("payments", "decline")
