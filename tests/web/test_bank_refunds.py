"""What the bank did without the portal is told by a person: money that bounced, cabinet refunds."""

import pytest

from portal.domain import ledger
from portal.domain.refunds import RefundStatus
from tests import builders
from tests.builders import PRICE, purse, rub
from tests.web.conftest import NOW, World

WHY = "Строка 17 выписки за 25.11"


@pytest.fixture
def external(world: World) -> int:
    """Give a refund of Зоя's money that was made in the bank's cabinet."""
    with world.app.app_context():
        world.bank.made_in_cabinet(builders.operation_of(world.payment), rub(1000))
        builders.hear(world.bank, world.payment, NOW)
        return builders.payment(world.payment).last_refund_id


def purse_of_zoya(world: World) -> tuple[int, int, int]:
    """Return what Зоя has; the unknown refund of the world is on its way."""
    with world.app.app_context():
        assert builders.errors_in_the_book() == []
        return purse(world.people["zoya"])


def test_the_overview_leads_to_what_nobody_has_explained(world, external):
    gleb = world.browser_of("gleb")

    assert "1 возврат вне портала" in gleb.get("/").text
    listed = gleb.get("/refunds/external").text

    assert f'href="/refunds/{external}/attribute"' in listed
    assert "Зоя Канарейкина" in listed


def test_who_may_only_look_is_sent_to_somebody_else(world, external):
    listed = world.browser_of("vera").get("/refunds/external").text

    assert "Обратитесь к супер-администратору" in listed
    assert "/attribute" not in listed


def test_a_cabinet_refund_is_explained_and_leaves_the_list(world, external):
    gleb, form = world.browser_of("gleb"), {"kind": "user_available", "reason": WHY}

    answer = gleb.post(f"/refunds/{external}/attribute", form)

    assert (answer.status_code, answer.location) == (303, f"/refunds/{external}")
    assert purse_of_zoya(world) == (PRICE - 1000, 0, PRICE)
    assert "Таких возвратов нет" in gleb.get("/refunds/external").text
    assert "Отнесён на счёт «Свободно»" in gleb.get(f"/refunds/{external}").text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"reason": WHY}, "Выберите, чьи это деньги"),
        ({"kind": "user_reserved", "reason": WHY}, "Выберите, чьи это деньги"),
        ({"kind": "refunds", "reason": "мало"}, "Напишите от 10 до 1 000 знаков"),
    ],
    ids=["no account", "an account that does not hold it", "no reason"],
)
def test_an_incomplete_explanation_moves_nothing(world, external, form, said):
    answer = world.browser_of("gleb").post(f"/refunds/{external}/attribute", form)

    assert answer.status_code == 422
    assert said in answer.text
    assert purse_of_zoya(world) == (PRICE, 0, PRICE)
    with world.app.app_context():
        assert builders.account(ledger.suspense("tochka")) == -1000


def test_a_second_explanation_comes_too_late(world, external):
    gleb, form = world.browser_of("gleb"), {"kind": "refunds", "reason": WHY}
    gleb.post(f"/refunds/{external}/attribute", form)

    answer = gleb.post(f"/refunds/{external}/attribute", form)

    assert answer.status_code == 409
    assert "С этим возвратом уже разобрались" in answer.text
    with world.app.app_context():
        assert builders.account(ledger.REFUNDS) == -1000


@pytest.fixture
def succeeded(world: World) -> int:
    """Give a refund of Зоя's that the bank has confirmed."""
    with world.app.app_context():
        refund = builders.ask(world.actor("anna"), world.payment, intent_key="another form")
        builders.send(world.bank, refund)
        builders.hear(world.bank, world.payment, builders.DURING)
        return refund


def test_money_that_came_back_is_free_again(world, succeeded):
    gleb = world.browser_of("gleb")
    assert f'href="/refunds/{succeeded}/bounce"' in gleb.get(f"/refunds/{succeeded}").text
    assert "Банк вернул деньги обратно" in gleb.get(f"/refunds/{succeeded}/bounce").text

    answer = gleb.post(f"/refunds/{succeeded}/bounce", {"reason": WHY})

    assert (answer.status_code, answer.location) == (303, f"/refunds/{succeeded}")
    assert purse_of_zoya(world) == (PRICE, 0, PRICE)
    assert "деньги вернулись к нам" in gleb.get(f"/refunds/{succeeded}").text


def test_money_comes_back_once(world, succeeded):
    gleb = world.browser_of("gleb")
    gleb.post(f"/refunds/{succeeded}/bounce", {"reason": WHY})

    answer = gleb.post(f"/refunds/{succeeded}/bounce", {"reason": WHY})

    assert answer.status_code == 409
    assert "сейчас не числится выполненным" in answer.text
    assert purse_of_zoya(world) == (PRICE, 0, PRICE)


def test_without_the_right_there_is_no_way_back(world, succeeded):
    vera = world.browser_of("vera")

    answer = vera.post(f"/refunds/{succeeded}/bounce", {"reason": WHY})

    assert answer.status_code == 403
    assert "/bounce" not in vera.get(f"/refunds/{succeeded}").text
    with world.app.app_context():
        assert builders.refund(succeeded).status is RefundStatus.SUCCEEDED
