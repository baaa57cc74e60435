"""What the state of a refund means, in a sentence for staff: arrival, doubt, failure."""

from portal.domain.ledger import parse_code
from portal.domain.payments import PaymentMethod
from portal.domain.refunds import RefundStatus
from portal.store.payment_rows import PaymentRow
from portal.store.refunds import Refund
from portal.usecases.reconciliations import NOT_FOUND_AT_BANK, NOT_MADE_BY_HAND, RETURNED_AT_BANK
from portal.web.formats import clock_time, money
from portal.web.hand_refund_words import ARRIVAL, NOT_MADE
from portal.web.labels import LABELS

CARD_TIME = "Деньги придут на ту же карту за 3–7 дней, иногда до 30"
SBP_TIME = "Деньги придут на тот же счёт, обычно сразу"
_FAILURES = {
    NOT_FOUND_AT_BANK: "За сутки проверок банк так и не показал этот возврат.",
    RETURNED_AT_BANK: "Эти деньги уже вернули в кабинете банка, поэтому мы не отправляли возврат.",
    NOT_MADE_BY_HAND: NOT_MADE,
}


def sentence(refund: Refund, row: PaymentRow) -> str:
    """Say to staff what the state of a refund means for the money."""
    sum_ = money(refund.amount)
    sentences = {
        RefundStatus.REQUESTED: "Статус обновится сам.",
        RefundStatus.SUBMITTED: f"{arrival(row)}. Статус обновится сам.",
        RefundStatus.UNKNOWN: _unknown_words(refund),
        RefundStatus.SUCCEEDED: f"Банк подтвердил возврат {sum_}.",
        RefundStatus.FAILED: f"{failure_words(refund)} Деньги остались у нас, баланс восстановлен.",
        RefundStatus.CANCELLED: "Деньги не отправлялись, баланс восстановлен.",
        RefundStatus.REVERSED: (
            f"Банк клиента не зачислил {sum_}, деньги вернулись к нам. Свяжитесь с клиентом."
        ),
        RefundStatus.EXTERNAL: _external_words(refund),
    }
    return sentences[refund.status]


def _unknown_words(refund: Refund) -> str:
    if refund.candidates:
        return (
            "В банке есть похожий возврат, и мы не знаем, этот ли. Не повторяйте: деньги могли "
            "уйти. Решить может сотрудник с правом «Решать судьбу неизвестного возврата»."
        )
    next_ = clock_time(refund.next_step_at) if refund.next_step_at else ""
    again = f"Не повторяйте возврат: спросим банк сами{f' в {next_} по Москве' if next_ else ''}."
    if refund.answered_at is None:
        return f"Банк не ответил, деньги могли уйти. {again}"
    return f"Банк принял возврат, но денег пока не показывает: они могли уйти. {again}"


def _external_words(refund: Refund) -> str:
    if refund.is_unexplained:
        return "Найден в банке. Укажите, чьи это деньги."
    bearer = LABELS[parse_code(refund.source).kind]
    return f"Найден в банке и разобран. Отнесён на счёт «{bearer}»."


def failure_words(refund: Refund) -> str:
    """Say why a refund failed: a rule of ours, the bank's own words, or silence."""
    failure = refund.failure or ""
    if failure in _FAILURES:
        return _FAILURES[failure]
    if failure.startswith("rule:"):
        return "Перед отправкой условия возврата изменились, в банк ничего не ушло."
    if refund.resolution:
        return f"Решил человек: {refund.resolution}."
    said = (failure or "причина не названа").rstrip(".")
    return f"{said}." if said.startswith("Банк ") else f"Банк отказал: {said}."


def arrival(row: PaymentRow) -> str:
    """Say how and when the money of a payment comes back."""
    if row.is_returned_by_hand:
        return ARRIVAL
    return SBP_TIME if row.method is PaymentMethod.SBP else CARD_TIME
