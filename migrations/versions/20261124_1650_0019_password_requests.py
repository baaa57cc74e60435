"""Whoever asks for a link to a new password waits as a row, whether they are known or not.

Revision ID: 0019
Revises: 0018
Create Date: 2026-11-24 16:50:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "password_requests",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("user_id", _BIG, nullable=True),
        sa.Column("ip", sa.String(45), nullable=True),
        sa.Column("user_agent", sa.String(300), nullable=True),
        sa.Column("request_id", sa.String(36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_requests")),
    )


def downgrade() -> None:
    op.drop_table("password_requests")
