"""Slots on offer, and which of them a consultation has taken until it is paid (G1).

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-24 13:45:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_KEEPS_SLOT = sa.text("status <> 'cancelled'")
_UNPAID = sa.text("status = 'scheduled' AND paid_at IS NULL AND pay_until IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "slots",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("specialist", sa.String(200), nullable=False),
        sa.Column("starts_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("price_rub_minor", _BIG, nullable=True),
        sa.Column("price_kzt_minor", _BIG, nullable=True),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.Column("withdrawn_by_id", _BIG, nullable=True),
        sa.Column("created_by_id", _BIG, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_slots_ends_after_start")),
        sa.CheckConstraint("price_rub_minor > 0", name=op.f("ck_slots_price_rub_positive")),
        sa.CheckConstraint("price_kzt_minor > 0", name=op.f("ck_slots_price_kzt_positive")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name=op.f("fk_slots_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["users.id"], name=op.f("fk_slots_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
    )
    op.create_index("ix_slots_starts_at_id", "slots", ["starts_at", "id"])
    op.create_index("ix_slots_specialist_starts_at", "slots", ["specialist", "starts_at"])
    _let_consultations_take_them()


def _let_consultations_take_them() -> None:
    key = sa.ForeignKey("slots.id", name=op.f("fk_consultations_slot_id"))
    slot_id = sa.Column("slot_id", _BIG, key, nullable=True)
    op.add_column("consultations", slot_id, inline_references=True)
    op.add_column("consultations", sa.Column("pay_until", _MOMENT, nullable=True))
    op.create_index(
        "one_consultation_per_slot",
        "consultations",
        ["slot_id"],
        unique=True,
        postgresql_where=_KEEPS_SLOT,
        sqlite_where=_KEEPS_SLOT,
    )
    op.create_index(
        "ix_consultations_pay_until",
        "consultations",
        ["pay_until", "id"],
        postgresql_where=_UNPAID,
        sqlite_where=_UNPAID,
    )


def downgrade() -> None:
    op.drop_index("ix_consultations_pay_until", "consultations")
    op.drop_index("one_consultation_per_slot", "consultations")
    op.drop_column("consultations", "pay_until")
    op.drop_column("consultations", "slot_id")
    op.drop_table("slots")
