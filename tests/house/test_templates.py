"""Templates keep the content policy and work without JavaScript (house.md §4)."""

import re

import pytest

from tests.house.sources import FRAGMENTS, PAGES, named

TAG = re.compile(
    r"<(?P<name>[a-z][a-z0-9]*)\b(?P<rest>(?:\"[^\"]*\"|'[^']*'|[^>\"'])*)>", re.DOTALL
)
NEEDS = re.compile(r"\{# needs: .+")
INLINE = {
    "a script without src": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an on… attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
}


def _without_comments(page):
    return re.sub(r"\{#.*?#\}", "", page.read_text(), flags=re.DOTALL)


def _tags(page, name):
    text = _without_comments(page)
    return [found["rest"] for found in TAG.finditer(text) if found["name"] == name]


def _lacking(name, having, lacks):
    return [
        f"{named(page)}: <{name}{rest}>"
        for page in PAGES
        for rest in _tags(page, name)
        if f"{having}=" in rest and not re.search(rf"(?<![\w-]){lacks}=", rest)
    ]


def test_every_fragment_says_what_it_needs_in_its_first_line():
    silent = [page for page in FRAGMENTS if not NEEDS.match(page.read_text())]

    assert [named(page) for page in silent] == []


def test_no_fragment_extends_a_page():
    extending = [page for page in FRAGMENTS if re.search(r"\{%-?\s*extends", page.read_text())]

    assert [named(page) for page in extending] == []


@pytest.mark.parametrize("what", INLINE)
def test_nothing_in_a_template_is_inline(what):
    found = [page for page in PAGES if INLINE[what].search(_without_comments(page))]

    assert [named(page) for page in found] == []


def test_every_link_that_htmx_follows_has_an_address_of_its_own():
    assert _lacking("a", "hx-get", "href") == []


def test_every_form_that_htmx_sends_has_an_action():
    assert _lacking("form", "hx-post", "action") == []


def test_every_form_that_htmx_asks_with_has_an_action():
    assert _lacking("form", "hx-get", "action") == []


def test_every_include_and_extends_names_a_template_that_exists():
    roots = {named(page).split("templates/", 1)[1] for page in PAGES}
    asked = {
        (named(page), name)
        for page in PAGES
        for name in re.findall(
            r'\{%-?\s*(?:include|extends|from|import)\s+"([^"]+)"', page.read_text()
        )
    }

    assert [pair for pair in sorted(asked) if pair[1] not in roots] == []


def test_no_line_breaks_between_the_sign_and_the_number():
    loose = [page for page in PAGES if re.search(r"№\s*\{\{", _without_comments(page))]

    assert [named(page) for page in loose] == []
