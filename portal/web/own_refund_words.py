"""The words of a client's own refund: why not, how far, what it means, in plain speech."""

from portal.domain import clock, ledger
from portal.domain.consultations import ConsultationStatus
from portal.domain.money import Money
from portal.domain.payments import PaymentMethod
from portal.domain.refunds import RefundRule, RefundStatus, Rule
from portal.store.db import db
from portal.store.fundings import waiting_share
from portal.store.payment_rows import PaymentRow
from portal.store.refunds import Refund
from portal.web.formats import money, when_long
from portal.web.hand_refund_words import OWN_ARRIVAL
from portal.web.refund_sentences import CARD_TIME, SBP_TIME
from portal.web.refund_words import can_undo

WRITE_US = "Чтобы вернуть деньги в банк, напишите администратору."
#: The same where the button stands below.
PRESS = "Чтобы вернуть деньги в банк, нажмите «Попросить возврат»."
REASONS: dict[RefundRule, str] = {
    RefundRule.NO_RIGHT: "{how}",
    RefundRule.NOT_CAPTURED: "Банк ещё не подтвердил оплату. Подождите немного.",
    RefundRule.ACCOUNT_CLOSED: "Счёт в банке закрыт, сам возврат не пройдёт. {how}",
    RefundRule.INCIDENT: "Мы сверяем этот платёж с банком. Напишите администратору.",
    RefundRule.REFUND_UNKNOWN: "Мы выясняем у банка, дошёл ли прошлый возврат.",
    RefundRule.OPEN_REFUND: "Возврат уже идёт.",
    RefundRule.NOTHING_LEFT: "Всё уже возвращено.",
    RefundRule.CONSULTATION_SCHEDULED: "Сначала отмените консультацию.",
    RefundRule.CONSULTATION_OPEN: "Консультация идёт сейчас.",
    RefundRule.AFTER_COMPLETION: (
        "Этими деньгами оплачена консультация, которая уже прошла: вернуть их самому нельзя. {how}"
    ),
    RefundRule.FUNDS_ANOTHER: (
        "Этими деньгами вы оплатили консультацию {funded} по Москве. Чтобы вернуть их, сначала "
        "отмените её."
    ),
    RefundRule.BALANCE_SPENT: (
        "Эти деньги уже в резерве на другую вашу консультацию: свободно {available}."
    ),
    RefundRule.AMOUNT_RANGE: "Сумма должна быть от 0,01 до {remaining}.",
    RefundRule.OVER_LIMIT: "Сумма больше, чем вам разрешено вернуть самому. {how}",
}
#: The same while that consultation is going on: nothing to cancel any more.
_GOING_ON = (
    "Этими деньгами вы оплатили консультацию {funded} по Москве, она идёт сейчас. Деньги в резерве "
    "до её конца. Если она не состоится, напишите администратору: он решит о возврате."
)
_SENTENCES = {
    RefundStatus.REQUESTED: "Скоро отправим деньги в банк.",
    RefundStatus.UNKNOWN: (
        "Банк не ответил. Мы сами выясним, дошли ли деньги, и второй раз их не отправим. "
        "Делать ничего не нужно."
    ),
    RefundStatus.FAILED: "Банк не выполнил возврат. Деньги снова на вашем балансе.",
    RefundStatus.CANCELLED: "Возврат отменён, деньги остались на вашем балансе.",
    RefundStatus.REVERSED: "Банк не смог зачислить деньги: счёт закрыт. Мы свяжемся с вами.",
    RefundStatus.EXTERNAL: "Деньги вернули через банк.",
}
#: The same when revenue paid: the balance neither gave the money nor gets it back.
_OURS = {
    RefundStatus.FAILED: "Банк не выполнил возврат, деньги остались у нас. Мы свяжемся с вами.",
    RefundStatus.CANCELLED: f"Возврат отменён, деньги остались у нас. {WRITE_US}",
}


def own_reason(rule: Rule, row: PaymentRow, *, may_ask: bool = False) -> str:
    """Say to a client why their money cannot be returned now; ``may_ask``: a button is there."""
    if rule.code is RefundRule.FUNDS_ANOTHER:
        return _funds_another(row)
    words = REASONS[rule.code]
    return words.format(
        available=money(Money(row.available_minor, row.currency)),
        remaining=money(row.refundable),
        how=PRESS if may_ask else WRITE_US,
    )


def _funds_another(row: PaymentRow) -> str:
    """Name the consultation that waits for this money by its hour, as its client knows it."""
    share = waiting_share(db.session(), row.id, now=clock.now())
    is_going_on = share is not None and share.consultation_status is ConsultationStatus.OPEN
    words = _GOING_ON if is_going_on else REASONS[RefundRule.FUNDS_ANOTHER]
    return words.format(funded=when_long(share.starts_at if share else row.starts_at))


def without_right(row: PaymentRow, *, may_ask: bool) -> str:
    """Say to a client who may not return money themselves what becomes of what is left."""
    if row.booked and not row.refundable:
        return _funds_another(row)
    if not row.remaining:
        return ""
    return PRESS if may_ask else WRITE_US


def own_sentence(refund: Refund, row: PaymentRow) -> str:
    """Say to a client what the state of their refund means."""
    if refund.status is RefundStatus.SUBMITTED:
        return _on_its_way(refund, row)
    if refund.status is RefundStatus.SUCCEEDED:
        return f"Банк подтвердил возврат {money(refund.amount)}."
    if can_undo(refund):
        return f"{_SENTENCES[refund.status]} До этого возврат можно отменить."
    words = _SENTENCES | (_OURS if refund.source == ledger.REFUNDS.text else {})
    return words[refund.status]


def _on_its_way(refund: Refund, row: PaymentRow) -> str:
    arrival = SBP_TIME if row.method is PaymentMethod.SBP else CARD_TIME
    if row.is_returned_by_hand:
        return f"{OWN_ARRIVAL}."
    if refund.answered_at is None:
        return f"Отправляем деньги в банк. {arrival}."
    return f"Банк принял возврат {when_long(refund.answered_at)} по Москве. {arrival}."
