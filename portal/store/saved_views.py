"""Lists as somebody likes to see them: an address under a name, of one person alone (ux.md 1.4)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.store.db import Base

NAME_CHARACTERS = 40
QUERY_CHARACTERS = 2000


class SavedView(Base):
    """The filters of one list under a name; words about days stay relative in it."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "path", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    path: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(NAME_CHARACTERS))
    query: Mapped[str] = mapped_column(String(QUERY_CHARACTERS))
    created_at: Mapped[datetime]

    @property
    def url(self) -> str:
        """Return the address that the view names."""
        return f"{self.path}?{self.query}"


def views_of(session: Session, user_id: int, path: str) -> Sequence[SavedView]:
    """Return the views that a person has saved of one list, by name."""
    found = select(SavedView).where(SavedView.user_id == user_id, SavedView.path == path)
    return session.scalars(found.order_by(SavedView.name)).all()
