"""Which ways to pay a purchase are really possible now, and why the others are not (A10)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from portal.domain import ledger
from portal.domain.fundings import Purse
from portal.domain.money import Currency, Money
from portal.domain.permissions import Permission
from portal.domain.purchases import PurchaseWay
from portal.jobs.accounts import is_suspended, taking_payments
from portal.store.db import db
from portal.store.fundings import payable_from_balance
from portal.store.ledger import balance
from portal.store.slots import Slot
from portal.web.access import can
from portal.web.purchase_words import (
    CHOOSE,
    NO_CHARGE,
    NO_CHARGE_YET,
    NO_SUCH_WAY,
    UNSEEN,
    balance_words,
    free_words,
    gift_words,
    link_words,
    no_link_words,
    suspended_words,
    too_low_words,
)


@dataclass(frozen=True, slots=True)
class Offered:
    """A way to pay that is possible now: in which currency, its name, what it means."""

    way: PurchaseWay
    currency: Currency
    title: str
    meaning: str

    @property
    def value(self) -> str:
        """What the form sends for it."""
        return f"{self.way.value}-{self.currency.value.lower()}"


@dataclass(frozen=True, slots=True)
class WaysToBuy:
    """What is offered, and in a sentence each what is not."""

    offered: list[Offered] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)

    def add(self, way: PurchaseWay, price: Money, words: tuple[str, str]) -> None:
        """Offer one more way."""
        self.offered.append(Offered(way, price.currency, *words))

    def miss(self, words: str) -> None:
        """Say why a way is not offered, once, however many currencies it is said of."""
        if words not in self.obstacles:
            self.obstacles.append(words)


def ways_to_buy(slot: Slot, client_id: int) -> WaysToBuy:
    """Say how a slot may be paid for this client now, in every currency that it has a price in."""
    ways = WaysToBuy()
    if not slot.is_paid:
        ways.add(PurchaseWay.LINK, Money(0, Currency.RUB), free_words())
        return ways
    for price in slot.prices:
        _add_link(ways, price)
    for price in slot.prices:
        _add_balance(ways, client_id, price)
    if not can(Permission.USERS_READ):
        ways.miss(UNSEEN)
    price = slot.prices[0]
    ways.add(PurchaseWay.GIFT, price, gift_words(price))
    return ways


def _add_link(ways: WaysToBuy, price: Money) -> None:
    """Offer the link where a bank takes the currency; no bank charges a card without its owner."""
    account = taking_payments(price.currency)
    if account is None:
        is_ours = is_suspended(price.currency)
        ways.miss(suspended_words(price) if is_ours else no_link_words(price))
        return
    ways.add(PurchaseWay.LINK, price, link_words(price))
    may_charge = account.connector.capabilities.charges_without_payer
    ways.miss(NO_CHARGE_YET if may_charge else NO_CHARGE)


def _add_balance(ways: WaysToBuy, client_id: int, price: Money) -> None:
    """Offer the free balance to who may see it: nobody spends what they cannot look at."""
    if not can(Permission.USERS_READ):
        return
    held = balance(db.session(), ledger.available(client_id), price.currency)
    free = payable_from_balance(db.session(), client_id, price.currency)
    purse = Purse(price, free, held)
    if purse.covers:
        ways.add(PurchaseWay.BALANCE, price, balance_words(purse))
    else:
        ways.miss(too_low_words(purse))


class PurchaseForm(FlaskForm):
    """How the purchase is paid, and on what ground staff make it."""

    way = RadioField(
        "Как оплатить", validators=[InputRequired(CHOOSE)], invalid_choice_message=NO_SUCH_WAY
    )
    reason = StringField(
        "Основание",
        [
            DataRequired("Напишите, на каком основании, например «Клиент попросил по телефону»"),
            Length(max=500, message="Не больше 500 знаков"),
        ],
    )

    def offer(self, offered: Sequence[Offered]) -> None:
        """Offer these ways; the first one, which moves the least, is chosen when nothing was."""
        self.way.choices = [(one.value, one.title) for one in offered]
        if self.way.data is None and not self.is_submitted():
            self.way.data = offered[0].value

    def chosen(self, offered: Sequence[Offered]) -> Offered:
        """Return the way that was chosen; ask only a valid form."""
        return next(one for one in offered if one.value == self.way.data)
