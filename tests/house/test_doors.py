"""Every door is tagged, typed, spelled in one way, and behind a CSRF token."""

import re

import pytest

from portal.web import webhooks
from portal.web.access import tag_of

PARAMETER = re.compile(r"<(?:(?P<kind>[a-z]+)(?:\([^)]*\))?:)?[a-z_]+>")
PLAIN = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?$")


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_view_says_who_may_open_it(app, rules):
    with app.app_context():
        assert [rule.endpoint for rule in rules if tag_of(rule.endpoint) is None] == []


def test_every_parameter_of_an_address_has_a_type(rules):
    kinds = {
        (rule.rule, found["kind"]) for rule in rules for found in PARAMETER.finditer(rule.rule)
    }

    assert [address for address, kind in sorted(kinds, key=str) if kind is None] == []


def test_every_address_is_kebab_case_and_has_no_slash_at_its_end(rules):
    parts = {
        (rule.rule, part) for rule in rules for part in PARAMETER.sub("", rule.rule).split("/")
    }

    assert [address for address, part in sorted(parts) if part and not PLAIN.match(part)] == []
    assert [rule.rule for rule in rules if rule.rule != "/" and rule.rule.endswith("/")] == []


def test_every_view_is_for_reading_or_for_changing(rules):
    both = [rule.rule for rule in rules if {"GET", "POST"} <= rule.methods]

    assert both == []


def test_only_the_banks_door_is_without_a_csrf_token(app):
    csrf = app.extensions["csrf"]

    assert csrf._exempt_blueprints == {webhooks.bp}
    assert csrf._exempt_views == set()


def test_the_csrf_check_is_on(app):
    assert app.config["WTF_CSRF_ENABLED"] is True
    assert app.config["WTF_CSRF_CHECK_DEFAULT"] is True
