"""The forms of a payer."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from portal.domain.card_origins import CardOrigin
from portal.domain.payments import PaymentMethod
from portal.domain.ways import Ways
from portal.web.checkout_words import METHOD_TITLES

CHOOSE = "Выберите способ оплаты"
WHOSE = "Выберите, какого банка ваша карта"


class MethodForm(FlaskForm):
    """How the payer wants to pay: one of the ways that are offered now."""

    method = RadioField(
        "Способ оплаты",
        validators=[InputRequired(CHOOSE)],
        invalid_choice_message=CHOOSE,
    )
    save_card = BooleanField("Предложить сохранить карту")
    binds_card = BooleanField("Платить этой картой в одно нажатие")

    def offer(self, ways: Ways) -> None:
        """Offer these ways, one of them chosen when nothing was sent."""
        self.method.choices = {way.value: METHOD_TITLES[way] for way in ways.methods}
        if self.method.data is None and ways.chosen and not self.is_submitted():
            self.method.data = ways.chosen.value

    @property
    def chosen(self) -> PaymentMethod:
        """The way that was chosen; ask only a valid form."""
        return PaymentMethod(self.method.data)


class CardOriginForm(FlaskForm):
    """Whose card the payer has; nothing is chosen beforehand."""

    origin = RadioField(
        "Карта какого банка у вас?",
        choices={
            CardOrigin.RUSSIAN.value: "Российского",
            CardOrigin.FOREIGN.value: "Казахстанского или другой страны",
        },
        validators=[InputRequired(WHOSE)],
        invalid_choice_message=WHOSE,
    )
