"""Payments, and the lines of the bank that were booked for them."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value

from portal.domain.errors import NotFound
from portal.domain.money import Currency, Money
from portal.domain.payments import Decline, Incident, PaymentMethod, PaymentStatus
from portal.store.consultations import Consultation
from portal.store.db import Base, enum_type, locked, open_enum_type, partial_index
from portal.store.payment_sums import PaymentSums
from portal.store.users import User


class Payment(PaymentSums, Base):
    """One attempt to pay a consultation, or to check a card, at one account of one bank, for ever.

    The cached sums are written in the same transaction as the refunds (``refunded``, ``under_way``,
    ``external``) and fundings (``booked``, ``spent``) that they summarise, and the CHECKs keep them
    within what was captured at any commit (I-05).
    """

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("account", "reference"),
        UniqueConstraint("account", "operation_id"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint(
            "refunded_minor >= 0 AND under_way_minor >= 0 AND external_minor >= 0",
            name="returns_not_negative",
        ),
        CheckConstraint(
            "refunded_minor + under_way_minor + external_minor <= captured_minor",
            name="returns_within_captured",
        ),
        CheckConstraint("booked_minor >= 0 AND spent_minor >= 0", name="shares_not_negative"),
        CheckConstraint(
            "refunded_minor + under_way_minor + booked_minor + spent_minor <= captured_minor",
            name="shares_within_captured",
        ),
        Index("ix_payments_paid_transfer", "paid_transfer_id", unique=True),
        Index("ix_payments_user_paid_transfer", "user_id", "paid_transfer_id"),
        Index("ix_payments_amount_paid_transfer", "amount_minor", "paid_transfer_id"),
        Index("ix_payments_paid_at_transfer", "paid_at", "paid_transfer_id"),
        Index("ix_payments_method_paid_transfer", "paid_method", "paid_transfer_id"),
        Index("ix_payments_card_paid_transfer", "card_last4", "paid_transfer_id"),
        Index("ix_payments_operation", "operation_id"),
        partial_index(
            "ix_payments_charged",
            *("account", "charged_operation"),
            where="charged_operation IS NOT NULL",
        ),
        # Written as each database is asked, so that it answers.
        Index(
            "ix_payments_surplus",
            "paid_transfer_id",
            postgresql_where=text("is_surplus IS TRUE"),
            sqlite_where=text("is_surplus IS 1"),
        ),
        partial_index("ix_payments_incident", "incident", "id", where="incident IS NOT NULL"),
        partial_index("ix_payments_under_way", "paid_transfer_id", where="under_way_minor > 0"),
        partial_index(
            "ix_payments_returned", "paid_transfer_id", where="refunded_minor + external_minor > 0"
        ),
        partial_index(
            "ix_payments_last_refund",
            *("last_refund_id", "paid_transfer_id"),
            where="last_refund_id IS NOT NULL",
        ),
        Index("ix_payments_consultation", "consultation_id"),
        Index("ix_payments_next_read_at", "next_read_at"),
        Index("ix_payments_created_at", "created_at"),
        Index(
            "ix_payments_search_text",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ).ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: None for a card check: its sum pays for nothing and goes back (B4).
    consultation_id: Mapped[int | None] = mapped_column(ForeignKey("consultations.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    account: Mapped[str] = mapped_column(String(40))
    #: Ours, sent to the bank as its order number; committed before the call (B9).
    reference: Mapped[str] = mapped_column(String(45))
    operation_id: Mapped[str | None] = mapped_column(String(64))
    amount_minor: Mapped[int]
    currency: Mapped[Currency]
    status: Mapped[PaymentStatus] = mapped_column(default=PaymentStatus.CREATED)
    #: What the payer chose here; ``paid_method`` is what the bank says was used.
    method: Mapped[PaymentMethod]
    paid_method: Mapped[PaymentMethod | None] = mapped_column(
        enum_type(PaymentMethod, "paid_method")
    )
    card_last4: Mapped[str | None] = mapped_column(String(4))
    link_url: Mapped[str | None] = mapped_column(String(2083))
    link_expires_at: Mapped[datetime | None]
    captured_minor: Mapped[int] = mapped_column(default=0)
    refunded_minor: Mapped[int] = mapped_column(default=0)
    under_way_minor: Mapped[int] = mapped_column(default=0)
    external_minor: Mapped[int] = mapped_column(default=0)
    #: What waits for consultations that were paid from the balance with it (domain.md §5).
    booked_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    #: What such consultations have taken, less what of it was returned since.
    spent_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    paid_at: Mapped[datetime | None]
    #: The transfer that credited it: proof, and the order of the list of payments.
    paid_transfer_id: Mapped[int | None] = mapped_column(ForeignKey("transfers.id"))
    is_late: Mapped[bool] = mapped_column(default=False)
    #: A success for a consultation that was already paid or cancelled: free balance.
    is_surplus: Mapped[bool] = mapped_column(default=False)
    incident: Mapped[Incident | None]
    #: What the last card that was tried met with; empty once one has paid.
    decline: Mapped[Decline | None] = mapped_column(open_enum_type(Decline))
    failure: Mapped[str | None] = mapped_column(String(600))
    bank_word: Mapped[str | None] = mapped_column(String(40))
    read_at: Mapped[datetime | None]
    next_read_at: Mapped[datetime | None]
    create_attempts: Mapped[int] = mapped_column(default=0)
    #: Whether the bank was asked to offer the payer that it keeps the card (B2).
    save_card: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The card that the bank named for this payment, after it was asked to keep it.
    bound_card_id: Mapped[int | None] = mapped_column(ForeignKey("bound_cards.id"))
    #: Whether the bank was asked to let us charge the card later without the payer (B3).
    binds_card: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The operation whose card this payment charges: the bank's, of the payment that bound it.
    charged_operation: Mapped[str | None] = mapped_column(String(64))
    #: Whether it charges a card by its token instead: then it is an operation of its own.
    charges_token: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Set and committed before the only call; whoever finds it set reads and never charges.
    charged_at: Mapped[datetime | None]
    #: The bank's capture lines as they were just before charging.
    charge_baseline: Mapped[list[str] | None] = mapped_column(JSON)
    #: Whether the bank returns it only by hand, in its cabinet.
    is_returned_by_hand: Mapped[bool] = mapped_column(default=False, server_default=false())
    last_refund_id: Mapped[int | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    search_text: Mapped[str] = mapped_column(Text)

    consultation: Mapped[Consultation | None] = relationship(lazy="raise_on_sql")
    user: Mapped[User] = relationship(foreign_keys=user_id, lazy="raise_on_sql")

    @property
    def is_card_check(self) -> bool:
        """Whether it checks a card, so that no balance and no list of payments knows it."""
        return self.consultation_id is None

    @property
    def is_by_own_card(self) -> bool:
        """Whether the client, signed in, began to pay by card: only they see the cards kept."""
        return self.method is PaymentMethod.CARD and self.created_by_id == self.user_id

    @property
    def is_charge(self) -> bool:
        """Whether it charges a card without its payer: then it has no link."""
        return self.charged_operation is not None or self.charges_token

    @property
    def bank_operation(self) -> str | None:
        """The bank's operation that tells of it: its own, or that of the card it charges."""
        return self.operation_id or self.charged_operation

    @property
    def amount(self) -> Money:
        """What was asked for."""
        return self._money(self.amount_minor)

    @property
    def free(self) -> Money:
        """What is left for nobody, once its own consultation needs none of it."""
        return self.remaining - self._money(self.booked_minor + self.spent_minor)


#: What ``is_charge`` says, in SQL.
IS_CHARGE = or_(Payment.charged_operation.is_not(None), Payment.charges_token.is_(True))


def locked_payment(session: Session, payment_id: int) -> tuple[Payment, Consultation | None]:
    """Lock a payment in the one global order: its consultation first; raise NotFound."""
    consultation_id = session.scalar(
        select(Payment.consultation_id).where(Payment.id == payment_id)
    )
    consultation = locked(session, Consultation, consultation_id) if consultation_id else None
    payment = locked(session, Payment, payment_id)
    set_committed_value(payment, "consultation", consultation)
    return payment, consultation


def find_payment_of(
    session: Session, account: str, operation_id: str | None, reference: str | None
) -> int | None:
    """Find whose operation a bank speaks of: by its id, else by our reference (F-29).

    Of a card that is charged it is the charge that still waits, if any: both carry one id.
    """
    query = select(Payment.id).where(Payment.account == account)
    waits = Payment.status == PaymentStatus.PENDING
    charged = query.where(Payment.charged_operation == operation_id, waits).limit(1)
    waiting = session.scalar(charged) if operation_id else None
    if waiting is not None:
        return waiting
    for column, value in ((Payment.operation_id, operation_id), (Payment.reference, reference)):
        found = session.scalar(query.where(column == value)) if value else None
        if found is not None:
            return found
    return None


def payment_card(session: Session, payment_id: int) -> Payment:
    """Load a payment with all that its card shows; raise NotFound."""
    payment = session.scalars(
        select(Payment)
        .where(Payment.id == payment_id)
        .options(joinedload(Payment.consultation), joinedload(Payment.user))
    ).one_or_none()
    if payment is None:
        raise NotFound(what="Payment", id=payment_id)
    return payment


def paid_by_consultation(session: Session, user_id: int) -> dict[int, list[int]]:
    """Return the numbers of a client's last hundred paid payments by consultation, oldest first."""
    rows = session.execute(
        select(Payment.consultation_id, Payment.id)
        .where(Payment.user_id == user_id, Payment.paid_transfer_id.is_not(None))
        .order_by(Payment.paid_transfer_id.desc())
        .limit(100)
    )
    found: dict[int, list[int]] = {}
    for consultation_id, payment_id in rows:
        if consultation_id is not None:
            found.setdefault(consultation_id, []).insert(0, payment_id)
    return found


def latest_payment(session: Session, consultation_id: int, named: int = 0) -> Payment | None:
    """Find the attempt to pay a consultation that is named by its number, else the last one."""
    return session.scalars(
        select(Payment)
        .where(Payment.consultation_id == consultation_id)
        .order_by(Payment.id != named, Payment.id.desc())
        .limit(1)
    ).first()
