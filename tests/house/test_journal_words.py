"""Whatever the journal keeps has Russian words, and no field of it is a secret by its name."""

import ast
import re

import pytest

from portal.domain.errors import Refusal
from portal.domain.journal import Fault
from portal.domain.refunds import RefundRule
from portal.store.audit import AuditEntry
from portal.web.event_words import EVENTS
from portal.web.journal_words import FAULTS, FIELDS, GROUPS, OBJECTS, REFUSALS, RULES, details
from tests.house.sources import ROOT

#: Who writes into the journal: use cases, and what several of them share.
NOTING = sorted(
    path for floor in ("usecases", "store") for path in (ROOT / "portal" / floor).glob("*.py")
)
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
#: What a note is made of besides its changes.
PLAIN = {"now", "reason", "currency", "before", "after", "was", None}
#: Not said to a person who is signed in, or noted by its own use case.
ELSEWHERE = {"refused", "access_refused", "yandex", "amount_unreadable", "wrong_password"}


def notes():
    """Return every call that writes into the journal."""
    return [
        node
        for path in NOTING
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("note", "note_denied")
    ]


def fields():
    """Return the names of all changes that are noted, those of states included."""
    words = [word for call in notes() for word in call.keywords]
    states = [
        ast.literal_eval(key)
        for word in words
        if word.arg in ("before", "after")
        for key in getattr(word.value, "keys", ())
    ]
    return {word.arg for word in words} - PLAIN | set(states)


def kinds_of(refusal):
    """Return a refusal and all that are made of it."""
    return [refusal, *(one for kind in refusal.__subclasses__() for one in kinds_of(kind))]


def test_every_field_of_the_journal_has_russian_words():
    assert [name for name in sorted(fields()) if not CYRILLIC.search(FIELDS.get(name, ""))] == []


@pytest.mark.parametrize("secret", ["password", "token", "card", "email", "phone", "code"])
def test_no_field_of_the_journal_is_a_secret_or_a_contact(secret):
    assert [name for name in fields() if secret in name] == []


def test_every_refusal_has_russian_words():
    codes = {kind.code for kind in kinds_of(Refusal)} - ELSEWHERE

    assert [code for code in sorted(codes) if not CYRILLIC.search(REFUSALS.get(code, ""))] == []


def test_every_rule_has_words_that_need_no_payment():
    assert [rule for rule in RefundRule if "{" in RULES[rule.value]] == []


def test_every_fault_of_the_chain_has_words():
    assert set(FAULTS) == set(Fault)


def test_every_event_belongs_to_a_group_or_is_found_without_one():
    parts = tuple(part for _, group in GROUPS.values() for part in group)
    alone = {code for code in EVENTS if not code.startswith(parts)}

    assert alone == {"delivery.received", "delivery.replay"}


def test_a_field_and_an_object_that_nobody_has_named_are_shown_as_they_are():
    entry = AuditEntry(object_type="things", changes={"thing": "x", "status": "y"})

    told = [(fact.name, fact.value) for fact in details(entry, {}).facts]
    assert told == [("thing", "x"), ("Состояние", "y")]
    assert "things" not in OBJECTS
