"""Saving a list as it is seen now, and forgetting it: a person's own affair, not journaled."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.domain.errors import NotFound, TooManyViews
from portal.store.db import locked, transaction
from portal.store.saved_views import SavedView
from portal.store.users import User

#: More of them would not be found again among the others.
MOST = 20


@dataclass(frozen=True, slots=True)
class NewView:
    """A list by its path, what to see of it, and the name that the person gives to that."""

    path: str
    query: str
    name: str


def save_view(view: NewView, *, owner_id: int, now: datetime) -> None:
    """Keep a view; one of the same list and name is replaced. Raise TooManyViews."""
    with transaction() as session:
        locked(session, User, owner_id)
        saved = select(SavedView).where(SavedView.user_id == owner_id)
        views = {(one.path, one.name): one for one in session.scalars(saved)}
        row = views.get((view.path, view.name))
        if row is not None:
            row.query = view.query
            return
        if len(views) >= MOST:
            raise TooManyViews(most=MOST)
        row = SavedView(path=view.path, name=view.name, query=view.query, created_at=now)
        row.user_id = owner_id
        session.add(row)


def forget_view(view_id: int, *, owner_id: int) -> None:
    """Remove a view of one's own; raise NotFound for another's."""
    with transaction() as session:
        view = locked(session, SavedView, view_id)
        if view.user_id != owner_id:
            raise NotFound(what="SavedView", id=view_id)
        session.delete(view)
