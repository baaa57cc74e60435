"""Cards that staff may charge with their client's word; cards bound before were promised otherwise.

Revision ID: 0028
Revises: 0027
Create Date: 2026-11-25 01:50:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    flag = sa.Column("allows_staff", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("bound_cards", flag)


def downgrade() -> None:
    op.drop_column("bound_cards", "allows_staff")
