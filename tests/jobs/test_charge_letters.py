"""What a client reads when staff charge their card: that it paid, or that it could not."""

import pytest
import time_machine

from tests.builders import NOW
from tests.jobs.test_letters_to_clients import ACCOUNT, HOUR, SUM, assert_reads
from tests.usecases.charges import make_scene, pay_token
from tests.usecases.test_charged_purchases import buys, works
from tests.usecases.test_purchases import offered


@pytest.fixture
def scene(app):
    with app.app_context(), time_machine.travel(NOW, tick=False):
        yield make_scene(app)


def test_paid_by_the_card_that_staff_have_charged(app, scene):
    works(buys(scene, offered(scene)).charge_id)

    assert_reads(
        app,
        "Оплачено 3 000 ₽",
        f"Мы получили оплату: {SUM}, Карта.",
        "С вашей привязанной карты, с вашего согласия. Оформлено сотрудником: Анна. "
        "Если вы этого не хотели, напишите администратору.",
        f"Ждём вас {HOUR}. Специалист: Доктор Седов.",
        *ACCOUNT,
    )


def test_a_card_that_staff_could_not_charge(app, scene):
    scene.bank.refuses("charge")
    bought = buys(scene, offered(scene))
    works(bought.charge_id)

    assert_reads(
        app,
        "Не получилось списать 3 000 ₽",
        f"Мы попробовали списать {SUM} с вашей привязанной карты за консультацию {HOUR}, и не "
        "получилось. Деньги не списаны. Списание начал сотрудник, с вашего согласия: Анна.",
        "Запись остаётся за вами, консультация пока не оплачена. Сами мы больше ничего не "
        "спишем. Откройте ссылку и выберите, как заплатить.",
        "Оплатить другим способом:",
        f"http://127.0.0.1:8000/pay/{pay_token(bought.consultation_id)}",
    )
