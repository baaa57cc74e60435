"""What a person tells about a refund from the bank's statement; all errors are in Russian."""

from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.domain.attributions import AttributionFacts, bearers
from portal.domain.ledger import AccountKind
from portal.domain.money import Money
from portal.web.formats import money

_WHENCE = [
    InputRequired("Напишите, откуда это известно"),
    Length(min=10, max=1000, message="Напишите от 10 до 1 000 знаков"),
]


class BounceForm(FlaskForm):
    """How the person knows that the money has come back."""

    reason = TextAreaField("Откуда это известно", _WHENCE)


class AttributionForm(FlaskForm):
    """Which account bears the refund, and how the person knows."""

    kind = RadioField(
        "Чьи это деньги",
        validators=[InputRequired("Выберите, чьи это деньги")],
        invalid_choice_message="Выберите, чьи это деньги",
    )
    reason = TextAreaField("Откуда это известно", _WHENCE)

    def offer(self, facts: AttributionFacts) -> None:
        """Offer the accounts that may bear the sum, each with what it will be left with."""
        words = {
            AccountKind.USER_AVAILABLE: f"Свободно у клиента: {_after(facts, facts.available)}",
            AccountKind.USER_RESERVED: f"В резерве консультации: {_after(facts, facts.reserved)}",
            AccountKind.REFUNDS: f"Наша выручка: станет меньше на {money(facts.amount)}",
        }
        self.kind.choices = {kind.value: words[kind] for kind in bearers(facts)}


def _after(facts: AttributionFacts, held: Money) -> str:
    return f"{money(held)} → {money(held - facts.amount)}"
