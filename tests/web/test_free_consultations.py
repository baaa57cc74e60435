"""What costs nothing is «Бесплатно»: nobody is asked to pay it, nobody is told that it is owed."""

import pytest

from tests import builders

PLACES = ("/consultations", "/consultations/{number}", "/users/{kirill}?tab=consultations")


@pytest.fixture
def free(world):
    """Give the number of Кирилл's consultation that costs nothing."""
    with world.app.app_context():
        return builders.book(world.people["kirill"], price=0)


@pytest.mark.parametrize("place", PLACES)
def test_staff_read_that_it_is_free_and_are_given_no_link(world, free, place):
    path = place.format(number=free, kirill=world.people["kirill"])
    query = {} if "?" in path else {"q": "Кирилл"}

    page = world.browser_of("anna").get(path, query_string=query or None).text

    assert "Бесплатно" in page
    assert 'muted">Не оплачено' not in page
    assert 'id="pay-link"' not in page
    assert "НДС включён" not in page


def test_its_client_reads_that_it_is_free(world, free):
    page = world.browser_of("kirill").get("/account").text

    assert ("Бесплатно" in page, "Не оплачено" in page, "0,00" in page) == (True, False, False)


def test_what_is_not_paid_does_not_list_it(world, free):
    anna, link = world.browser_of("anna"), f'href="/consultations/{free}"'

    assert link in anna.get("/consultations").text
    assert link not in anna.get("/consultations?paid=no").text
    assert link not in anna.get("/consultations?paid=yes").text


def test_a_file_says_the_same(world, free):
    rows = world.browser_of("anna").get("/consultations?q=Кирилл&format=csv").text

    assert ("Бесплатно" in rows, "Не оплачено" in rows) == (True, False)


def test_its_client_cancels_it_and_is_told_so(world, free):
    kirill, address = world.browser_of("kirill"), f"/account/consultations/{free}/cancel"
    asked = kirill.get(address).text
    answer = kirill.post(address)

    assert "Она бесплатная, деньги не двигаются." in asked
    assert answer.location == "/account"
    assert "Консультация отменена. Деньги не двигались." in kirill.get("/account").text
