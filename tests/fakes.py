"""A bank in memory that keeps its promises: what it executed stays, whatever it answered."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from portal.domain import clock
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.domain.ports import (
    NO_HEADERS,
    PAYMENT_DOOR,
    BadSignature,
    BankError,
    BankEvent,
    BankLine,
    BankMisconfigured,
    BankRefused,
    BankUnavailable,
    Capabilities,
    EventKind,
    Finding,
    KeptCard,
    LineKind,
    Operation,
    PaymentLink,
    PaymentOrder,
    RefusedBecause,
    Severity,
)
from portal.domain.transactions import forbid_open_transaction

SEAL = b"genuine "
LINK_LIVES = timedelta(minutes=30)
EVERY_CALL = "*"


@dataclass
class FakePayment:
    """One operation at the fake bank."""

    operation_id: str
    order: PaymentOrder
    link: PaymentLink
    created_at: datetime
    status: PaymentStatus = PaymentStatus.PENDING
    method: PaymentMethod | None = None
    paid_at: datetime | None = None
    card: KeptCard | None = None
    lines: list[BankLine] = field(default_factory=list)

    @property
    def returned(self) -> Money:
        """Return the sum of the refund lines."""
        refunds = [line.amount for line in self.lines if line.kind is LineKind.REFUND]
        return sum(refunds, start=Money(0, self.order.amount.currency))

    def add_line(self, kind: LineKind, amount: Money, line_id: str | None = None) -> None:
        """Write down one thing that the bank did."""
        line_id = line_id or f"{self.operation_id}-{len(self.lines) + 1}"
        self.lines.append(BankLine(line_id, kind, amount, clock.now()))


class FakeBank:
    """A BankConnector in memory; calls are named create, find, read, refund, charge and check.

    Each mood (is_down, swallows, refuses, goes_silent) lasts until recovers().
    """

    def __init__(self, currency: Currency = Currency.RUB, *, charges: bool = False) -> None:
        self._currency, self._charges = currency, charges
        self.charges: list[tuple[str, Money]] = []
        self.payments: dict[str, FakePayment] = {}
        self.refunds: list[tuple[str, Money]] = []
        self.calls: list[str] = []
        self._troubles: dict[str, Callable[[], BankError]] = {}
        self._silent: set[str] = set()
        self._shown: dict[str, dict[str, object]] = {}
        self._is_slow = False
        self._settling: set[str] = set()
        self._cards: dict[str, list[KeptCard]] = {}

    @property
    def capabilities(self) -> Capabilities:
        """Both ways to pay, receipts, and cards that the payer picks."""
        return Capabilities(
            methods=(PaymentMethod.SBP, PaymentMethod.CARD),
            receipt_by_bank=True,
            keeps_cards=True,
            charges_without_payer=self._charges,
            returns_charges=False,
        )

    @property
    def currency(self) -> Currency:
        """The currency of the account."""
        return self._currency

    def create_payment(self, order: PaymentOrder) -> PaymentLink:
        """Make a link, once for each reference."""
        self._answer("create")
        if any(known.order.reference == order.reference for known in self.payments.values()):
            raise BankRefused(RefusedBecause.DUPLICATE, "Такой заказ уже существует")
        operation_id = f"op-{len(self.payments) + 1}"
        now = clock.now()
        link = PaymentLink(operation_id, f"https://bank.test/pay/{operation_id}", now + LINK_LIVES)
        self.payments[operation_id] = FakePayment(operation_id, order, link, now)
        self._lose_answer("create")
        return link

    def find_payment(self, reference: str, created_at: datetime) -> PaymentLink | None:
        """Find a link by our reference."""
        self._answer("find")
        known = self.payments.values()
        return next((each.link for each in known if each.order.reference == reference), None)

    def read_operation(self, operation_id: str) -> Operation:
        """Tell what is true, unless ``shows`` made it lie."""
        self._answer("read")
        payment = self._known(operation_id)
        operation = Operation(
            operation_id=operation_id,
            reference=payment.order.reference,
            status=payment.status,
            amount=payment.order.amount,
            is_ours=True,
            method=payment.method,
            lines=tuple(payment.lines),
            paid_at=payment.paid_at,
            bank_word=payment.status.name,
            refund_in_progress=operation_id in self._settling,
            card_last4="0792" if payment.method is PaymentMethod.CARD else None,
            card=payment.card,
        )
        return replace(operation, **self._shown.get(operation_id, {}))

    def refund(self, operation_id: str, amount: Money) -> None:
        """Return money; twice when asked twice, as a bank without idempotency keys does."""
        self._answer("refund")
        payment = self._known(operation_id)
        if payment.status is not PaymentStatus.PAID or payment.order.chargeable:
            raise BankRefused(RefusedBecause.DECLINED, "Платёж не оплачен")
        if amount > payment.order.amount - payment.returned:
            raise BankRefused(RefusedBecause.DECLINED, "Сумма больше остатка")
        self.refunds.append((operation_id, amount))
        payment.add_line(LineKind.REFUND, amount)
        if self._is_slow:
            self._settling.add(operation_id)
        self._lose_answer("refund")

    def charge(self, operation_id: str, amount: Money) -> None:
        """Charge the card of a chargeable order; twice when asked twice."""
        self._answer("charge")
        payment = self._known(operation_id)
        if payment.status is not PaymentStatus.PAID or not payment.order.chargeable:
            raise BankRefused(RefusedBecause.NOT_FOUND, "Подписка не найдена")
        self.charges.append((operation_id, amount))
        payment.add_line(LineKind.CAPTURE, amount)
        self._lose_answer("charge")

    def parse_webhook(
        self, body: bytes, door: str = PAYMENT_DOOR, _headers: Mapping[str, str] = NO_HEADERS
    ) -> BankEvent:
        """Read what event() and foreign_event() made; raise BadSignature for anything else."""
        if door != PAYMENT_DOOR:
            raise BankMisconfigured("no such door")
        message = body.strip()
        if not message.startswith(SEAL):
            raise BadSignature("no seal")
        claims = json.loads(message.removeprefix(SEAL))
        return BankEvent(
            kind=EventKind.PAYMENT,
            is_ours=claims["is_ours"],
            operation_id=claims["operation_id"],
            reference=claims["reference"],
            claims=claims,
        )

    def check(self) -> list[Finding]:
        """Say that all is well."""
        self._answer("check")
        return [Finding(Severity.OK, "Связь", "Банк отвечает.")]

    def pay(self, operation_id: str, method: PaymentMethod = PaymentMethod.SBP) -> None:
        """Let the payer pay; works after expiry too, for late successes."""
        payment = self.payments[operation_id]
        if payment.order.chargeable and payment.card is None:
            payment.card = self._keep(payment.order)
        payment.status, payment.method = PaymentStatus.PAID, method
        payment.paid_at = clock.now()
        payment.add_line(LineKind.CAPTURE, payment.order.amount)

    def pay_by_new_card(self, operation_id: str) -> None:
        """Let the payer pay by a new card and tick «save», if that was offered to them."""
        order = self.payments[operation_id].order
        if order.save_card and order.consumer_id is not None:
            self.payments[operation_id].card = self._keep(order)
        self.pay(operation_id, PaymentMethod.CARD)

    def pay_by_kept_card(self, operation_id: str, token_id: str) -> None:
        """Let the payer pick one of the cards kept for them."""
        kept = self._cards.get(self.payments[operation_id].order.consumer_id or "", [])
        self.payments[operation_id].card = next(each for each in kept if each.token_id == token_id)
        self.pay(operation_id, PaymentMethod.CARD)

    def _keep(self, order: PaymentOrder) -> KeptCard:
        kept = self._cards.setdefault(order.consumer_id or "", [])
        token_id = f"card-{sum(map(len, self._cards.values())) + 1}"
        kept.append(KeptCard(token_id, "Mir", "0792"))
        return kept[-1]

    def decline(self, operation_id: str) -> None:
        """Let the payer's bank say no: the link stays payable (tochka.md §7)."""
        self.payments[operation_id].status = PaymentStatus.PENDING

    def expire(self, operation_id: str) -> None:
        """Let the link die."""
        self.payments[operation_id].status = PaymentStatus.EXPIRED

    def made_in_cabinet(self, operation_id: str, amount: Money, line_id: str | None = None) -> None:
        """Return money by hand in the bank's cabinet: a line that no call of ours made."""
        self.payments[operation_id].add_line(LineKind.REFUND, amount, line_id)

    def goes_silent(self, call: str) -> None:
        """Execute ``call`` and lose the answer."""
        self._silent.add(call)

    def swallows(self, call: str) -> None:
        """Take ``call``, execute nothing, answer nothing: nobody can tell it from goes_silent."""
        self._troubles[call] = partial(BankUnavailable, "read timeout", sent=True)

    def is_down(self, call: str | None = None) -> None:
        """Refuse connections, for one call or for all: provably nothing is sent."""
        trouble = partial(BankUnavailable, "connection refused", sent=False)
        self._troubles[call or EVERY_CALL] = trouble

    def refuses(self, call: str, because: RefusedBecause = RefusedBecause.DECLINED) -> None:
        """Say a definite no."""
        self._troubles[call] = partial(BankRefused, because, "Банк отказал")

    def recovers(self) -> None:
        """Answer truly and at once again; refunds that were settling go on settling."""
        self._troubles.clear()
        self._silent.clear()
        self._shown.clear()
        self._is_slow = False

    def allows_charges(self, *, is_on: bool = True) -> None:
        """Let the cards of chargeable orders be charged, or no longer."""
        self._charges = is_on

    def settles_slowly(self) -> None:
        """Keep the next refunds in progress until settle()."""
        self._is_slow = True

    def settle(self) -> None:
        """Finish every refund in progress."""
        self._is_slow = False
        self._settling.clear()

    def shows(self, operation_id: str, /, **changes: object) -> None:
        """Falsify what is read: amount, is_ours, status, or any other field of Operation."""
        self._shown[operation_id] = changes

    def event(self, operation_id: str) -> bytes:
        """Make the body of a genuine webhook about a payment of ours."""
        reference = self.payments[operation_id].order.reference
        return _sealed(operation_id=operation_id, reference=reference, is_ours=True)

    def foreign_event(self) -> bytes:
        """Make a genuine webhook about somebody else's payment."""
        return _sealed(operation_id="op-of-others", reference="12345-ab-cd", is_ours=False)

    def broken_event(self) -> bytes:
        """Make a webhook that the bank has not signed."""
        return self.foreign_event().replace(SEAL, b"forged ")

    def _answer(self, call: str) -> None:
        forbid_open_transaction("a bank call")
        self.calls.append(call)
        trouble = self._troubles.get(call) or self._troubles.get(EVERY_CALL)
        if trouble is not None:
            raise trouble()

    def _lose_answer(self, call: str) -> None:
        if call in self._silent:
            raise BankUnavailable("read timeout", sent=True)

    def _known(self, operation_id: str) -> FakePayment:
        if operation_id not in self.payments:
            raise BankRefused(RefusedBecause.NOT_FOUND, "Операция не найдена")
        return self.payments[operation_id]


def _sealed(**claims: object) -> bytes:
    return SEAL + json.dumps(claims).encode()
