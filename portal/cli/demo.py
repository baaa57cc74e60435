"""The people and stories of the local stack: enough to see every state at once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.cli.payer import SimulatedPayer
from portal.domain import clock
from portal.domain.actors import SYSTEM
from portal.domain.consultations import CancelledBy, ConsultationStatus
from portal.domain.identities import YandexAccount
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod
from portal.domain.permissions import Permission, Role
from portal.jobs import payments as jobs
from portal.jobs.accounts import banks
from portal.store.access import PersonalGrant
from portal.store.consultations import Consultation
from portal.store.db import db, locked, transaction
from portal.store.payments import Payment
from portal.usecases.bookings import Booking, book_consultation
from portal.usecases.checkouts import Checkout, create_payment
from portal.usecases.consultations import (
    Cancellation,
    cancel_consultation,
    complete_consultation,
)
from portal.usecases.users import NewUser

PASSWORD = "ponimayu-demo"
MOSCOW = ZoneInfo("Europe/Moscow")


def _person(email: str, name: str, role: Role, phone: str | None = None) -> NewUser:
    return NewUser(f"{email}@ponimayu.test", name, role, phone, PASSWORD)


STAFF = (
    _person("super", "Глебов Глеб Андреевич", Role.SUPER_ADMIN),
    _person("admin", "Петрова Анна Игоревна", Role.ADMIN),
    _person("viewer", "Смирнова Вера Павловна", Role.VIEWER),
)
CLIENTS = (
    _person("client", "Кириллов Кирилл Сергеевич", Role.CLIENT, "+79161234567"),
    _person("client.kz", "Сулейменова Айгерим Ерлановна", Role.CLIENT, "+77011234567"),
    _person("granted", "Соколова Елена Викторовна", Role.CLIENT, "+79261112233"),
    _person("ivanova", "Иванова Мария Сергеевна", Role.CLIENT, "+79035556677"),
    _person("kim", "Ким Виктория Андреевна", Role.CLIENT, "+79091239876"),
    _person("akhmetov", "Ахметов Данияр Маратович", Role.CLIENT, "+79857778899"),
    _person("vasiliev", "Васильев Пётр Ильич", Role.CLIENT, "+79123334455"),
)
#: The accounts of the simulated Yandex: they are made up, and bound by the seed.
YANDEX = {
    "super@ponimayu.test": YandexAccount("1130000000000002", "glebov.pay"),
    "admin@ponimayu.test": YandexAccount("1130000000000001", "petrova.pay"),
}
SPECIALISTS = ("Орлова Наталья", "Зотов Павел", "Белова Ирина", "Громов Артём")


@dataclass(frozen=True, slots=True)
class Story:
    """One consultation: whose, in how many hours, for how many roubles, paid how, ended how."""

    client: str
    specialist: int
    hours: int
    roubles: int
    paid_by: PaymentMethod | None = None
    ends: ConsultationStatus = ConsultationStatus.SCHEDULED


SBP, CARD = PaymentMethod.SBP, PaymentMethod.CARD
_DONE, _FAILED = ConsultationStatus.COMPLETED, ConsultationStatus.UNSUCCESSFUL
_OFF = ConsultationStatus.CANCELLED
HISTORY = (
    Story("vasiliev", 3, -190, 2500, CARD, _DONE),
    Story("ivanova", 0, -170, 3500, SBP, _DONE),
    Story("kim", 1, -150, 3500, SBP, _FAILED),
    Story("akhmetov", 2, -140, 4200, CARD, _DONE),
    Story("client", 1, -120, 3500, SBP, _DONE),
    Story("granted", 2, -100, 2500, SBP, _DONE),
    Story("ivanova", 3, -72, 5000, CARD, _FAILED),
    Story("kim", 0, -50, 3500, SBP, _DONE),
    Story("client", 3, 40, 2500, CARD, _OFF),
    Story("granted", 0, 45, 3500, SBP, _OFF),
    Story("vasiliev", 1, 30, 3500, SBP, _OFF),
    Story("akhmetov", 0, 52, 4200, SBP),
    Story("ivanova", 2, 27, 3500, SBP),
    Story("client", 0, 60, 3500, SBP),
    Story("client", 2, 90, 3500),
    Story("kim", 3, 110, 12500),
    Story("client.kz", 1, 70, 3500),
    Story("vasiliev", 2, 130, 3500, CARD),
    Story("kim", 1, 55, 5000, SBP, _OFF),
    Story("kim", 0, 100, 3500),
)


def _by_day(moment: datetime) -> datetime:
    """Move a moment to between ten and seven of its day in Moscow: nobody consults at night."""
    local = moment.astimezone(MOSCOW)
    return local.replace(hour=10 + local.hour % 10).astimezone(UTC)


class Played:
    """A story played through the same use cases that people's screens call."""

    def __init__(self, story: Story, ids: dict[str, int], payer: SimulatedPayer) -> None:
        self.story = story
        self.client_id = ids[f"{story.client}@ponimayu.test"]
        self.payer = payer
        self.now = clock.now().replace(minute=0, second=0, microsecond=0)

    def play(self) -> None:
        """Book, pay at the simulated bank, and end the consultation."""
        starts_at = self.now + timedelta(hours=max(self.story.hours, 1))
        if self.story.hours > 0:
            starts_at = _by_day(starts_at)
        consultation_id = self._book(starts_at)
        if self.story.paid_by is not None and self.payer.is_there:
            self._pay(consultation_id, self.story.paid_by)
        if self.story.hours < 0:
            self._move_to_past(consultation_id)
        self._end(consultation_id)
        if self.story.client == "granted" and self.story.ends is _OFF:
            self._grant()

    def _book(self, starts_at: datetime) -> int:
        booking = Booking(
            client_id=self.client_id,
            specialist=SPECIALISTS[self.story.specialist],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=50),
            price=Money(self.story.roubles * 100, Currency.RUB),
        )
        return book_consultation(booking, actor=SYSTEM, now=self.now)

    def _pay(self, consultation_id: int, method: PaymentMethod) -> None:
        token = db.session.get_one(Consultation, consultation_id).pay_token
        db.session.rollback()
        account = banks().taking_payments(Currency.RUB)
        if account is None:
            return
        checkout = Checkout(account.name, method)
        payment_id = create_payment(token, checkout, actor=SYSTEM, now=clock.now())
        jobs.create_link(payment_id)
        operation_id = db.session.get_one(Payment, payment_id).operation_id
        db.session.rollback()
        if operation_id is not None:
            self.payer.pay(operation_id, method)
            jobs.read(payment_id)

    def _move_to_past(self, consultation_id: int) -> None:
        """The demo's past is made by moving the hour: nobody waits a week for demo data."""
        with transaction() as session:
            consultation = locked(session, Consultation, consultation_id)
            consultation.starts_at = _by_day(self.now + timedelta(hours=self.story.hours))
            consultation.ends_at = consultation.starts_at + timedelta(minutes=50)

    def _end(self, consultation_id: int) -> None:
        if self.story.ends is _OFF:
            wish = Cancellation(CancelledBy.CLIENT, "Заболел")
            cancel_consultation(consultation_id, wish, actor=SYSTEM, now=clock.now())
        elif self.story.ends in (_DONE, _FAILED):
            complete_consultation(
                consultation_id, self.story.ends, "", actor=SYSTEM, now=clock.now()
            )

    def _grant(self) -> None:
        with transaction() as session:
            session.add(
                PersonalGrant(
                    user_id=self.client_id,
                    permission_code=Permission.OWN_REFUND.value,
                    reason="Учебный пример",
                    created_at=clock.now(),
                )
            )
