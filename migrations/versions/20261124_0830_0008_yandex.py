"""The second step with Yandex: questions that wait for an answer, and one-time codes.

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-24 08:30:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_PURPOSE = sa.Enum(
    *("confirm", "link"),
    name="flow_purpose",
    native_enum=False,
    create_constraint=True,
    length=32,
)


def upgrade() -> None:
    op.create_table(
        "yandex_flows",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("state_hash", sa.String(64), nullable=False),
        sa.Column("session_id", _BIG, nullable=False),
        sa.Column("user_id", _BIG, nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("purpose", _PURPOSE, nullable=False),
        sa.Column("next_path", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_yandex_flows_session_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_yandex_flows_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yandex_flows")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_yandex_flows_state_hash")),
    )
    op.create_table(
        "yandex_codes",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("user_id", _BIG, nullable=False),
        sa.Column("code_hash", sa.String(200), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("tries", _BIG, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_yandex_codes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yandex_codes")),
    )
    op.create_index("ix_yandex_codes_user", "yandex_codes", ["user_id", "id"])


def downgrade() -> None:
    op.drop_table("yandex_codes")
    op.drop_table("yandex_flows")
