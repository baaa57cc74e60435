"""Which payments have paid a consultation from the balance, and how much of each that takes (C1).

Revision ID: 0017
Revises: 0016
Create Date: 2026-11-24 16:10:00+00:00

SQLite adds a CHECK only together with its column, so there both belong to the last column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: Constraint -> its table and its words; each stands at the last column that is added to it.
_CHECKS = {
    "ck_payments_shares_not_negative": (
        "payments",
        "booked_minor >= 0 AND spent_minor >= 0",
    ),
    "ck_payments_shares_within_captured": (
        "payments",
        "refunded_minor + under_way_minor + booked_minor + spent_minor <= captured_minor",
    ),
    "ck_refunds_spent_within_amount": (
        "refunds",
        "spent_minor >= 0 AND spent_minor <= amount_minor",
    ),
}
#: What REPLACE would take the place of on SQLite.
_SAME = "id = NEW.id OR (consultation_id = NEW.consultation_id AND payment_id = NEW.payment_id)"
_GUARDS = {
    "fundings_append_only_update": ("UPDATE", ""),
    "fundings_append_only_delete": ("DELETE", ""),
    "fundings_no_replace": ("INSERT", f"WHEN EXISTS (SELECT 1 FROM fundings WHERE {_SAME})"),
}


def upgrade() -> None:
    op.create_table(
        "fundings",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("consultation_id", _BIG, nullable=False),
        sa.Column("payment_id", _BIG, nullable=False),
        sa.Column("amount_minor", _BIG, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_fundings_amount_positive")),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_fundings_consultation_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_fundings_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fundings")),
        sa.UniqueConstraint(
            *("consultation_id", "payment_id"), name=op.f("uq_fundings_consultation_id_payment_id")
        ),
    )
    op.create_index("ix_fundings_payment", "fundings", ["payment_id"])
    _add_sum("payments", "booked_minor")
    _add_sum("payments", "spent_minor")
    _add_sum("refunds", "spent_minor")
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _add_sum(table: str, name: str) -> None:
    """Add a sum that is zero so far, on SQLite with the checks of its table."""
    if op.get_bind().dialect.name == "postgresql":
        op.add_column(table, sa.Column(name, _BIG, nullable=False, server_default="0"))
        return
    words = {check: text for check, (of, text) in _CHECKS.items() if of == table}
    checks = [f"CONSTRAINT {check} CHECK ({text})" for check, text in words.items()]
    more = " ".join(checks) if name == "spent_minor" else ""
    op.execute(f"ALTER TABLE {table} ADD COLUMN {name} INTEGER DEFAULT '0' NOT NULL {more}")


def _guard_postgresql() -> None:
    for name, (table, words) in _CHECKS.items():
        op.create_check_constraint(op.f(name), table, words)
    for name, event, level in (
        ("fundings_append_only", "UPDATE OR DELETE", "ROW"),
        ("fundings_no_truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON fundings "
            f"FOR EACH {level} EXECUTE FUNCTION refuse_change()"
        )


def _guard_sqlite() -> None:
    for name, (event, condition) in _GUARDS.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON fundings {condition} "
            "BEGIN SELECT RAISE(ABORT, 'rows of fundings are never changed'); END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name, (table, _) in _CHECKS.items():
            op.drop_constraint(op.f(name), table, type_="check")
    op.drop_table("fundings")
    for table, name in (
        ("refunds", "spent_minor"),
        ("payments", "spent_minor"),
        ("payments", "booked_minor"),
    ):
        op.drop_column(table, name)
