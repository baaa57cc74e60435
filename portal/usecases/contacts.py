"""Somebody is shown a person's e-mail and phone: the journal says who saw whose (ASVS, 152-ФЗ)."""

from datetime import datetime

from portal.domain.actors import Actor
from portal.store.audit import note
from portal.store.db import transaction
from portal.store.users import User, get_user


def reveal_contacts(user_id: int, *, actor: Actor, now: datetime) -> User:
    """Write down that the contacts were shown, before they are; raise NotFound.

    The entry names the person and never what was shown.
    """
    with transaction() as session:
        user = get_user(session, user_id)
        note(session, actor, "user.contacts", user, now=now)
    return user
