"""An SMS with a link: one press gives it to the provider once, whatever becomes of the answer."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.domain.letters import LetterChannel, LetterKind
from portal.domain.sms import SMS_COUNTS, SmsFailure, SmsUnavailable
from portal.jobs import letters as mail
from portal.jobs import sms as jobs
from portal.store.audit import AuditEntry
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.store.users import User
from portal.usecases.payment_links import ClientUnreachable, LinkJustSent, send_payment_link
from portal.web.sms_words import tell_sms
from tests import builders
from tests.builders import NOW

SMS = LetterChannel.SMS
ONE = timedelta(seconds=1)
#: What staff read of each end, from its first words on.
TOLD = {
    "no_money_201": "СМС не отправлено: провайдер отказал порталу, код 201.",
    "wrong_phone_202": "СМС не отправлено: такого мобильного номера нет.",
    "malformed": "Провайдер не ответил, ушло ли СМС от 24 нояб, 15:00.",
}


class Deaf:
    """A provider that nobody reaches; it counts who tried."""

    def __init__(self):
        self.tries = 0

    def send(self, phone, text):
        self.tries += 1
        raise SmsUnavailable("ConnectError", sent=False)


class Scene:
    """Анна, Кирилл with a consultation of tomorrow, and SMS.ru."""

    def __init__(self, app, smsru):
        self.app, self.smsru = app, smsru
        app.extensions["sms"] = smsru.ours
        self.anna, self.kirill = builders.staff(), builders.customer()
        self.consultation = builders.book(self.kirill)

    def presses(self, now=NOW, channel=SMS):
        return send_payment_link(self.consultation, channel, actor=self.anna, now=now)


@pytest.fixture
def scene(app, smsru):
    with app.app_context(), time_machine.travel(NOW, tick=False):
        yield Scene(app, smsru)


def row(letter_id):
    with transaction() as session:
        return session.get_one(Letter, letter_id)


def test_one_press_gives_the_client_one_short_sms_with_the_link_at_its_end(scene):
    number = scene.presses()

    for _ in range(2):
        jobs.deliver(number)

    with transaction() as session:
        token = session.get_one(Consultation, scene.consultation).pay_token
        said = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    link = f"http://127.0.0.1:8000/pay/{token}"
    text = f"«Понимаю»: консультация 25 нояб, 15:00 МСК, к оплате 3 000 ₽. Оплатить: {link}"
    assert (scene.smsru.page.count("<section>"), scene.smsru.page.count(link)) == (1, 2)
    assert text.partition("http")[0] in scene.smsru.page
    assert len(text) <= 3 * 67
    assert (row(number).sent_at, row(number).tries, row(number).next_try_at) == (NOW, 1, None)
    assert (said.action, said.actor_id) == ("consultation.link_by_sms", scene.anna.user_id)
    assert "9161234567" not in str(said.changes)


@pytest.mark.parametrize(("fault", "words"), TOLD.items(), ids=TOLD)
def test_a_no_and_silence_are_told_to_staff_and_never_sent_again(scene, fault, words):
    scene.smsru.plays(fault)
    number = scene.presses()

    for _ in range(3):
        jobs.deliver(number)

    assert (row(number).tries, row(number).next_try_at, row(number).sent_at) == (1, None, None)
    assert tell_sms(row(number)).startswith(words)


def test_after_a_no_staff_may_press_at_once_and_after_silence_they_wait(scene):
    scene.smsru.plays("busy_220")
    jobs.deliver(scene.presses())
    scene.smsru.plays("malformed")
    jobs.deliver(scene.presses(NOW + ONE))

    with pytest.raises(LinkJustSent):
        scene.presses(NOW + 2 * ONE)
    jobs.deliver(scene.presses(NOW + timedelta(minutes=11)))

    assert scene.smsru.page.count("<section>") == 2


def test_what_provably_never_left_is_tried_three_times(scene):
    scene.app.extensions["sms"] = deaf = Deaf()
    number, waits = scene.presses(), []
    for _ in range(4):
        jobs.deliver(number)
        waits.append(row(number).next_try_at)

    assert waits == [NOW + timedelta(seconds=30), NOW + timedelta(seconds=120), None, None]
    assert (deaf.tries, row(number).failure) == (3, SmsFailure.NOT_REACHED)


def test_a_press_from_long_ago_sends_nothing(scene):
    number = scene.presses()

    with time_machine.travel(NOW + SMS_COUNTS + ONE, tick=False):
        jobs.deliver(number)

    assert (row(number).failure, row(number).next_try_at) == (SmsFailure.STALE, None)
    assert "СМС ещё не было" in scene.smsru.page


def test_where_no_provider_is_left_what_waits_ends(scene):
    scene.app.extensions["sms"] = None
    number = scene.presses()

    jobs.deliver(number)

    assert (row(number).failure, row(number).next_try_at) == (SmsFailure.OURS, None)


def test_mail_and_sms_do_not_wait_for_each_other_and_keep_to_their_doors(scene):
    letter, sms = scene.presses(channel=LetterChannel.MAIL), scene.presses()
    jobs.deliver(letter)
    mail.deliver(sms)

    assert (row(letter).sent_at, row(sms).sent_at) == (None, None)
    assert [row(each).kind for each in (letter, sms)] == [LetterKind.PAYMENT_LINK] * 2


@pytest.mark.parametrize("phone", [None, "", "8 916", "звонить вечером"])
def test_without_a_telephone_nothing_is_put_on_its_way(scene, phone):
    with transaction() as session:
        session.get_one(User, scene.kirill).phone = phone

    with pytest.raises(ClientUnreachable):
        scene.presses()

    with transaction() as session:
        assert session.scalars(select(Letter)).all() == []
