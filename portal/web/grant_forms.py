"""The forms on a person's card that change what the person may do."""

from wtforms import Field, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, Optional, ValidationError

from portal.domain.access import Offer
from portal.domain.money import Currency, parse_amount
from portal.domain.permissions import Permission
from portal.web.lists import day_end, day_start
from portal.web.matrix import ReasonForm

FOR_GOOD = "never"


class RoleForm(ReasonForm):
    """Which role the person shall have."""

    role = SelectField("Роль", invalid_choice_message="Выберите роль")


class AdmissionForm(ReasonForm):
    """Whether the person is let in: said by the form, so that sending it twice changes nothing."""

    wanted = HiddenField(
        validators=[AnyOf(["in", "out"], "Страница устарела: откройте её ещё раз")]
    )


class GrantForm(ReasonForm):
    """Which right, until when, up to which sum."""

    permission = SelectField(
        "Право",
        validators=[InputRequired("Выберите право")],
        invalid_choice_message="Такого права у вас нет, поэтому выдать его вы не можете",
    )
    term = RadioField(
        "Срок",
        choices={"until": "До даты", FOR_GOOD: "Бессрочно"},
        default="until",
        invalid_choice_message="Выберите срок",
    )
    until = StringField("Последний день")
    limit = StringField(
        "Лимит суммы (необязательно)", [Optional(), Length(max=40, message="Слишком длинно")]
    )
    currency = SelectField(
        "Валюта лимита",
        choices={Currency.RUB.value: "рубли", Currency.KZT.value: "тенге"},
        invalid_choice_message="Выберите рубли или тенге",
    )

    def validate_until(self, field: Field) -> None:
        """Ask for the last day when the right shall end."""
        if self.term.data != FOR_GOOD and day_start(field.data or "") is None:
            raise ValidationError("Укажите последний день или выберите «Бессрочно»")


def offered(form: GrantForm) -> Offer:
    """Return what a valid form offers; raise BadAmount when its limit is no sum.

    The right ends at the Moscow midnight after its last day.
    """
    is_for_good = form.term.data == FOR_GOOD
    limit = (form.limit.data or "").strip()
    return Offer(
        permission=Permission(form.permission.data),
        expires_at=None if is_for_good else day_end(form.until.data),
        limit=parse_amount(limit, Currency(form.currency.data)) if limit else None,
    )
