"""Alembic's environment: the app's own engine, one transaction, a short lock timeout."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from portal.store.db import UTCDateTime

NOT_OURS = ("_fts", "_fts_data", "_fts_idx", "_fts_content", "_fts_docsize", "_fts_config")


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out SQLite's full-text tables: no model describes them."""
    return not (kind == "table" and name is not None and name.endswith(NOT_OURS))


def include_object(
    _object: object, name: str | None, kind: str, _reflected: object, _compared: object
) -> bool:
    """Leave out the trigram indexes on SQLite: full-text tables stand in their place there."""
    is_sqlite = current_app.extensions["migrate"].db.engine.dialect.name == "sqlite"
    return not (is_sqlite and kind == "index" and str(name).endswith("_search_text"))


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as plain ones, so that a migration never imports the code."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def migrate(connection: Connection) -> None:
    """Run what was asked for on one connection."""
    context.configure(
        connection=connection,
        target_metadata=current_app.extensions["migrate"].db.metadata,
        include_name=include_name,
        include_object=include_object,
        render_item=render_item,
        compare_type=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '3s'"))
        context.run_migrations()


with current_app.extensions["migrate"].db.engine.connect() as engine_connection:
    migrate(engine_connection)
