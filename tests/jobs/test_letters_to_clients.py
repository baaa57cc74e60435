"""What a client reads in each letter: the same in plain text and in HTML."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from html import unescape

import pytest
import time_machine
from sqlalchemy import func, select

from portal.domain.money import Currency
from portal.domain.payments import PaymentMethod
from portal.domain.purchases import PurchaseWay
from portal.domain.slots import SlotOffer, Span
from portal.jobs import letters as jobs
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.usecases.balances import pay_from_balance
from portal.usecases.bookings import Taking, buy_slot
from portal.usecases.payment_links import send_payment_link
from portal.usecases.refund_requests import ask_for_refund, decline_request
from portal.usecases.refunds import bounce_refund
from portal.usecases.slots import offer_slots
from tests import builders
from tests.builders import DURING, NOW, STARTS_AT
from tests.fakes import FakeBank

HELLO = "Здравствуйте, Кирилл!"
HOUR = "25 ноября 2026 г., 15:00 по Москве"
SUM = "3 000,00 ₽"
ACCOUNT = ["Личный кабинет:", "http://127.0.0.1:8000/account"]
REFUND = "http://127.0.0.1:8000/account/refunds/1"


class Scene:
    """A bank, Анна, and Кирилл with a consultation of tomorrow."""

    def __init__(self):
        self.bank, self.anna, self.kirill = FakeBank(), builders.staff(), builders.customer()
        self.consultation = builders.book(self.kirill)

    def pays(self, method=PaymentMethod.SBP):
        """Pay the consultation by a link of its own."""
        payment = builders.start_to_pay(self.bank, self.consultation, method)
        self.bank.pay(builders.operation_of(payment), method)
        builders.hear(self.bank, payment)
        return payment

    def cancels(self):
        """Cancel the consultation."""
        builders.cancel(self.anna, self.consultation)

    def asks(self, payment):
        """Ask for the whole sum back, and let the bank accept it."""
        refund = builders.ask(self.anna, payment)
        builders.send(self.bank, refund)
        return refund


@pytest.fixture
def scene(app):
    with app.app_context(), time_machine.travel(NOW, tick=False):
        yield Scene()


def newest(app):
    """Let the job deliver the newest letter; return its subject, plain text and HTML."""
    with transaction() as session:
        letter_id = session.scalar(select(func.max(Letter.id)))
    before = set((app.config["PORTAL"].data_dir / "mail").glob("*.eml"))
    jobs.deliver(letter_id)
    (path,) = set((app.config["PORTAL"].data_dir / "mail").glob("*.eml")) - before
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    plain, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert message["To"] == "kirill@example.test"
    return message["Subject"].replace("\xa0", " "), lines(plain), html


def lines(text):
    """Return the lines of a text that say something, with plain spaces."""
    return [line for line in text.replace("\xa0", " ").splitlines() if line.strip()]


def said(html):
    """Return what the reader of the HTML sees, in one line."""
    shown = re.sub(r"<[^>]+>", " ", html.replace("\xa0", " "))
    return " ".join(unescape(shown).split())


def assert_reads(app, subject, *body):
    """Compare the newest letter, both its parts; an address is a link in the HTML."""
    told, plain, html = newest(app)
    assert (told, plain) == (subject, [HELLO, *body])
    assert f'<a href="{body[-1]}">{body[-2].rstrip(":")}</a>' in html
    assert " ".join([subject, HELLO, *body[:-1]]).rstrip(":") in said(html)


def test_paid(app, scene):
    scene.pays()

    place = f"Ждём вас {HOUR}. Специалист: Доктор Орлова."
    assert_reads(app, "Оплачено 3 000 ₽", f"Мы получили оплату: {SUM}, СБП.", place, *ACCOUNT)


def test_paid_after_it_was_cancelled(app, scene):
    payment = builders.start_to_pay(scene.bank, scene.consultation, PaymentMethod.CARD)
    scene.cancels()
    scene.bank.pay(builders.operation_of(payment), PaymentMethod.CARD)
    builders.hear(scene.bank, payment)

    assert_reads(
        app,
        "Оплачено 3 000 ₽",
        f"Мы получили оплату: {SUM}, Карта.",
        f"Консультация {HOUR} уже была оплачена или отменена, поэтому эти деньги свободны на "
        "вашем балансе. Их хватит на другую консультацию, или их можно вернуть.",
        *ACCOUNT,
    )


@pytest.mark.parametrize(("by_staff", "by"), [(True, " Оформлено сотрудником: Анна."), (False, "")])
def test_paid_from_the_balance(app, scene, by_staff, by):
    scene.pays()
    scene.cancels()
    number = builders.book(scene.kirill)
    payer = scene.anna if by_staff else builders.person(scene.kirill)
    pay_from_balance(number, actor=payer, now=NOW)

    assert_reads(
        app,
        "Оплачено с баланса 3 000 ₽",
        f"Консультация {HOUR} оплачена с вашего баланса: {SUM}. Специалист: Доктор Орлова.{by}",
        "Если консультация отменится, эти деньги снова станут свободны. Если вы этого не хотели, "
        "напишите администратору.",
        *ACCOUNT,
    )


def test_cancelled_with_its_money_free(app, scene):
    scene.pays()
    scene.cancels()

    assert_reads(
        app,
        "Консультация отменена",
        f"Консультация {HOUR} отменена. Специалист: Доктор Орлова.",
        f"Деньги за неё, {SUM}, свободны на вашем балансе: они ждут другой консультации. "
        "Возврат в банк делается отдельно, о нём мы напишем.",
        *ACCOUNT,
    )


def test_cancelled_unpaid(app, scene):
    scene.cancels()

    assert_reads(
        app,
        "Консультация отменена",
        f"Консультация {HOUR} отменена. Специалист: Доктор Орлова.",
        "Она не была оплачена, деньги не двигались.",
        *ACCOUNT,
    )


@pytest.mark.parametrize(
    ("method", "arrival"),
    [
        (PaymentMethod.SBP, "Деньги придут на тот же счёт, обычно сразу."),
        (PaymentMethod.CARD, "Деньги придут на ту же карту: обычно за 3–7 дней, иногда до 30."),
    ],
)
def test_refund_accepted(app, scene, method, arrival):
    payment = scene.pays(method)
    scene.cancels()
    scene.asks(payment)

    assert_reads(
        app,
        "Возвращаем 3 000 ₽",
        f"Банк принял возврат {SUM} за консультацию {HOUR}.",
        f"{arrival} Делать ничего не нужно.",
        "Как идёт возврат:",
        REFUND,
    )


def test_refund_done_and_given_back(app, scene):
    payment = scene.pays()
    scene.cancels()
    refund = scene.asks(payment)
    builders.hear(scene.bank, payment, now=DURING)
    assert_reads(
        app,
        "Возвращено 3 000 ₽",
        f"Банк подтвердил возврат {SUM} за консультацию {HOUR}.",
        "Деньги приходят на тот же счёт, обычно сразу.",
        "Как идёт возврат:",
        REFUND,
    )

    bounce_refund(refund, "Счёт закрыт", actor=scene.anna, now=DURING)
    assert_reads(
        app,
        "Возврат 3 000 ₽ не прошёл",
        f"Банк не смог выполнить возврат {SUM} за консультацию {HOUR}. "
        "Деньги не потеряны: они снова у нас.",
        "Мы уже видим это и разберёмся. Платить заново ничего не нужно.",
        "Что с возвратом:",
        REFUND,
    )


def test_the_link_to_pay(app, scene):
    send_payment_link(scene.consultation, actor=scene.anna, now=NOW)
    with transaction() as session:
        token = session.get_one(Consultation, scene.consultation).pay_token

    assert_reads(
        app,
        "Ссылка на оплату консультации",
        f"Консультация {HOUR}. Специалист: Доктор Орлова. К оплате {SUM}, цена окончательная. "
        "Отправлено сотрудником: Анна.",
        "Откройте ссылку и выберите, как заплатить. Если консультация уже оплачена или "
        "отменена, страница скажет об этом, и деньги не спишутся.",
        "Оплатить:",
        f"http://127.0.0.1:8000/pay/{token}",
    )


def test_booked_by_staff_with_nothing_to_pay(app, scene):
    span = Span(STARTS_AT, STARTS_AT + timedelta(hours=1))
    offer = SlotOffer("Доктор Седов", span, {Currency.RUB: builders.rub(builders.PRICE)})
    (slot,) = offer_slots([offer], actor=scene.anna, now=NOW)
    taking = Taking(slot, scene.kirill, Currency.RUB, timedelta(), "Подарок к юбилею")
    buy_slot(taking, PurchaseWay.GIFT, actor=scene.anna, now=NOW)

    assert_reads(
        app,
        "Вы записаны на консультацию",
        f"Консультация {HOUR}. Специалист: Доктор Седов. Платить за неё не нужно. "
        "Оформлено сотрудником: Анна.",
        "Если вы этого не хотели, отмените её в личном кабинете или напишите администратору.",
        *ACCOUNT,
    )


def test_a_refund_that_staff_declined(app, scene):
    payment = scene.pays()
    scene.cancels()
    ask_for_refund(payment, "", actor=builders.person(scene.kirill), now=NOW)
    decline_request(payment, "Деньги обещаны другой встрече", actor=scene.anna, now=NOW)

    assert_reads(
        app,
        "Ответ на вашу просьбу о возврате",
        f"Вы просили вернуть деньги за консультацию {HOUR}. "
        "Администратор ответил: возврата в банк не будет.",
        "Причина: Деньги обещаны другой встрече",
        "Деньги не двигались. Сколько их на балансе, видно в личном кабинете.",
        *ACCOUNT,
    )
