"""Every filter and order of a list has an index that finds and orders at once (performance.md).

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-24 08:00:00+00:00

Partial where few rows are meant: the queries repeat these conditions word for word, with literals,
because SQLite cannot prove a condition from a bound value.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: Index -> its table and columns.
WHOLE = {
    "ix_consultations_price_starts_at": ("consultations", "price_minor", "starts_at", "id"),
    "ix_consultations_status_starts_at_id": ("consultations", "status", "starts_at", "id"),
    "ix_deliveries_status_id": ("deliveries", "status", "id"),
    "ix_payments_card_paid_transfer": ("payments", "card_last4", "paid_transfer_id"),
    "ix_payments_method_paid_transfer": ("payments", "paid_method", "paid_transfer_id"),
    "ix_payments_operation": ("payments", "operation_id"),
    "ix_payments_paid_at_transfer": ("payments", "paid_at", "paid_transfer_id"),
    "ix_users_role_id": ("users", "role", "id"),
}
#: Index -> its table, columns and condition.
PARTIAL = {
    "ix_consultations_unfinished": (
        "consultations", ["starts_at", "id"], "status IN ('scheduled', 'open')"
    ),
    "ix_consultations_unpaid": ("consultations", ["starts_at", "id"], "paid_at IS NULL"),
    "ix_ledger_accounts_held": (
        "ledger_accounts",
        ["kind", "user_id", "currency", "balance_minor"],
        "balance_minor > 0 AND user_id IS NOT NULL",
    ),
    "ix_payments_last_refund": (
        "payments", ["last_refund_id", "paid_transfer_id"], "last_refund_id IS NOT NULL"
    ),
    "ix_payments_returned": (
        "payments", ["paid_transfer_id"], "refunded_minor + external_minor > 0"
    ),
    "ix_payments_under_way": ("payments", ["paid_transfer_id"], "under_way_minor > 0"),
}
#: What the new ones begin with too.
REPLACED = {
    "ix_consultations_status_starts_at": ("consultations", "status", "starts_at"),
    "ix_payments_paid_at": ("payments", "paid_at"),
}


def upgrade() -> None:
    for name, (table, *columns) in WHOLE.items():
        op.create_index(name, table, columns)
    for name, (table, columns, condition) in PARTIAL.items():
        where = sa.text(condition)
        op.create_index(name, table, columns, postgresql_where=where, sqlite_where=where)
    for name, (table, *_) in REPLACED.items():
        op.drop_index(name, table)


def downgrade() -> None:
    for name, (table, *columns) in REPLACED.items():
        op.create_index(name, table, columns)
    for name, (table, *_) in {**WHOLE, **PARTIAL}.items():
        op.drop_index(name, table)
