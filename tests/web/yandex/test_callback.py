"""The way back from Yandex, O125-O146: what is not exactly right confirms nobody."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from portal.domain import clock
from portal.domain.permissions import Role
from portal.store.db import transaction
from portal.store.users import User
from portal.store.yandex import YandexFlow
from tests.web.yandex.conftest import (
    GLEBOV,
    Person,
    arrives,
    chosen,
    employ,
    entries,
    said,
)

BACK = "/confirm/yandex/callback"


def assert_nothing_moved(person, answer, status, words):
    """The stated answer, no session confirmed, the old one still open, nothing raw on the page."""
    assert answer.status_code == status
    assert words in answer.text
    assert "Ничего не изменилось" in answer.text
    assert "<script>alert" not in answer.text
    assert set(person.confirmed) == {None}
    assert person.client.get("/profile/yandex").status_code == 200
    assert entries(person.client.application, "yandex.confirm")[-1][0] == "denied"


def change(person, table, **values):
    with person.client.application.app_context(), transaction() as session:
        session.execute(update(table).values(**values))


def test_the_bound_account_confirms_and_the_session_gets_a_new_token(anna):
    with anna.client.session_transaction() as cookie:
        old = cookie["_user_id"]
    back = chosen(anna.starts("/payments?q=1"))

    answer = anna.client.get(back)

    assert (answer.status_code, answer.location) == (303, "/payments?q=1")
    assert clock.now() - anna.confirmed[0] < timedelta(minutes=1)
    assert anna.client.get("/payments").status_code == 200
    with anna.client.session_transaction() as cookie:
        assert cookie["_user_id"] != old
        cookie["_user_id"] = old
    assert anna.client.get("/payments").status_code == 303
    assert entries(anna.client.application, "yandex.confirm") == [("done", {"by": "yandex"})]


UNREADABLE, REFUSED = (400, "Ответ Яндекса не разобрать"), (403, "Яндекс не подтвердил вход")
CANCELLED = (403, "Вы отменили вход")
HTML = "%3Cscript%3Ealert(1)%3C/script%3E"
WAYS_BACK = {
    "O125 no parameters": ("", *UNREADABLE),
    "O126 no state": ("code={code}", *UNREADABLE),
    "O127 unknown state": ("state=unknown&code={code}", 400, "Эту проверку портал не начинал"),
    "O131 state twice": ("state={state}&state={state}&code={code}", *UNREADABLE),
    "O132 no code": ("state={state}", *UNREADABLE),
    "O132 empty code": ("state={state}&code=", *UNREADABLE),
    "O132 code of 10 kB": ("state={state}&code=" + "a" * 10_240, *UNREADABLE),
    "O132 control characters": ("state={state}&code=a%01%0d%0ab", *UNREADABLE),
    "O132 code twice": ("state={state}&code={code}&code={code}", *UNREADABLE),
    "O133 unknown code": ("state={state}&code=0123456789abcdef", *REFUSED),
    "O135 access_denied": ("state={state}&error=access_denied", *CANCELLED),
    "O135 unknown error": (f"state={{state}}&error={HTML}", *REFUSED),
    "O135 HTML in the description": (
        f"state={{state}}&error=access_denied&error_description={HTML}",
        *CANCELLED,
    ),
    "O136 both code and error": ("state={state}&code={code}&error=access_denied", *REFUSED),
    "O138 another issuer": ("state={state}&code={code}&iss=https://evil.test", *REFUSED),
}


@pytest.mark.parametrize(("query", "status", "words"), WAYS_BACK.values(), ids=WAYS_BACK)
def test_a_way_back_that_is_not_exactly_right_confirms_nobody(anna, query, status, words):
    told = said(chosen(anna.starts()))

    answer = anna.client.get(f"{BACK}?{query.format(**told)}")

    assert_nothing_moved(anna, answer, status, words)


def test_o128_the_state_of_another_browser_confirms_nobody(anna):
    back = chosen(anna.starts())
    elsewhere = arrives(anna.client.application, anna.user_id)

    answer = elsewhere.client.get(back)

    assert_nothing_moved(elsewhere, answer, 400, "Проверку начинали не здесь")
    assert anna.client.get(back).status_code == 400


def test_o129_a_state_works_once(anna):
    back = chosen(anna.starts())
    anna.client.get(back)
    first = anna.confirmed

    answer = anna.client.get(back)

    assert (answer.status_code, "Эта проверка уже закончена" in answer.text) == (400, True)
    assert anna.confirmed == first


def test_o130_a_state_of_ten_minutes_is_too_old(anna):
    back = chosen(anna.starts())

    with time_machine.travel(clock.now() + timedelta(minutes=10)):
        answer = anna.client.get(back)

    assert_nothing_moved(anna, answer, 400, "Время проверки вышло")


def test_a_state_just_under_ten_minutes_is_taken(anna):
    back = chosen(anna.starts())

    with time_machine.travel(clock.now() + timedelta(minutes=9, seconds=50)):
        assert anna.client.get(back).location == "/payments"


def test_o133_a_code_works_once(anna):
    used = said(chosen(anna.starts()))["code"]
    anna.client.get(f"{BACK}?state=unknown&code={used}")
    told = said(chosen(anna.starts()))
    anna.client.get(f"{BACK}?state={told['state']}&code={told['code']}")
    change(anna, YandexFlow, used_at=None)
    first = anna.confirmed

    again = anna.client.get(f"{BACK}?state={told['state']}&code={told['code']}")

    assert again.status_code == 403
    assert anna.confirmed == first


def test_o134_a_code_of_somebody_elses_login_does_not_fit(portal, anna):
    gleb = arrives(portal, employ(portal, "gleb", Role.SUPER_ADMIN, GLEBOV))
    theirs = said(chosen(gleb.starts(), "petrova.pay"))["code"]
    hers = said(chosen(anna.starts()))["state"]

    answer = anna.client.get(f"{BACK}?state={hers}&code={theirs}")

    assert_nothing_moved(anna, answer, 403, "Яндекс не подтвердил вход")


def test_o137_the_callback_of_another_provider_is_not_there(anna):
    told = said(chosen(anna.starts()))

    answer = anna.client.get("/confirm/google/callback", query_string=told)

    assert answer.status_code == 404
    assert anna.confirmed == [None]


OUTAGE, OTHER = (409, "Яндекс не отвечает"), (403, "Это другой Яндекс ID")
FAULTS = {
    "O139 400": ("token", "status_400", *REFUSED),
    "O139 500": ("token", "status_500", *OUTAGE),
    "O139 HTML": ("token", "status_502_html", *OUTAGE),
    "O139 hang": ("token", "hang_after", *OUTAGE),
    "O139 redirect": ("token", "redirect", *OUTAGE),
    "O139 no token": ("token", "no_token", *REFUSED),
    "O139 odd token_type": ("token", "odd_token_type", *REFUSED),
    "O140 another application": ("info", "wrong_client", *REFUSED),
    "O140 500": ("info", "status_500", *OUTAGE),
    "O141 no id": ("info", "no_id", *REFUSED),
    "O141 another account": ("info", "other_account", *OTHER),
}


@pytest.mark.parametrize(("call", "fault", "status", "words"), FAULTS.values(), ids=FAULTS)
def test_what_yandex_gets_wrong_confirms_nobody(anna, control, call, fault, status, words):
    back = chosen(anna.starts())
    control.post("faults", json={"bank": "yandex", "call": call, "fault": fault, "seconds": 0.1})

    answer = anna.client.get(back)

    assert_nothing_moved(anna, answer, status, words)


def test_a_slow_yandex_confirms_all_the_same(anna, control):
    slow = {"bank": "yandex", "call": "token", "fault": "slow", "seconds": 1}
    control.post("faults", json=slow)

    assert anna.confirms().location == "/payments"


def test_o141_the_account_of_another_admin_is_another_account(portal, anna):
    employ(portal, "gleb", Role.SUPER_ADMIN, GLEBOV)

    answer = anna.confirms("glebov.pay")

    assert_nothing_moved(anna, answer, 403, "Вы вошли в Яндекс как glebov.pay")
    assert "привязан petrova.pay" in answer.text


def test_o142_the_same_login_with_another_id_is_another_account(anna):
    change(anna, User, yandex_id="1139999999999999")

    answer = anna.confirms("petrova.pay")

    assert_nothing_moved(anna, answer, 403, "Это другой Яндекс ID")


def test_o142_an_account_named_as_the_e_mail_is_another_account(portal):
    ivanov = arrives(portal, employ(portal, "ivanov", Role.ADMIN, GLEBOV))

    answer = ivanov.confirms("ivanov")

    assert_nothing_moved(ivanov, answer, 403, "Это другой Яндекс ID")


def test_o143_who_has_nothing_bound_confirms_nothing(anna):
    back = chosen(anna.starts())
    change(anna, User, yandex_id=None, yandex_login=None)

    assert_nothing_moved(anna, anna.client.get(back), 403, "не привязан Яндекс ID")
    assert_nothing_moved(anna, anna.posts("/confirm/yandex"), 403, "не привязан Яндекс ID")


def test_o144_a_disabled_person_is_out_before_yandex_is_asked(anna, control):
    back = chosen(anna.starts())
    change(anna, User, is_active=False)

    answer = anna.client.get(back)

    assert (answer.status_code, answer.location.startswith("/sign-in")) == (303, True)
    assert anna.confirmed == [None]
    assert control.get("journal", params={"call": "token"}).json()["entries"] == []


@pytest.mark.parametrize("verifier", ["of somebody else", ""])
def test_o145_a_verifier_that_does_not_fit_or_is_missing_confirms_nobody(anna, verifier):
    back = chosen(anna.starts())
    change(anna, YandexFlow, verifier=verifier)

    assert_nothing_moved(anna, anna.client.get(back), 403, "Яндекс не подтвердил вход")


def test_o146_who_has_signed_in_meanwhile_is_not_confirmed(portal, anna):
    back = chosen(anna.starts())
    gleb = arrives(portal, employ(portal, "gleb", Role.SUPER_ADMIN, GLEBOV))
    with gleb.client.session_transaction() as his, anna.client.session_transaction() as cookie:
        cookie["_user_id"] = his["_user_id"]
    here = Person(anna.client, gleb.user_id)

    answer = here.client.get(back)

    assert_nothing_moved(here, answer, 400, "Проверку начинали не здесь")
    assert anna.confirmed == [None]


def test_a_stranger_signs_in_first(anna):
    back = chosen(anna.starts())

    answer = anna.client.application.test_client().get(back)

    assert (answer.status_code, answer.location.startswith("/sign-in")) == (303, True)


def test_without_yandex_the_way_there_is_closed_and_says_so(anna):
    anna.client.application.extensions["yandex"] = None

    answer = anna.posts("/confirm/yandex")

    assert (answer.status_code, "Вход через Яндекс не настроен" in answer.text) == (409, True)
