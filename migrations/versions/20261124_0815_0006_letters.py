"""Letters that wait to be sent.

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-24 08:15:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("user_id", _BIG, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("next_try_at", _MOMENT, nullable=True),
        sa.Column("tries", _BIG, nullable=False),
        sa.Column("sent_at", _MOMENT, nullable=True),
        sa.Column("failure", sa.String(300), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_letters_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index("ix_letters_next_try_at", "letters", ["next_try_at"])
    op.create_index("ix_letters_user", "letters", ["user_id", "id"])


def downgrade() -> None:
    op.drop_table("letters")
