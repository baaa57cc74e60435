"""Which ways to pay a purchase are really possible now, and why the others are not (A10)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from portal.domain import ledger
from portal.domain.fundings import Purse
from portal.domain.money import Currency, Money
from portal.domain.permissions import Permission
from portal.domain.purchases import CardWish, PurchaseWay
from portal.jobs.accounts import accounts_taking, is_suspended, taking_payments
from portal.store.cards import cards_of
from portal.store.db import db
from portal.store.fundings import payable_from_balance
from portal.store.ledger import balance
from portal.store.slots import Slot
from portal.web.access import can
from portal.web.card_words import card_name, is_chargeable
from portal.web.purchase_words import (
    AGREE,
    AGREED,
    CHOOSE,
    NO_CHARGE,
    NO_CHARGEABLE,
    NO_SUCH_WAY,
    NOT_BY_STAFF,
    UNSEEN,
    UNSEEN_CARDS,
    balance_words,
    card_words,
    free_words,
    gift_words,
    link_words,
    no_link_words,
    suspended_words,
    too_low_words,
)


@dataclass(frozen=True, slots=True)
class Offered:
    """A way to pay that is possible now: in which currency, its name, what it means.

    ``card`` is the client's card that is charged, not agreed to before the form is sent.
    """

    way: PurchaseWay
    currency: Currency
    title: str
    meaning: str
    card: CardWish | None = None

    @property
    def value(self) -> str:
        """What the form sends for it."""
        number = f"-{self.card.card_id}" if self.card else ""
        return f"{self.way.value}{number}-{self.currency.value.lower()}"


@dataclass(frozen=True, slots=True)
class WaysToBuy:
    """What is offered, and in a sentence each what is not."""

    offered: list[Offered] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)

    def add(
        self, way: PurchaseWay, price: Money, words: tuple[str, str], card: CardWish | None = None
    ) -> None:
        """Offer one more way."""
        self.offered.append(Offered(way, price.currency, *words, card))

    @property
    def charges_cards(self) -> bool:
        """Whether a card is among them, so that the client's consent is asked for."""
        return any(one.card for one in self.offered)

    def miss(self, words: str) -> None:
        """Say why a way is not offered, once, however many currencies it is said of."""
        if words not in self.obstacles:
            self.obstacles.append(words)

    def miss_one(self, order: Sequence[str], said: Sequence[str]) -> None:
        """Say the first of these sentences that was said, so that currencies do not disagree."""
        for words in [one for one in order if one in said][:1]:
            self.miss(words)


#: Why no card is offered, what is nearest to be helped first.
NO_CARDS = (UNSEEN_CARDS, NOT_BY_STAFF, NO_CHARGEABLE, NO_CHARGE)


def ways_to_buy(slot: Slot, client_id: int) -> WaysToBuy:
    """Say how a slot may be paid for this client now, in every currency that it has a price in."""
    ways = WaysToBuy()
    if not slot.is_paid:
        ways.add(PurchaseWay.LINK, Money(0, Currency.RUB), free_words())
        return ways
    for price in slot.prices:
        _add_link(ways, price)
    why_none = [_add_cards(ways, client_id, price) for price in slot.prices]
    if not ways.charges_cards and not any(is_suspended(price.currency) for price in slot.prices):
        ways.miss_one(NO_CARDS, why_none)
    for price in slot.prices:
        _add_balance(ways, client_id, price)
    if not can(Permission.USERS_READ):
        ways.miss(UNSEEN)
    price = slot.prices[0]
    ways.add(PurchaseWay.GIFT, price, gift_words(price))
    return ways


def _add_link(ways: WaysToBuy, price: Money) -> None:
    """Offer the link where a bank takes the currency."""
    account = taking_payments(price.currency)
    if account is None:
        is_ours = is_suspended(price.currency)
        ways.miss(suspended_words(price) if is_ours else no_link_words(price))
        return
    ways.add(PurchaseWay.LINK, price, link_words(price))


def _add_cards(ways: WaysToBuy, client_id: int, price: Money) -> str:
    """Offer the client's cards that may be charged to who may see them, or say why there is none.

    The same cards as at the client's own checkout: of every account that takes the currency now.
    """
    taking = accounts_taking(price.currency)
    if not taking:
        return ""
    tills = {one.name: one for one in taking if one.charges_cards or one.charges_tokens}
    if not tills:
        return NO_CHARGE
    if not can(Permission.USERS_READ):
        return UNSEEN_CARDS
    cards = [card for card in cards_of(db.session(), client_id) if card.account in tills]
    chargeable = [card for card in cards if is_chargeable(card)]
    offered = [card for card in chargeable if card.allows_staff]
    for card in offered:
        till = tills[card.account]
        by_hand, by_token = not till.connector.capabilities.returns_charges, till.charges_tokens
        wish = CardWish(till.name, card.id, is_agreed=False, by_hand=by_hand, by_token=by_token)
        ways.add(PurchaseWay.CARD, price, card_words(price, card_name(card), by_hand=by_hand), wish)
    if offered:
        return ""
    return NOT_BY_STAFF if chargeable else NO_CHARGEABLE


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

    is_agreed = BooleanField(AGREED)

    def validate_is_agreed(self, field: Field) -> None:
        """Ask for the client's consent where their card is charged, and nowhere else."""
        if (self.way.data or "").startswith(PurchaseWay.CARD.value) and not field.data:
            raise ValidationError(AGREE)

    def offer(self, offered: Sequence[Offered]) -> None:
        """Offer these ways; the first one, which moves the least, is chosen when nothing was."""
        self.way.choices = [(one.value, one.title) for one in offered]
        if self.way.data is None and not self.is_submitted():
            self.way.data = offered[0].value

    def chosen(self, offered: Sequence[Offered]) -> Offered:
        """Return the way that was chosen; ask only a valid form."""
        return next(one for one in offered if one.value == self.way.data)
