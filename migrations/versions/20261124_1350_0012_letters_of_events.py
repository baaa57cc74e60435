"""A letter may tell of one event, and of each event there is one letter.

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-24 13:50:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letters", sa.Column("event_key", sa.String(60), nullable=True))
    op.create_index("ix_letters_event_key", "letters", ["event_key"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_letters_event_key", "letters")
    op.drop_column("letters", "event_key")
