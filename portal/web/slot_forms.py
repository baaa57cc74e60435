"""The form by which staff put slots on offer: one, or several times of one day."""

import re
from datetime import date, datetime, timedelta

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, Length, Optional, Regexp

from portal.domain.errors import BadAmount
from portal.domain.money import Currency, Money, parse_amount
from portal.domain.slots import SlotOffer, Span
from portal.web.formats import MOSCOW

MOST_TIMES = 20
_TIME = re.compile(r"(?a:([01]?\d|2[0-3])[:.]([0-5]\d))")
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"
_BAD_TIMES = "Напишите время через запятую, например 10:00, 11:30; не больше 20"


class SlotForm(FlaskForm):
    """Whose time, which day and hours (Moscow), how long, and for how much."""

    specialist = StringField(
        "Специалист",
        [
            DataRequired("Напишите, кто консультирует"),
            Length(max=200, message="Не больше 200 знаков"),
        ],
    )
    day = StringField("День", [Regexp(_DAY, message="Выберите день")])
    times = StringField(
        "Время начала, по Москве",
        [DataRequired(_BAD_TIMES), Length(max=200, message=_BAD_TIMES)],
    )
    minutes = StringField(
        "Длительность, минут",
        [Regexp(r"[0-9]{1,3}\Z", message="Напишите длительность числом, например 50")],
        default="50",
    )
    fee = RadioField(
        "Цена",
        choices={"paid": "Платно", "free": "Бесплатно"},
        default="paid",
        invalid_choice_message="Выберите, платный ли слот",
    )
    price = StringField("Сумма в рублях, с НДС", [Optional(), Length(max=40)])
    price_kzt = StringField("Сумма в тенге", [Optional(), Length(max=40)])

    def offers(self) -> list[SlotOffer] | None:
        """Return what is offered, None when something is wrong: errors stand at their fields."""
        if not self.validate_on_submit():
            return None
        day = self._day()
        prices, starts = self._prices(), self._starts(day) if day else None
        if prices is None or starts is None:
            return None
        length = timedelta(minutes=int(self.minutes.data))
        name = " ".join((self.specialist.data or "").split())
        return [SlotOffer(name, Span(start, start + length), prices) for start in starts]

    def _prices(self) -> dict[Currency, Money] | None:
        """Read roubles and, where cards of other countries are to pay, tenge; None when wrong."""
        typed = {Currency.RUB: self.price, Currency.KZT: self.price_kzt}
        named = {currency: (field.data or "").strip() for currency, field in typed.items()}
        if self.fee.data == "free":
            for currency, field in typed.items():
                if named[currency]:
                    field.errors = ["Вы ввели цену, но выбрали «Бесплатно». Уберите одно из двух"]
            return None if any(named.values()) else {}
        prices: dict[Currency, Money] = {}
        for currency, field in typed.items():
            if not named[currency] and currency is not Currency.RUB:
                continue
            try:
                prices[currency] = parse_amount(named[currency], currency)
            except BadAmount:
                field.errors = ["Введите цену числом, например 3 500"]
                return None
        return prices

    def _day(self) -> date | None:
        try:
            return date.fromisoformat(self.day.data)
        except ValueError:
            self.day.errors = ["Такого дня нет"]
            return None

    def _starts(self, day: date) -> list[datetime] | None:
        parts = [part for part in re.split(r"[,;\s]+", (self.times.data or "").strip()) if part]
        found = [_TIME.fullmatch(part) for part in parts]
        if not parts or len(parts) > MOST_TIMES or not all(found):
            self.times.errors = [_BAD_TIMES]
            return None
        return [
            datetime(day.year, day.month, day.day, int(one[1]), int(one[2]), tzinfo=MOSCOW)
            for one in found
            if one
        ]


class WithdrawForm(FlaskForm):
    """Staff withdraw a slot; nothing to fill in but the CSRF token."""


class TakeForm(FlaskForm):
    """A client takes a slot; nothing to fill in but the CSRF token."""
