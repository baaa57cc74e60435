"""The tables are what the models say, and only one function locks them."""

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from portal.store.db import db
from tests.house.sources import PORTAL, ROOT, named

FULL_TEXT = "_fts"
LOCKS = {"portal/store/db.py": 1, "portal/usecases/consultations.py": 1}


def _is_ours(_object, name, kind, _reflected, _compared):
    """Leave out what migrations make by hand on one of the databases (migrations/env.py)."""
    if kind == "table":
        return FULL_TEXT not in name and name != "alembic_version"
    is_sqlite = db.engine.dialect.name == "sqlite"
    return not (is_sqlite and kind == "index" and name.endswith("_search_text"))


def test_the_models_equal_the_migrations(app):
    options = {"include_object": _is_ours, "compare_type": True}
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)

        assert compare_metadata(context, db.metadata) == []


def test_the_migrations_are_one_chain_numbered_as_they_run():
    chain = list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions())

    numbers = [each.revision for each in reversed(chain)]
    files = sorted(path.name for path in (ROOT / "migrations" / "versions").glob("*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(chain) + 1)]
    assert [name.split("_")[2] for name in files] == numbers


def test_the_migrations_lead_down_to_nothing_and_up_again(app):
    with app.app_context():
        flask_migrate.downgrade(revision="base")
        left = [name for name in inspect(db.engine).get_table_names() if FULL_TEXT not in name]
        flask_migrate.upgrade()

        assert left == ["alembic_version"]
    test_the_models_equal_the_migrations(app)


def test_rows_are_locked_in_one_place_and_by_one_batch():
    found = {named(path): path.read_text().count("with_for_update") for path in PORTAL}

    assert {name: count for name, count in found.items() if count} == LOCKS


def test_the_batch_passes_by_what_another_holds():
    batch = ROOT / "portal" / "usecases" / "consultations.py"

    assert "with_for_update(skip_locked=True)" in batch.read_text()
