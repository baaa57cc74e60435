"""Count the payments of a period by when they were started.

Revision ID: 0016
Revises: 0015
Create Date: 2026-11-24 14:12:00+00:00
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_payments_created_at", "payments", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_payments_created_at", table_name="payments")
