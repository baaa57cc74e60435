"""Everybody follows all that their pages offer: no link and no button leads to a refusal (I-38)."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest

from tests.web.access_table import DOORS, PEOPLE
from tests.web.test_access import address_of

#: What a button may answer to an empty form: done, too late, or something is missing.
ANSWERS = {200, 303, 409, 422}
#: And a page: here it is, nothing new, or somewhere else.
PAGES = {200, 204, 303}
STRANGERS = ("stranger", "oleg")
#: Where somebody who has the address to pay begins; the pages of a person begin at the sign-in.
OPEN = "/pay/{token}/method"
LAST = "/sign-out"


class Offers(HTMLParser):
    """The links of a page, and the addresses that its buttons send a form to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what can be followed or pressed."""
        found = {name: value for name, value in attrs if value}
        is_form = tag == "form" and found.get("method", "get").lower() == "post"
        self.forms += [found[name] for name in ("hx-post", "formaction") if name in found]
        links = ("href", "hx-get") if tag == "a" else ("hx-get",)
        self.links += [found[name] for name in links if name in found]
        if tag == "form":
            (self.forms if is_form else self.links).append(found["action"])


class Walk:
    """One person's way through the portal: what was opened with which answer, and every form."""

    def __init__(self, world, name):
        self.world, self.name = world, name
        self.browser = world.browser_of("" if name == "stranger" else name)
        self.denials = {303, 404} if name in STRANGERS else {403, 404}
        self.opened: dict[str, int] = {}
        self.forms: set[str] = set()
        self._shapes: set[object] = set()

    def goes(self, *starts):
        """Open these pages and everything that they lead to, each shape of an address once."""
        waiting = list(starts)
        while waiting:
            address = waiting.pop()
            shape = (urlsplit(address).path, frozenset(parse_qs(urlsplit(address).query)))
            if shape not in self._shapes:
                self._shapes.add(shape)
                waiting += self._opens(address)
        return self

    def _opens(self, address):
        answer = self.browser.get(address)
        is_out = "/sign-in" in (answer.location or "") and self.name not in STRANGERS
        self.opened[address] = 401 if is_out else answer.status_code
        offers = Offers(answer.text if answer.mimetype == "text/html" else "")
        self.forms.update(self._ours(address, offers.forms))
        return self._ours(address, [*offers.links, answer.location or address])

    def _ours(self, address, found):
        """Return the addresses of the portal among these, without what a browser keeps back."""
        whole = [urldefrag(urljoin(f"http://localhost{address}", each)).url for each in found]
        ours = [each.removeprefix("http://localhost") for each in whole if "//localhost/" in each]
        return [each for each in ours if not each.startswith("/static/")]

    def presses(self):
        """Send every form empty, the one that signs out last; return the answers."""
        order = sorted(self.forms, key=lambda each: (each == LAST, each))
        return {each: self.browser.post(each).status_code for each in order}

    def hidden(self):
        """Return the doors that no page has shown and the table denies, with what it says there."""
        column, shown = PEOPLE.index(self.name), self.doors()
        return {
            door: row[column]
            for door, row in DOORS.items()
            if door not in shown and row[column] in self.denials
        }

    def doors(self):
        """Return the doors of the table that the pages have shown."""
        match = self.world.app.url_map.bind("").match
        ways = [("GET", each) for each in self.opened] + [("POST", each) for each in self.forms]
        return {(way, match(urlsplit(to).path, way, return_rule=True)[0].rule) for way, to in ways}


@pytest.mark.parametrize("name", PEOPLE)
def test_what_is_offered_is_open_and_what_is_hidden_and_denied_is_refused(world, name):
    walk = Walk(world, name).goes("/sign-in", OPEN.format(token=world.pay_token))
    hidden = walk.hidden()

    refused = {door: walk.browser.send(door[0], address_of(door[1], world)) for door in hidden}
    answers = walk.presses()

    assert {each: said for each, said in walk.opened.items() if said not in PAGES} == {}
    assert {each: said for each, said in answers.items() if said not in ANSWERS} == {}
    assert {door: answer.status_code for door, answer in refused.items()} == hidden


def test_the_walk_of_a_super_admin_comes_to_the_forms_that_move_money_and_rights(world):
    walk = Walk(world, "gleb").goes("/sign-in")

    assert walk.doors() >= {
        ("GET", "/audit"),
        ("GET", "/deliveries/<int:number>"),
        ("POST", "/access/changes"),
        ("POST", "/payments/<int:number>/refund"),
        ("POST", "/refunds/<int:number>/resolve"),
        ("POST", "/users/<int:number>/grants"),
    }
