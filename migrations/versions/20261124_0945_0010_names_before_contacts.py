"""In every search line the names stand before the contacts, and a mark between them.

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-24 09:45:00+00:00

Whoever may not see contacts searches before the mark. The trigrams of 0003 still find every line.
The line of a consultation was the client's and then the specialist; now the specialist is first.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    marked = f"replace(u.search_text, ' ' || u.email, {_mark()} || u.email)"
    _rewrite(
        "consultations", "client_id", f"substr(line, length(u.search_text) + 2) || ' ' || {marked}"
    )
    _rewrite("payments", "user_id", marked)
    _rewrite("users", "id", marked)


def downgrade() -> None:
    plain = f"replace(u.search_text, {_mark()}, ' ')"
    specialist = "substr(line, 1, length(line) - length(u.search_text) - 1)"
    _rewrite("consultations", "client_id", f"{plain} || ' ' || {specialist}")
    _rewrite("payments", "user_id", plain)
    _rewrite("users", "id", plain)


def _mark() -> str:
    return "chr(31)" if op.get_bind().dialect.name == "postgresql" else "char(31)"


def _rewrite(table: str, person: str, line: str) -> None:
    """Set the lines of a table; ``u`` is the row's person and ``line`` its line until now."""
    said = line.replace("line", f"{table}.search_text")
    op.execute(
        f"UPDATE {table} SET search_text = "
        f"(SELECT {said} FROM users AS u WHERE u.id = {table}.{person})"
    )
