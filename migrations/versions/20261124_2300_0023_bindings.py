"""Cards bound on a page of the bank, what its message hints, and the bank's forgetting (B1-B4).

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-24 23:00:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "bindings",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("user_id", _BIG, nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(45), nullable=False),
        sa.Column("operation_id", sa.String(64), nullable=True),
        sa.Column("page_url", sa.String(2083), nullable=True),
        _moment("opened_at"),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("known_tokens", sa.JSON(), nullable=True),
        _moment("seen_at"),
        sa.Column("bound_card_id", _BIG, nullable=True),
        sa.Column("failure", sa.String(600), nullable=True),
        _moment("next_look_at"),
        _moment("created_at", nullable=False),
        _moment("finished_at"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_bindings_user_id")),
        sa.ForeignKeyConstraint(
            ["bound_card_id"], ["bound_cards.id"], name=op.f("fk_bindings_bound_card_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bindings")),
        sa.UniqueConstraint("account", "reference", name=op.f("uq_bindings_account_reference")),
    )
    op.create_index("ix_bindings_user", "bindings", ["user_id", "id"])
    op.create_index("ix_bindings_operation", "bindings", ["account", "operation_id"])
    op.create_index("ix_bindings_next_look_at", "bindings", ["next_look_at"])
    op.add_column("deliveries", sa.Column("outcome", sa.String(32), nullable=True))
    op.add_column("bound_cards", _moment("unbind_at"))
    is_asked = sa.text("unbind_at IS NOT NULL")
    op.create_index(
        "ix_bound_cards_unbind_at",
        "bound_cards",
        ["unbind_at"],
        postgresql_where=is_asked,
        sqlite_where=is_asked,
    )


def downgrade() -> None:
    op.drop_index("ix_bound_cards_unbind_at", table_name="bound_cards")
    op.drop_column("bound_cards", "unbind_at")
    op.drop_column("deliveries", "outcome")
    op.drop_table("bindings")
