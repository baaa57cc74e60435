"""Search by any part of a name: trigrams on both databases (platform.md §4).

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-24 05:11:00+00:00

SQLite's LIKE and lower() do not fold Cyrillic, hence a folded column and FTS5 with trigrams. The
row number of ``payments_fts`` is the transfer that credited the payment, which is the order of the
list, so that newest-first needs no sort; only paid payments are in it, as on the screen.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: Table -> the column that orders its list and numbers its full-text rows.
ROWID = {"users": "id", "consultations": "id", "payments": "paid_transfer_id"}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in ROWID:
            op.create_index(
                f"ix_{table}_search_text",
                table,
                ["search_text"],
                postgresql_using="gin",
                postgresql_ops={"search_text": "gin_trgm_ops"},
            )
        return
    for table, rowid in ROWID.items():
        _index_sqlite(table, rowid)


def _index_sqlite(table: str, rowid: str) -> None:
    op.execute(f"CREATE VIRTUAL TABLE {table}_fts USING fts5(search_text, tokenize='trigram')")
    insert = f"INSERT INTO {table}_fts(rowid, search_text) VALUES (NEW.{rowid}, NEW.search_text);"
    op.execute(
        f"CREATE TRIGGER {table}_fts_insert AFTER INSERT ON {table} "
        f"WHEN NEW.{rowid} IS NOT NULL BEGIN {insert} END"
    )
    op.execute(
        f"CREATE TRIGGER {table}_fts_update AFTER UPDATE OF {rowid}, search_text ON {table} "
        f"WHEN NEW.{rowid} IS NOT NULL BEGIN "
        f"DELETE FROM {table}_fts WHERE rowid = OLD.{rowid}; {insert} END"
    )
    op.execute(
        f"INSERT INTO {table}_fts(rowid, search_text) "
        f"SELECT {rowid}, search_text FROM {table} WHERE {rowid} IS NOT NULL"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in ROWID:
            op.drop_index(f"ix_{table}_search_text", table)
        return
    for table in ROWID:
        op.execute(f"DROP TRIGGER {table}_fts_insert")
        op.execute(f"DROP TRIGGER {table}_fts_update")
        op.execute(f"DROP TABLE {table}_fts")
