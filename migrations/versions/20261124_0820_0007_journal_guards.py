"""The end of the journal's chain only grows, its checks stay, and it is searched by indexes (I-46).

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-24 08:20:00+00:00

On PostgreSQL the journal's triggers are ENABLE ALWAYS: without it a session in the role of a
replica walks past every trigger. The function they call is made by 0002.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_audit_entries_started_by": ["started_by_id", "id"],
    "ix_audit_entries_ip": ["ip", "id"],
    "ix_audit_entries_at": ["at", "id"],
    "ix_audit_entries_outcome": ["outcome", "id"],
}
_STEPS_BACK = "NEW.id <> OLD.id OR NEW.number <= OLD.number"
#: Trigger -> its event, its table and its level on PostgreSQL.
POSTGRESQL = {
    "audit_heads_grows": ("UPDATE", "audit_heads", f"ROW WHEN ({_STEPS_BACK})"),
    "audit_heads_kept": ("DELETE", "audit_heads", "ROW"),
    "audit_heads_no_truncate": ("TRUNCATE", "audit_heads", "STATEMENT"),
    "audit_heads_single": ("INSERT", "audit_heads", "ROW"),
    "audit_checks_append_only": ("UPDATE OR DELETE", "audit_checks", "ROW"),
    "audit_checks_no_truncate": ("TRUNCATE", "audit_checks", "STATEMENT"),
}
#: Those of 0002 that guard the journal.
OLDER = {
    "audit_entries_append_only": "audit_entries",
    "audit_entries_no_truncate": "audit_entries",
}
#: Trigger -> its event, its table and its condition on SQLite.
SQLITE = {
    "audit_heads_grows": ("UPDATE", "audit_heads", f"WHEN {_STEPS_BACK}"),
    "audit_heads_kept": ("DELETE", "audit_heads", ""),
    "audit_heads_single": ("INSERT", "audit_heads", ""),
    "audit_checks_append_only_update": ("UPDATE", "audit_checks", ""),
    "audit_checks_append_only_delete": ("DELETE", "audit_checks", ""),
    "audit_checks_no_replace": (
        "INSERT",
        "audit_checks",
        "WHEN EXISTS (SELECT 1 FROM audit_checks WHERE id = NEW.id)",
    ),
}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(name, "audit_entries", columns)
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_postgresql() -> None:
    for name, (event, table, level) in POSTGRESQL.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
            f"FOR EACH {level} EXECUTE FUNCTION refuse_change()"
        )
    tables = {name: table for name, (_, table, _) in POSTGRESQL.items()} | OLDER
    for name, table in tables.items():
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def _guard_sqlite() -> None:
    for name, (event, table, condition) in SQLITE.items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} {condition} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
        )


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, (_, table, _) in (POSTGRESQL if is_postgresql else SQLITE).items():
        op.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if is_postgresql else ""))
    for name in INDEXES:
        op.drop_index(name, "audit_entries")
