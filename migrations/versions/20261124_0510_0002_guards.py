"""Nobody changes what happened: append-only by triggers on both databases (I-02).

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-24 05:10:00+00:00

SQLite's INSERT OR REPLACE walks past triggers on UPDATE and DELETE, so INSERT is guarded too;
PostgreSQL's row triggers do not see TRUNCATE, so it is guarded by a statement trigger.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: Table -> the columns that name a row; REPLACE of any of them is refused on SQLite.
APPEND_ONLY = {
    "transfers": ("id", "event_key"),
    "audit_entries": ("id",),
    "bank_orders": ("id",),
}
#: Table -> the columns that may never change; the others are its state.
EVIDENCE = {"deliveries": ("account", "received_at", "body", "claims")}
#: Tables whose rows are never removed.
KEPT = ("ledger_accounts", "deliveries", "refunds", "payments")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME "
        "USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table in APPEND_ONLY:
        _refuse_postgresql(table, "append_only", "UPDATE OR DELETE", "ROW")
    for table, columns in EVIDENCE.items():
        _refuse_postgresql(table, "evidence", f"UPDATE OF {', '.join(columns)}", "ROW")
    for table in KEPT:
        _refuse_postgresql(table, "kept", "DELETE", "ROW")
    for table in (*APPEND_ONLY, *KEPT):
        _refuse_postgresql(table, "no_truncate", "TRUNCATE", "STATEMENT")


def _refuse_postgresql(table: str, name: str, event: str, level: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} "
        f"FOR EACH {level} EXECUTE FUNCTION refuse_change()"
    )


def _guard_sqlite() -> None:
    for table, columns in APPEND_ONLY.items():
        _refuse_sqlite(table, "append_only_update", "UPDATE")
        _refuse_sqlite(table, "append_only_delete", "DELETE")
        _refuse_replace(table, columns)
    for table, columns in EVIDENCE.items():
        _refuse_sqlite(table, "evidence", f"UPDATE OF {', '.join(columns)}")
    for table in KEPT:
        _refuse_sqlite(table, "kept", "DELETE")
        _refuse_replace(table, ("id",))


def _refuse_replace(table: str, columns: tuple[str, ...]) -> None:
    same = " OR ".join(f"{column} = NEW.{column}" for column in columns)
    condition = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"
    _refuse_sqlite(table, "no_replace", "INSERT", condition)


def _refuse_sqlite(table: str, name: str, event: str, condition: str = "") -> None:
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} {condition} "
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change() CASCADE")
        return
    names = op.get_bind().exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE '%_fts_%'"
    )
    for (name,) in names.fetchall():
        op.execute(f"DROP TRIGGER {name}")
