"""The forms that move money or consultations; all errors are the server's, in Russian."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp

from portal.domain.consultations import CancelledBy, ConsultationStatus
from portal.domain.errors import BadAmount
from portal.domain.money import Currency, Money, parse_amount
from portal.domain.refunds import (
    COMMENT_MIN_CHARACTERS,
    STAFF_REASONS,
    RefundFacts,
    RefundReason,
)
from portal.store.payment_rows import PaymentRow
from portal.web.formats import money
from portal.web.labels import LABELS

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z"
_STALE = "Страница устарела: откройте возврат ещё раз"
_TWO_SUMS = (
    "Вы ввели сумму, но выбрали «Всю сумму». Выберите «Часть суммы» или очистите поле. "
    "Деньги не отправлялись."
)
NO_LINE = "none"


class SumForm(FlaskForm):
    """How much to return; the hidden fields make the refund single and honest."""

    intent_key = HiddenField(validators=[Regexp(_UUID, message=_STALE)])
    expected_remaining = HiddenField(validators=[Regexp(r"[0-9]{1,12}\Z", message=_STALE)])
    from_revenue = HiddenField()
    mode = RadioField(
        "Сколько вернуть",
        choices={"all": "Всю сумму", "part": "Часть суммы"},
        default="all",
        invalid_choice_message="Выберите, сколько вернуть",
    )
    amount = StringField("Сумма", [Optional(), Length(max=40, message="Слишком длинно")])

    def renew(self, facts: RefundFacts) -> None:
        """Note under a new key what the page shows: how much may go back, and out of whose money.

        What has changed when the form comes must be looked at first (domain.md §4).
        """
        self.intent_key.data = str(uuid.uuid4())
        self.expected_remaining.data = str(facts.refundable.minor)
        self.from_revenue.data = "1" if facts.is_from_revenue else ""

    def suggest(self, remaining: Money, limit: Money | None) -> None:
        """Offer a part at first when the person may not return all that is left."""
        if limit and limit.currency is remaining.currency and limit < remaining:
            self.mode.data, self.amount.data = "part", f"{limit.major}".replace(".", ",")

    def money(self, currency: Currency) -> Money | None:
        """Return the part that was typed, None when all that is left is meant; raise BadAmount."""
        if self.mode.data != "part":
            return None
        return parse_amount(self.amount.data or "", currency)

    def validate_sum_for(self, row: PaymentRow) -> bool:
        """Check the sum against the payment that it is about; errors stand at their fields."""
        is_valid = bool(self.validate_on_submit())
        return self._check_amount(row) and is_valid

    def _check_amount(self, row: PaymentRow) -> bool:
        if self.mode.data != "part" and (self.amount.data or "").strip():
            self.amount.errors = [_TWO_SUMS]
            return False
        try:
            part = self.money(row.currency)
        except BadAmount:
            self.amount.errors = ["Введите сумму числом, например 1 500 или 1 500,50"]
            return False
        if part is not None and part > row.refundable > Money(0, row.currency):
            self.amount.errors = [f"Сумма должна быть от 0,01 до {money(row.refundable)}"]
            return False
        return True


class RefundForm(SumForm):
    """How much staff return and why."""

    reason = SelectField(
        "Причина",
        choices={"": "Выберите"} | {reason.value: LABELS[reason] for reason in STAFF_REASONS},
        validators=[InputRequired("Выберите причину возврата")],
        invalid_choice_message="Выберите причину возврата",
    )
    comment = TextAreaField("Комментарий", [Length(max=1000, message="Не больше 1 000 знаков")])

    def validate_for(self, row: PaymentRow) -> bool:
        """Check the form against the payment that it is about; errors stand at their fields."""
        is_valid = self.validate_sum_for(row)
        comment = (self.comment.data or "").strip()
        if self.reason.data == RefundReason.OTHER and len(comment) < COMMENT_MIN_CHARACTERS:
            self.comment.errors = ["Напишите, что случилось (от 10 знаков)"]
            is_valid = False
        return is_valid


class ResolutionForm(FlaskForm):
    """Which line of the bank is our refund, and how the person knows."""

    line = RadioField(
        "Что сделал банк",
        validators=[InputRequired("Выберите, что сделал банк")],
        invalid_choice_message="Выберите, что сделал банк",
    )
    reason = TextAreaField(
        "Откуда это известно",
        [
            InputRequired("Напишите, откуда это известно"),
            Length(min=10, max=1000, message="Напишите от 10 до 1 000 знаков"),
        ],
    )

    def offer(self, candidates: Sequence[dict[str, Any]], currency: Currency) -> None:
        """Offer the lines that the last reading showed, and the answer that there is none."""
        offered = {line["line_id"]: _line_words(line, currency) for line in candidates}
        self.line.choices = offered | {NO_LINE: "Банк не возвращал эти деньги"}


def _line_words(line: dict[str, Any], currency: Currency) -> str:
    sum_ = money(Money(line["amount_minor"], currency))
    return f"Банк вернул {sum_}, строка {line['line_id']}, {line['at'] or 'время не названо'}"


class CancelForm(FlaskForm):
    """Whose wish the cancellation is, and why."""

    by = RadioField(
        "Кто попросил",
        choices={CancelledBy.CLIENT.value: "Клиент", CancelledBy.STAFF.value: "Мы"},
        validators=[InputRequired("Выберите, кто попросил отменить")],
        invalid_choice_message="Выберите, кто попросил отменить",
    )
    reason = StringField(
        "Причина (необязательно)", [Optional(), Length(max=500, message="Не больше 500 знаков")]
    )
    then_refund = BooleanField("Сразу перейти к возврату")


class CompleteForm(FlaskForm):
    """How the consultation ended."""

    outcome = RadioField(
        "Чем закончилась",
        choices={
            ConsultationStatus.COMPLETED.value: "Состоялась",
            ConsultationStatus.UNSUCCESSFUL.value: "Не состоялась",
        },
        validators=[InputRequired("Выберите, чем закончилась консультация")],
        invalid_choice_message="Выберите, чем закончилась консультация",
    )
    reason = StringField(
        "Комментарий (необязательно)",
        [Optional(), Length(max=500, message="Не больше 500 знаков")],
    )


class OwnCancelForm(FlaskForm):
    """A client cancels their own consultation; nothing to fill in but the CSRF token."""
