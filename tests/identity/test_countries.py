"""The file of countries: what it says, and what is done without it (A6)."""

import shutil

import pytest

from portal.identity.countries import SHIPPED, BadCountries, Countries, checked


def test_the_shipped_file_can_be_used():
    assert checked(SHIPPED).made_at.year == 2026


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("2.132.0.1", "KZ"),
        ("2a03:32c0::1", "KZ"),
        ("95.165.0.1", "RU"),
        ("84.128.0.1", "DE"),
        ("192.88.99.1", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_the_country_of_an_address(address, country):
    assert Countries(SHIPPED).country_of(address) == country


def test_without_a_file_every_country_is_unknown_and_the_log_says_so(tmp_path, caplog):
    countries = Countries(tmp_path / "none.mmdb")

    assert (countries.country_of("2.132.0.1"), countries.made_at) == (None, None)
    assert "every payer is asked" in caplog.text


@pytest.fixture
def place(app, tmp_path):
    """Give the place of the file in use, which holds the shipped one."""
    place = tmp_path / "countries.mmdb"
    shutil.copyfile(SHIPPED, place)
    app.config["PORTAL"].countries_file = place
    return place


def test_a_file_that_is_no_database_does_not_replace_the_one_in_use(app, place, tmp_path):
    wrong = tmp_path / "wrong.mmdb"
    wrong.write_bytes(b"not a database")

    with pytest.raises(BadCountries):
        checked(wrong)
    done = app.test_cli_runner().invoke(args=["countries", "refresh", str(wrong)])

    assert done.exit_code == 1
    assert "Файл не взят, прежний на месте" in done.output
    assert place.read_bytes() == SHIPPED.read_bytes()


def test_a_newer_file_is_taken(app, place):
    place.write_bytes(b"old")

    done = app.test_cli_runner().invoke(args=["countries", "refresh", str(SHIPPED)])
    shown = app.test_cli_runner().invoke(args=["countries", "show", "2.132.0.1"])

    assert done.output.startswith("Взят файл от 17.06.2026: ")
    assert place.read_bytes() == SHIPPED.read_bytes()
    assert shown.output == "2.132.0.1: KZ (файл: 17.06.2026)\n"
