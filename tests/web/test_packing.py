"""What a browser loads beside a page: small, kept for ever, and only where it is needed."""

import gzip
import re

import pytest

from portal.domain.payments import PaymentMethod
from tests.web.payers import pays, starts

GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize("name", ["portal.css", "portal.js", "icons.svg", "vendor/htmx.min.js"])
def test_a_file_of_text_leaves_packed_for_whoever_takes_it(world, payer, name):
    plain, packed = payer.get(f"/static/{name}?v=1"), payer.get(f"/static/{name}?v=1", headers=GZIP)

    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert (packed.content_encoding, plain.content_encoding) == ("gzip", None)
    assert (packed.content_length, "ETag" in packed.headers) == (len(packed.data), False)
    assert "Accept-Encoding" in packed.vary
    assert "Accept-Encoding" in plain.vary
    assert "immutable" in packed.headers["Cache-Control"]


@pytest.mark.parametrize("taken", ["", "identity", "br", "gzip;q=0"])
def test_whoever_does_not_take_it_gets_the_file_as_it_is(world, payer, taken):
    answer = payer.get("/static/portal.css", headers={"Accept-Encoding": taken})

    assert (answer.content_encoding, answer.data[:2]) == (None, b"/*")


def test_a_file_that_has_not_changed_is_not_sent_again(world, payer):
    first = payer.get("/static/portal.css", headers=GZIP)
    since = {**GZIP, "If-Modified-Since": first.headers["Last-Modified"]}

    again = payer.get("/static/portal.css", headers=since)

    assert (again.status_code, again.data, again.content_encoding) == (304, b"", None)


def test_a_page_with_secrets_is_never_packed(world, payer):
    answer = payer.get(f"/pay/{world.pay_token}/method", headers=GZIP)

    assert (answer.status_code, answer.content_encoding) == (200, None)


def scripts(page) -> list[str]:
    return re.findall(r'<script src="/static/([^?"]+)', page.text)


def test_a_payer_loads_the_library_only_where_the_page_asks_again(world, payer, wait):
    pay = f"/pay/{world.pay_token}"
    method, card = payer.get(f"{pay}/method"), payer.get(f"{pay}/card?change=1")
    payment = starts(world, PaymentMethod.SBP)
    asking = [payer.get(wait), payer.get(f"{pay}/sbp")]
    pays(world, payment)
    pages = [method, card, payer.get(f"{pay}/done")]

    assert [scripts(page) for page in pages] == [["portal.js"]] * 3
    assert [scripts(page) for page in asking] == [["vendor/htmx.min.js", "portal.js"]] * 2
    assert not [page for page in pages if "hx-" in page.text or 'id="keys"' in page.text]


def test_staff_load_it_on_every_page(world):
    page = world.browser_of("anna").get("/payments")

    assert scripts(page) == ["vendor/htmx.min.js", "portal.js"]
    assert 'id="keys"' in page.text
