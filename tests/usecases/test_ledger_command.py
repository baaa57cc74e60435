"""`flask ledger verify`: says what does not hold, and «Обзор» knows it from then on (C3)."""

from sqlalchemy import select, text

from portal.domain.book import SumFault, WrongSum
from portal.store.book_checks import BookCheck, last_book_check
from portal.store.db import transaction


def verify(app):
    return app.test_cli_runner().invoke(args=["ledger", "verify"])


def test_a_book_that_holds_is_said_and_kept(app, paid):
    result = verify(app)

    assert result.output.startswith("Книга сходится")
    assert result.exit_code == 0
    with transaction() as session:
        assert session.execute(select(BookCheck.wrong, BookCheck.named)).all() == [(0, [])]


def test_each_wrong_sum_is_said_and_the_last_check_is_the_one_that_counts(app, paid):
    verify(app)
    with transaction() as session:
        session.execute(text("UPDATE payments SET refunded_minor = 7"))

    result = verify(app)

    assert result.output == f"payment {paid.payment}: refunded 7, refunds give 0\n"
    assert result.exit_code == 1
    with transaction() as session:
        sums = last_book_check(session).sums
    assert sums == [WrongSum(SumFault.CACHED_REFUNDED, str(paid.payment), [7, 0])]
