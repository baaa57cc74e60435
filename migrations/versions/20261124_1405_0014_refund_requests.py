"""What clients ask back.

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-24 14:05:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_STATUS = sa.Enum(
    *("open", "granted", "declined"),
    name="requeststatus",
    native_enum=False,
    create_constraint=True,
    length=32,
)


def upgrade() -> None:
    op.create_table(
        "refund_requests",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("payment_id", _BIG, nullable=False),
        sa.Column("client_id", _BIG, nullable=False),
        sa.Column("comment", sa.String(500), nullable=False),
        sa.Column("status", _STATUS, nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("answered_at", _MOMENT, nullable=True),
        sa.Column("answered_by_id", _BIG, nullable=True),
        sa.Column("answer", sa.String(500), nullable=True),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_refund_requests_payment_id")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["users.id"], name=op.f("fk_refund_requests_client_id")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["users.id"], name=op.f("fk_refund_requests_answered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_requests")),
    )
    op.create_index("ix_refund_requests_payment", "refund_requests", ["payment_id", "id"])
    op.create_index("ix_refund_requests_client", "refund_requests", ["client_id", "id"])
    op.create_index(
        "one_open_request_per_payment",
        "refund_requests",
        ["payment_id"],
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
        sqlite_where=sa.text("status = 'open'"),
    )


def downgrade() -> None:
    op.drop_table("refund_requests")
