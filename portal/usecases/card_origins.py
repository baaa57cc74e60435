"""Remembering whose card a client has (A6)."""

from portal.domain.card_origins import CardOrigin
from portal.store.db import locked, transaction
from portal.store.users import User


def remember_card_origin(user_id: int, origin: CardOrigin) -> None:
    """Keep a client's answer with their account; a later one takes its place."""
    with transaction() as session:
        locked(session, User, user_id).card_origin = origin.value
