"""A letter may be carried by SMS as well as by mail (A10).

Revision ID: 0024
Revises: 0023
Create Date: 2026-11-24 23:10:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "letters", sa.Column("channel", sa.String(32), nullable=False, server_default="mail")
    )


def downgrade() -> None:
    op.drop_column("letters", "channel")
