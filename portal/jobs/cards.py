"""Jobs about cards that a bank binds on its own page: its page, its list, its forgetting."""

import logging

from flask import current_app

from portal.domain import clock
from portal.domain.bindings import BindingStatus
from portal.domain.card_ports import BindingOrder, BindingPage, CardBinding
from portal.domain.ports import BankError, BankMisconfigured, BankRefused, KeptCard
from portal.jobs.accounts import account, banks
from portal.jobs.queue import nudge
from portal.store.bindings import Binding
from portal.store.cards import BoundCard
from portal.store.db import db
from portal.store.users import User
from portal.usecases.bindings import (
    apply_cards,
    page_order_of,
    postpone_forgetting,
    postpone_look,
    record_forgotten,
    record_no_page,
    record_page,
)

_log = logging.getLogger(__name__)


def open_page(binding_id: int) -> None:
    """Ask the bank for its page; a page whose answer was lost is abandoned for another one."""
    name = db.session.get_one(Binding, binding_id).account
    db.session.rollback()
    url = current_app.config["PORTAL"].public_url
    back = f"{url}/account/cards/bindings"
    order = page_order_of(binding_id, return_url=back, now=clock.now())
    if order is None:
        return
    try:
        page, kept = _page(name, order)
    except BankRefused as refused:
        record_no_page(binding_id, refused.text, now=clock.now(), is_final=True)
    except BankError as error:
        _log.warning("no page for binding %s yet: %s", binding_id, error)
        record_no_page(binding_id, str(error), now=clock.now(), is_final=False)
    else:
        record_page(binding_id, page, kept, now=clock.now())


def _page(name: str, order: BindingOrder) -> tuple[BindingPage, list[KeptCard]]:
    """Read what the bank keeps already, then ask for the page: what comes after is its card."""
    bank = _binder(name)
    kept = bank.list_cards(order.consumer_id)
    return bank.open_binding(order), kept


def _binder(name: str) -> CardBinding:
    bank = account(name).connector
    if not isinstance(bank, CardBinding):
        raise BankMisconfigured(f"account {name} binds no cards on a page of its bank")
    return bank


def look(binding_id: int) -> None:
    """Read the cards that the bank keeps for the client, and apply them to the binding."""
    look_up(binding_id)


def look_up(binding_id: int) -> str | None:
    """Do what ``look`` does; return what went wrong, for whoever tries again."""
    binding = db.session.get_one(Binding, binding_id)
    name, status = binding.account, binding.status
    consumer_id = db.session.get_one(User, binding.user_id).consumer_id
    db.session.rollback()
    if status is BindingStatus.ASKED or consumer_id is None:
        nudge(open_page, binding_id)
        return None
    try:
        cards = _binder(name).list_cards(consumer_id)
    except BankError as error:
        _log.warning("account %s: its cards could not be read: %s", name, error)
        postpone_look(binding_id, now=clock.now())
        return str(error)[:600]
    apply_cards(binding_id, cards, now=clock.now())
    return None


def forget(card_id: int) -> None:
    """Let the bank forget an unbound card; asking twice is harmless.

    An account that the settings no longer have cannot be asked: then only we forget.
    """
    card = db.session.get_one(BoundCard, card_id)
    name, token_id, is_asked = card.account, card.token_id, card.unbind_at is not None
    consumer_id = db.session.get_one(User, card.user_id).consumer_id
    db.session.rollback()
    if not is_asked:
        return
    if banks().find(name) is not None and token_id and consumer_id:
        try:
            _binder(name).unbind_card(consumer_id, token_id)
        except BankError as error:
            _log.warning("account %s: an unbound card is still kept: %s", name, error)
            postpone_forgetting(card_id, now=clock.now())
            return
    record_forgotten(card_id, now=clock.now())
