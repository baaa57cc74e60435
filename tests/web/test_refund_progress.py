"""What staff read of a refund on its way: each state in words of its own, nothing said twice."""

import re

import pytest

from portal.domain.refunds import RefundStatus
from portal.store.db import transaction
from portal.store.refunds import Refund
from tests.builders import NOW

HEADING = re.compile(r"<h[12][^>]*>\s*Вернуть деньги\s*</h")


def put(app, number, **values):
    with app.app_context(), transaction() as session:
        refund = session.get_one(Refund, number)
        for name, value in values.items():
            setattr(refund, name, value)


def page(world, **more):
    return world.browser_of("gleb").get(f"/refunds/{world.refund}", **more).text


def test_a_lost_answer_and_a_silent_bank_are_told_apart(app, world):
    assert "Банк не ответил, деньги могли уйти." in page(world)

    put(app, world.refund, answered_at=NOW)

    assert "Банк принял возврат, но денег пока не показывает: они могли уйти." in page(world)
    assert "Банк не ответил" not in page(world)
    assert "Решить вручную" in page(world)


def test_a_likely_line_at_the_bank_waits_for_a_person(app, world):
    put(app, world.refund, candidates=[{"line_id": "l-1"}])

    assert "В банке есть похожий возврат, и мы не знаем, этот ли." in page(world)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        ("Банк не принял возврат.", "Банк не принял возврат. Деньги остались у нас"),
        ("Сумма больше остатка", "Банк отказал: Сумма больше остатка. Деньги остались у нас"),
        (None, "Банк отказал: причина не названа. Деньги остались у нас"),
    ],
)
def test_the_bank_is_named_once_in_its_refusal(app, world, failure, said):
    put(app, world.refund, status=RefundStatus.FAILED, failure=failure, finished_at=NOW)

    assert said in page(world)


def test_only_a_refund_that_was_given_time_may_be_undone(app, world):
    waiting = {"status": RefundStatus.REQUESTED, "requested_at": NOW}
    put(app, world.refund, **waiting, next_step_at=NOW)
    assert "Отменить возврат" not in page(world)

    put(app, world.refund, next_step_at=NOW.replace(minute=1))

    assert "Отменить возврат" in page(world)


def test_only_the_dialog_swaps_itself_and_can_be_closed(world):
    in_dialog = page(world, headers={"HX-Request": "true"})
    assert ("hx-post" in in_dialog, "data-close" in in_dialog) == (True, True)
    assert "&amp;dialog=1" in in_dialog

    assert "hx-post" not in page(world)
    assert "&amp;dialog=1" not in page(world)


def test_a_refused_form_keeps_one_heading(world):
    path = f"/payments/{world.payment}/refund"
    answer = world.browser_of("anna").post(path, {"mode": "all", "amount": "100"})

    assert answer.status_code == 422
    assert len(HEADING.findall(answer.text)) == 1
    assert "hx-post" not in answer.text


def test_what_is_no_sum_is_not_called_the_whole(world):
    path = f"/payments/{world.payment}/refund/preview?mode=part&amount="
    anna = world.browser_of("anna")

    assert 'data-words="деньги"' in anna.get(f"{path}много").text
    assert "Останется" not in anna.get(f"{path}много").text
    assert 'data-words="100,00\u00a0₽"' in anna.get(f"{path}100").text


def test_a_card_behind_the_dialog_is_told_anew_when_it_closes(world):
    behind = {"HX-Request": "true", "HX-Current-URL": f"http://localhost/payments/{world.payment}"}

    assert "data-renews" in page(world, headers=behind)
    assert "data-renews" not in page(world)
