"""The words around a refund: what will happen, why it may not, how far it is (ux.md §1.6-1.7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from portal.domain import clock
from portal.domain.money import Money
from portal.domain.payments import PaymentMethod
from portal.domain.refunds import NextStep, RefundRule, RefundStatus, Rule
from portal.store.db import db
from portal.store.fundings import waiting_share
from portal.store.payment_rows import PaymentRow
from portal.store.refunds import Refund, refund_card
from portal.web.access import may_open
from portal.web.formats import money, when_long
from portal.web.hand_refund_words import step_words
from portal.web.labels import LABELS
from portal.web.refund_sentences import arrival, sentence

REASONS: dict[RefundRule, str] = {
    RefundRule.NO_RIGHT: "У вас нет права «Возвращать деньги».",
    RefundRule.NOT_CAPTURED: "Оплата ещё не подтверждена банком.",
    RefundRule.ACCOUNT_CLOSED: "Счёт в банке закрыт, возвраты через него остановлены.",
    RefundRule.INCIDENT: "Ответ банка не совпал с платежом. Сначала разберите расхождение.",
    RefundRule.REFUND_UNKNOWN: (
        "Мы не знаем, выполнил ли банк прошлый возврат. Повторять нельзя: деньги могли уйти."
    ),
    RefundRule.OPEN_REFUND: "По этой оплате уже идёт возврат.",
    RefundRule.NOTHING_LEFT: "Всё уже возвращено.",
    RefundRule.CONSULTATION_SCHEDULED: (
        "Консультация запланирована на {starts}. Вернуть деньги можно после отмены."
    ),
    RefundRule.CONSULTATION_OPEN: "Консультация идёт сейчас. Дождитесь её окончания.",
    RefundRule.AFTER_COMPLETION: "Оплаченная консультация завершена. Нужно отдельное право.",
    RefundRule.FUNDS_ANOTHER: (
        "Этими деньгами с баланса оплачена {funded}. Вернуть их можно, когда она будет отменена "
        "или закончится."
    ),
    RefundRule.BALANCE_SPENT: (
        "На балансе клиента свободно {available}: остальное уже отложено на другую консультацию."
    ),
    RefundRule.AMOUNT_RANGE: "Сумма должна быть от 0,01 до {remaining}.",
    RefundRule.OVER_LIMIT: (
        "Ваше право возвращать деньги ограничено суммой, и её остатка не хватает."
    ),
}

STEPS: dict[NextStep, str] = {
    NextStep.NONE: "",
    NextStep.ASK_A_HOLDER: "Обратитесь к супер-администратору",
    NextStep.ASK_BANK: "Открыть платёж и спросить банк",
    NextStep.OPEN_REFUND: "Открыть возврат",
    NextStep.CANCEL_CONSULTATION: "Отменить консультацию",
    NextStep.OPEN_CONSULTATION: "Открыть консультацию",
    NextStep.OPEN_PAYMENT: "Открыть платёж",
    NextStep.CHANGE_AMOUNT: "Исправить сумму",
    NextStep.OPEN_USER: "Открыть баланс клиента",
    NextStep.OPEN_FUNDED: "Открыть эту консультацию",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a refund may not be made, and where to go about it (no address: nothing to open)."""

    text: str
    step: str
    url: str
    rule: RefundRule


def explain(rule: Rule, row: PaymentRow) -> Explanation:
    """Put a broken rule into words, with the next step."""
    available = money(Money(row.available_minor, row.currency))
    text = REASONS[rule.code].format(
        starts=when_long(row.starts_at),
        available=available,
        remaining=money(row.refundable),
        funded=f"консультация № {_funded(row)}" if rule.code is RefundRule.FUNDS_ANOTHER else "",
    )
    return Explanation(text, STEPS[rule.next_step], _open_url(rule.next_step, row), rule.code)


def _funded(row: PaymentRow) -> int:
    """Return the number of a consultation that still waits and was paid with this money."""
    share = waiting_share(db.session(), row.id, now=clock.now())
    return share.consultation_id if share else row.consultation_id


def _open_url(step: NextStep, row: PaymentRow) -> str:
    """Return where the next step is made; nothing when the visitor may not open it."""
    doors = {
        NextStep.CANCEL_CONSULTATION: "consultations.cancel_form",
        NextStep.OPEN_CONSULTATION: "consultations.show",
        NextStep.OPEN_FUNDED: "consultations.show",
        NextStep.OPEN_USER: "users.show",
    }
    is_closed = step in doors and not may_open(doors[step])
    return "" if is_closed else _step_url(step, row)


def _step_url(step: NextStep, row: PaymentRow) -> str:
    if step is NextStep.OPEN_REFUND and row.last_refund_id is not None:
        return url_for("refunds.show", number=row.last_refund_id)
    if step is NextStep.CANCEL_CONSULTATION:
        return url_for("consultations.cancel_form", number=row.consultation_id, refund=1)
    if step in (NextStep.OPEN_CONSULTATION, NextStep.OPEN_FUNDED):
        is_own = step is NextStep.OPEN_CONSULTATION
        return url_for("consultations.show", number=row.consultation_id if is_own else _funded(row))
    if step in (NextStep.OPEN_PAYMENT, NextStep.ASK_BANK):
        return url_for("payments.show", number=row.id)
    return url_for("users.show", number=row.user_id) if step is NextStep.OPEN_USER else ""


def sum_changed(row: PaymentRow, seen_minor: int) -> str:
    """Say that the sum is another than the form showed, and whose refund it was (ux.md 1.6)."""
    who = ""
    if row.last_refund_id is not None:
        last = refund_card(db.session(), row.last_refund_id)
        if last.requested_by and seen_minor - row.refundable.minor == last.amount.minor:
            when = f"{when_long(last.requested_at)} по Москве"
            who = f": {last.requested_by.name}, возврат {money(last.amount)}, {when}"
    return f"Сумма изменилась{who}. Деньги не отправлялись. Проверьте и отправьте ещё раз."


def effects(row: PaymentRow, amount: Money | None) -> list[str]:
    """Say what will happen when this sum is returned; computed, never boilerplate."""
    lines = [arrival(row)]
    if amount is not None:
        lines += _sums_after(row, amount)
    lines.append("После отправки в банк отменить нельзя")
    return lines


def _sums_after(row: PaymentRow, amount: Money) -> list[str]:
    lines = []
    available = Money(row.available_minor, row.currency)
    if row.is_free and not row.is_from_spent:
        lines.append(
            f"Баланс клиента: свободно {money(available)} → {money(available - amount)}"
            if amount <= available
            else f"На балансе клиента свободно только {money(available)}"
        )
    else:
        lines.append(
            "Баланс клиента не изменится: деньги уже списаны за консультацию. "
            "Возврат уменьшит выручку"
        )
    if amount < row.refundable:
        lines.append(f"Останется {money(row.refundable - amount)}: это можно вернуть позже")
    return lines


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the progress: done, running, ahead or broken; when; a few words more."""

    state: str
    text: str
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a refund is, what it means, and how soon to look again (0 seconds: never)."""

    steps: list[Step]
    sentence: str
    poll_seconds: int
    version: str
    is_unknown: bool
    can_undo: bool


def progress(refund: Refund, row: PaymentRow, now: datetime) -> Progress:
    """Describe a refund for its progress panel."""
    undo_seconds = _seconds_left(refund, now)
    return Progress(
        steps=_steps(refund, row, undo_seconds),
        sentence=sentence(refund, row),
        poll_seconds=_poll_seconds(refund, row, now),
        version=f"{refund.version}.{refund.status.value}.{_announced(undo_seconds)}",
        is_unknown=refund.status is RefundStatus.UNKNOWN,
        can_undo=can_undo(refund),
    )


def can_undo(refund: Refund) -> bool:
    """Tell whether the refund still waits here: it was given time, or it could not be sent."""
    next_ = refund.next_step_at
    return refund.status is RefundStatus.REQUESTED and bool(next_ and next_ > refund.requested_at)


def _seconds_left(refund: Refund, now: datetime) -> int:
    if refund.status is not RefundStatus.REQUESTED or refund.next_step_at is None:
        return 0
    return max(0, int((refund.next_step_at - now).total_seconds()))


def _announced(seconds: int) -> int:
    """The countdown speaks only at 45, 30, 15 and 5 seconds: no chatter for screen readers."""
    return next((mark for mark in (5, 15, 30, 45) if seconds <= mark), 60) if seconds else 0


def _steps(refund: Refund, row: PaymentRow, undo_seconds: int) -> list[Step]:
    by = refund.requested_by.name if refund.requested_by else "портал"
    steps = [Step("done", "Заявка сохранена", refund.requested_at, by)]
    if refund.status is RefundStatus.EXTERNAL:
        return [Step("done", "Возврат сделан в кабинете банка", refund.requested_at)]
    if refund.status is RefundStatus.REQUESTED:
        wait = f"Отправим в банк через {undo_seconds} с" if undo_seconds else "Отправляем в банк"
        return [*steps, Step("running", wait), *_ahead("Банк принял", "Деньги возвращены")]
    if refund.status is RefundStatus.CANCELLED:
        return [*steps, Step("over", "Возврат отменён, деньги не отправлялись", refund.finished_at)]
    return steps + _sent_steps(refund, row)


def _ahead(*texts: str) -> list[Step]:
    return [Step("ahead", text) for text in texts]


def _sent_steps(refund: Refund, row: PaymentRow) -> list[Step]:
    if refund.status is RefundStatus.SUBMITTED:
        accepted = Step("done", "Банк принял", refund.answered_at)
        sending = Step("running", step_words(row, is_over=False), refund.sent_at)
        last = Step("running" if refund.answered_at else "ahead", "Деньги в пути")
        return [accepted if refund.answered_at else sending, last, *_ahead("Деньги возвращены")]
    if refund.status is RefundStatus.UNKNOWN:
        lost = [Step("problem", "Результат неизвестен", refund.sent_at)]
        if refund.answered_at:
            lost.insert(0, Step("done", "Банк принял", refund.answered_at))
        return [*lost, *_ahead("Деньги возвращены")]
    if refund.status is RefundStatus.SUCCEEDED:
        sent = Step("done", step_words(row, is_over=True), refund.sent_at)
        return [sent, Step("done", "Деньги возвращены", refund.finished_at)]
    return [Step("problem", LABELS[refund.status], refund.finished_at)]


def _poll_seconds(refund: Refund, row: PaymentRow, now: datetime) -> int:
    if refund.status is RefundStatus.REQUESTED:
        return 2
    if refund.status is RefundStatus.UNKNOWN:
        return 5
    if refund.status is not RefundStatus.SUBMITTED:
        return 0
    if row.method is PaymentMethod.SBP or refund.answered_at is None:
        return 2 if now - refund.requested_at < timedelta(seconds=30) else 5
    return 30 if now - refund.requested_at > timedelta(minutes=1) else 5
