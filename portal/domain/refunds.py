"""When money may go back, and how a refund moves (domain.md §4, D1-D6)."""

from dataclasses import dataclass, replace
from enum import StrEnum

from portal.domain.consultations import OVER, ConsultationStatus
from portal.domain.errors import IllegalTransition, Refusal
from portal.domain.money import Money
from portal.domain.payments import PaymentStatus


class RefundStatus(StrEnum):
    """How far a refund is; UNKNOWN means that only the bank's own lines can end it."""

    REQUESTED = "requested"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REVERSED = "reversed"
    EXTERNAL = "external"


class RefundReason(StrEnum):
    """Why the money goes back; OTHER demands a comment."""

    CANCELLED_BY_CLIENT = "cancelled_by_client"
    CANCELLED_BY_US = "cancelled_by_us"
    SPECIALIST_FAILED = "specialist_failed"
    CLIENT_FAILED = "client_failed"
    MISTAKEN_PAYMENT = "mistaken_payment"
    COMPLAINT = "complaint"
    OTHER = "other"
    IN_BANK_CABINET = "in_bank_cabinet"
    CARD_CHECK = "card_check"


#: These two the portal gives by itself.
_OWN_REASONS = (RefundReason.IN_BANK_CABINET, RefundReason.CARD_CHECK)
STAFF_REASONS = tuple(reason for reason in RefundReason if reason not in _OWN_REASONS)
COMMENT_MIN_CHARACTERS = 10

OPEN_STATUSES = frozenset({RefundStatus.REQUESTED, RefundStatus.SUBMITTED, RefundStatus.UNKNOWN})

#: The bank did not give the money to the payer, or could not: it lies with us.
RETURNED_TO_US = frozenset({RefundStatus.FAILED, RefundStatus.REVERSED})

TRANSITIONS: dict[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.REQUESTED: frozenset(
        {RefundStatus.SUBMITTED, RefundStatus.CANCELLED, RefundStatus.FAILED}
    ),
    # Back to REQUESTED only when the call provably never left (BankUnavailable(sent=False)).
    RefundStatus.SUBMITTED: frozenset(
        {
            RefundStatus.SUCCEEDED,
            RefundStatus.FAILED,
            RefundStatus.UNKNOWN,
            RefundStatus.REQUESTED,
        }
    ),
    RefundStatus.UNKNOWN: frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED}),
    RefundStatus.SUCCEEDED: frozenset({RefundStatus.REVERSED}),
    RefundStatus.FAILED: frozenset(),
    RefundStatus.CANCELLED: frozenset(),
    RefundStatus.REVERSED: frozenset(),
    RefundStatus.EXTERNAL: frozenset(),
}


def advance(current: RefundStatus, wanted: RefundStatus) -> RefundStatus:
    """Return the wanted state when the table has the edge; raise IllegalTransition otherwise."""
    if wanted not in TRANSITIONS[current]:
        raise IllegalTransition(current=current, wanted=wanted)
    return wanted


class AccountMode(StrEnum):
    """What a bank account is still good for; old payments stay refundable in REFUND_ONLY."""

    ACTIVE = "active"
    REFUND_ONLY = "refund_only"
    CLOSED = "closed"


class RefundRule(StrEnum):
    """Every reason why a refund may not be made; the words for each live in web/labels.py."""

    NO_RIGHT = "no_right"
    NOT_CAPTURED = "not_captured"
    ACCOUNT_CLOSED = "account_closed"
    INCIDENT = "incident"
    REFUND_UNKNOWN = "refund_unknown"
    OPEN_REFUND = "open_refund"
    NOTHING_LEFT = "nothing_left"
    CONSULTATION_SCHEDULED = "consultation_scheduled"
    CONSULTATION_OPEN = "consultation_open"
    AFTER_COMPLETION = "after_completion"
    FUNDS_ANOTHER = "funds_another"
    BALANCE_SPENT = "balance_spent"
    AMOUNT_RANGE = "amount_range"
    OVER_LIMIT = "over_limit"


class NextStep(StrEnum):
    """What the person can do about a broken rule."""

    NONE = "none"
    ASK_A_HOLDER = "ask_a_holder"
    ASK_BANK = "ask_bank"
    OPEN_REFUND = "open_refund"
    CANCEL_CONSULTATION = "cancel_consultation"
    OPEN_CONSULTATION = "open_consultation"
    OPEN_PAYMENT = "open_payment"
    CHANGE_AMOUNT = "change_amount"
    OPEN_USER = "open_user"
    OPEN_FUNDED = "open_funded"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule and whether it holds; ``next_step`` says what to do when it does not."""

    code: RefundRule
    ok: bool
    next_step: NextStep


@dataclass(frozen=True, slots=True)
class RefundRights:
    """What the asking person holds; ``limit`` is what is left of the sum they may return.

    ``grant_id`` names the personal grant that gives the right; None when the role does.
    """

    create: bool
    after_completion: bool
    limit: Money | None = None
    grant_id: int | None = None


ALL_RIGHTS = RefundRights(create=True, after_completion=True)


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """All that the decision rests on; ``amount`` is None when the whole remainder is meant.

    ``funds_consultation`` is False for a surplus payment (a second success): its money lies free on
    the balance, so the consultation's state does not matter. ``available`` is the client's free
    money, which pays for the refund unless the consultation has taken place. ``booked`` waits for
    other consultations that the balance has paid with it, ``spent`` they have taken since.
    """

    payment_status: PaymentStatus
    consultation: ConsultationStatus
    funds_consultation: bool
    captured: Money
    succeeded: Money
    under_way: Money
    external: Money
    booked: Money
    spent: Money
    available: Money
    open_refund: RefundStatus | None
    incident: bool
    account_mode: AccountMode
    rights: RefundRights
    amount: Money | None = None

    @property
    def remaining(self) -> Money:
        """What is left to return: captured - succeeded - under way - external."""
        return self.captured - self.succeeded - self.under_way - self.external

    @property
    def refundable(self) -> Money:
        """What one refund may return now: what is free, and then what others have spent."""
        return refundable(self.remaining, self.booked, self.spent)

    @property
    def is_from_spent(self) -> bool:
        """Whether nothing is free any more and consultations paid from the balance have taken it.

        What is free goes back first: only then does revenue return what others have spent.
        """
        return takes_spent(self.remaining, self.booked, self.spent)

    @property
    def is_from_revenue(self) -> bool:
        """Whether the fee has already left the balance, so that revenue returns it (D4)."""
        own = self.funds_consultation and self.consultation in OVER
        return own or self.is_from_spent


class NotRefundable(Refusal):
    """The refund breaks a rule; ``rule`` is the first broken one."""

    code = "not_refundable"

    def __init__(self, rule: Rule, **facts: object) -> None:
        super().__init__(rule=rule, **facts)
        self.rule = rule


class RemainderChanged(Refusal):
    """The sum, or who pays for it, is not what was shown: the form must be looked at again."""

    code = "remainder_changed"


def refundable(remaining: Money, booked: Money, spent: Money) -> Money:
    """Return what one refund may take of a payment: what is free, or else what others have spent.

    What waits for another consultation stays.
    """
    if not takes_spent(remaining, booked, spent):
        return max(remaining - booked - spent, Money(0, remaining.currency))
    return max(min(spent, remaining - booked), Money(0, remaining.currency))


def takes_spent(remaining: Money, booked: Money, spent: Money) -> bool:
    """Tell whether nothing is free, so that a refund returns what others have spent (D4)."""
    return spent.minor > 0 and remaining <= booked + spent


def check_refund(facts: RefundFacts) -> list[Rule]:
    """Judge a refund by every rule, most telling first; row, dialog and job all ask here."""
    funds, state = facts.funds_consultation, facts.consultation
    unknown = facts.open_refund is RefundStatus.UNKNOWN
    amount = facts.refundable if facts.amount is None else facts.amount
    nothing_free = facts.remaining.minor > 0 and not facts.refundable
    spent = not facts.is_from_revenue and amount > facts.available
    steps = NextStep
    return [
        Rule(RefundRule.NO_RIGHT, facts.rights.create, steps.ASK_A_HOLDER),
        Rule(RefundRule.INCIDENT, not facts.incident, steps.OPEN_PAYMENT),
        Rule(RefundRule.NOT_CAPTURED, facts.payment_status is PaymentStatus.PAID, steps.ASK_BANK),
        Rule(RefundRule.REFUND_UNKNOWN, not unknown, steps.OPEN_REFUND),
        Rule(RefundRule.OPEN_REFUND, facts.open_refund is None or unknown, steps.OPEN_REFUND),
        Rule(RefundRule.NOTHING_LEFT, facts.remaining.minor > 0, steps.OPEN_REFUND),
        Rule(
            RefundRule.CONSULTATION_SCHEDULED,
            not funds or state is not ConsultationStatus.SCHEDULED,
            steps.CANCEL_CONSULTATION,
        ),
        Rule(
            RefundRule.CONSULTATION_OPEN,
            not funds or state is not ConsultationStatus.OPEN,
            steps.OPEN_CONSULTATION,
        ),
        Rule(RefundRule.FUNDS_ANOTHER, not nothing_free, steps.OPEN_FUNDED),
        Rule(
            RefundRule.AFTER_COMPLETION,
            not facts.is_from_revenue or facts.rights.after_completion,
            steps.ASK_A_HOLDER,
        ),
        Rule(
            RefundRule.ACCOUNT_CLOSED,
            facts.account_mode is not AccountMode.CLOSED,
            steps.ASK_A_HOLDER,
        ),
        Rule(RefundRule.AMOUNT_RANGE, _is_in_range(facts), steps.CHANGE_AMOUNT),
        Rule(RefundRule.OVER_LIMIT, _is_within_limit(facts, amount), steps.CHANGE_AMOUNT),
        Rule(RefundRule.BALANCE_SPENT, not spent, steps.OPEN_USER),
    ]


def _is_within_limit(facts: RefundFacts, amount: Money) -> bool:
    """A limit in another currency allows nothing: nothing is converted silently."""
    limit = facts.rights.limit
    return limit is None or (limit.currency is amount.currency and amount <= limit)


def _is_in_range(facts: RefundFacts) -> bool:
    return facts.amount is None or 0 < facts.amount.minor <= facts.refundable.minor


def broken_rule(facts: RefundFacts) -> Rule | None:
    """Return the first broken rule, or None when the refund may be made."""
    return next((rule for rule in check_refund(facts) if not rule.ok), None)


def require_refundable(facts: RefundFacts) -> None:
    """Raise NotRefundable with the first broken rule."""
    rule = broken_rule(facts)
    if rule is not None:
        raise NotRefundable(rule)


def rule_in_the_way(facts: RefundFacts) -> Rule | None:
    """Return the rule that bars every sum, or None when some part of what is left may go back.

    A limit lower than the remainder bars only what is above it.
    """
    limit = facts.rights.limit
    if limit and limit.currency is facts.refundable.currency and limit < facts.refundable:
        return broken_rule(replace(facts, amount=limit))
    return broken_rule(facts)
