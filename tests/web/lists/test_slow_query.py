"""A question that the database has no time for is told apart from an outage (1.4)."""

import pytest
from flask import g
from sqlalchemy.exc import OperationalError


class Timeout(Exception):
    """What psycopg raises for a statement out of its time."""

    sqlstate = "57014"


CASES = {
    ("GET", Timeout): (504, "Запрос слишком общий"),
    ("POST", Timeout): (503, "Сервис обновляется"),
    ("GET", ConnectionError): (503, "Сервис обновляется"),
}


@pytest.mark.parametrize(("failure", "shown"), CASES.items())
def test_a_search_that_took_too_long_says_so(desk, failure, shown):
    method, cause = failure
    with desk.app.test_request_context("/sign-in", method=method):
        g.request_id = "test"

        answer = desk.app.handle_user_exception(OperationalError("select", {}, cause()))

    assert answer.status_code == shown[0]
    assert shown[1] in answer.get_data(as_text=True)
