"""Cards that a bank keeps, and payments that check one instead of paying a consultation (B1-B4).

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-24 13:55:00+00:00

SQLite cannot drop NOT NULL or a CHECK, and a rebuilt table would lose its guards; its manual says
to edit the written schema for changes that leave the stored rows as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_OLD_REASONS = (
    *("cancelled_by_client", "cancelled_by_us", "specialist_failed", "client_failed"),
    *("mistaken_payment", "complaint", "other", "in_bank_cabinet"),
)
#: Table -> the words of its schema before and after; SQLite alone is edited so.
_EDITS = {
    "payments": ("consultation_id INTEGER NOT NULL", "consultation_id INTEGER"),
    "refunds": ("'in_bank_cabinet')", "'in_bank_cabinet', 'card_check')"),
}


def upgrade() -> None:
    op.create_table(
        "bound_cards",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("user_id", _BIG, nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("token_id", sa.String(64), nullable=True),
        sa.Column("brand", sa.String(20), nullable=True),
        sa.Column("last4", sa.String(4), nullable=True),
        sa.Column("bound_at", _MOMENT, nullable=False),
        sa.Column("unbound_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_bound_cards_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bound_cards")),
        sa.UniqueConstraint(
            *("account", "user_id", "token_id"),
            name=op.f("uq_bound_cards_account_user_id_token_id"),
        ),
    )
    op.create_index("ix_bound_cards_user", "bound_cards", ["user_id", "id"])
    op.add_column("users", sa.Column("consumer_id", sa.String(36), nullable=True))
    op.create_index(op.f("ix_users_consumer_id"), "users", ["consumer_id"], unique=True)
    off = sa.Column("save_card", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("payments", off)
    key = sa.ForeignKey("bound_cards.id", name=op.f("fk_payments_bound_card_id"))
    bound = sa.Column("bound_card_id", _BIG, key, nullable=True)
    op.add_column("payments", bound, inline_references=True)
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("payments", "consultation_id", nullable=True)
        _check_reasons((*_OLD_REASONS, "card_check"))
    else:
        _edit_sqlite(0, 1)


def _check_reasons(reasons: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_refunds_refundreason"), "refunds", type_="check")
    listed = ", ".join(f"'{reason}'" for reason in reasons)
    op.create_check_constraint(op.f("ck_refunds_refundreason"), "refunds", f"reason IN ({listed})")


def _edit_sqlite(before: int, after: int) -> None:
    """Edit the written schema; sqlite.org/lang_altertable.html allows it for these changes."""
    version = op.get_bind().exec_driver_sql("PRAGMA schema_version").scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    for table, words in _EDITS.items():
        edited = sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :old, :new) "
            "WHERE type = 'table' AND name = :table AND instr(sql, :old) > 0"
        ).bindparams(old=words[before], new=words[after], table=table)
        if op.get_bind().execute(edited).rowcount != 1:
            raise RuntimeError(f"the schema of {table} is not as it was written")
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _check_reasons(_OLD_REASONS)
        op.alter_column("payments", "consultation_id", nullable=False)
    else:
        _edit_sqlite(1, 0)
    op.drop_column("payments", "bound_card_id")
    op.drop_column("payments", "save_card")
    op.drop_index(op.f("ix_users_consumer_id"), "users")
    op.drop_column("users", "consumer_id")
    op.drop_table("bound_cards")
