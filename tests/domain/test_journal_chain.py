"""Whatever is done to a chain of entries, the first entry that was touched is named (I-46)."""

import random
from dataclasses import replace

import pytest

from portal.domain.journal import GENESIS, Break, Fault, Head, Link, first_break, link_hash

LENGTH = 40
SEEDS, ROUNDS_EACH = 10, 1000
DIGITS = "0123456789abcdef"


def content(number):
    """Return everything that an entry of the journal says."""
    return {
        "id": number,
        "at": f"2026-11-24T12:00:00.{number:06}+00:00",
        "actor_id": number % 3 or None,
        "actor_label": "Анна",
        "started_by_id": None,
        "ip": "10.0.0.1",
        "user_agent": "Test browser",
        "request_id": f"{number:016x}",
        "action": "user.role",
        "outcome": "done",
        "object_type": "users",
        "object_id": number + 100,
        "changes": {"before": {"role": "viewer"}, "after": {"role": f"role_{number}"}},
        "reason": "Так решили",
    }


def chained(contents, before=GENESIS, start=1):
    """Chain entries honestly, as the portal does."""
    links = []
    for number, said in enumerate(contents, start):
        before = link_hash(before, said)
        links.append(Link(number, said, before))
    return links


CHAIN = chained(content(number) for number in range(1, LENGTH + 1))
END = Head(LENGTH, CHAIN[-1].hash)


def broken(links, end=END, **known):
    return first_break(links, end=end, **known)


def test_an_untouched_chain_is_whole():
    assert broken(CHAIN) is None
    assert broken([], end=Head(0, GENESIS)) is None


@pytest.mark.parametrize("name", content(1))
def test_a_change_of_any_field_names_its_entry(name):
    said = {**CHAIN[4].content, name: "другое"}

    assert broken([*CHAIN[:4], replace(CHAIN[4], content=said), *CHAIN[5:]]) == Break(
        5, Fault.CHANGED
    )


@pytest.mark.parametrize(
    ("links", "found"),
    [
        (CHAIN[1:], Break(1, Fault.MISSING)),
        (CHAIN[:4] + CHAIN[5:], Break(5, Fault.MISSING)),
        (CHAIN[:-1], Break(LENGTH, Fault.MISSING)),
        ([], Break(1, Fault.MISSING)),
        ([Link(0, content(0), GENESIS), *CHAIN], Break(0, Fault.EXTRA)),
        ([*CHAIN[:5], CHAIN[4], *CHAIN[5:]], Break(5, Fault.EXTRA)),
    ],
    ids=["the first", "one within", "the last", "all", "one before the first", "one twice"],
)
def test_a_missing_or_extra_entry_is_named(links, found):
    assert broken(links) == found


def test_an_entry_that_is_chained_on_behind_the_head_is_extra():
    longer = CHAIN + chained([content(LENGTH + 1)], END.hash, LENGTH + 1)

    assert broken(longer) == Break(LENGTH + 1, Fault.EXTRA)


def test_a_hash_reckoned_anew_breaks_the_next_entry():
    forged = chained([{**content(5), "reason": None}], CHAIN[3].hash, 5)

    assert broken([*CHAIN[:4], *forged, *CHAIN[5:]]) == Break(6, Fault.CHANGED)


def test_a_chain_written_anew_to_its_end_is_known_by_its_head():
    forged = CHAIN[:4] + chained([content(n) for n in range(6, LENGTH + 2)], CHAIN[3].hash, 5)

    assert broken(forged) == Break(LENGTH, Fault.REWRITTEN)


def test_a_chain_and_head_written_anew_are_known_by_the_head_of_an_earlier_check():
    forged = CHAIN[:4] + chained([content(n) for n in range(6, LENGTH + 2)], CHAIN[3].hash, 5)
    end = Head(LENGTH, forged[-1].hash)

    assert broken(forged, end) is None
    assert broken(forged, end, known={3: CHAIN[2].hash}) is None
    assert broken(forged, end, known={7: CHAIN[6].hash}) == Break(7, Fault.REWRITTEN)


def test_a_tail_cut_together_with_its_head_is_known_by_an_earlier_check():
    end = Head(6, CHAIN[5].hash)

    assert broken(CHAIN[:6], end) is None
    assert broken(CHAIN[:6], end, known={0: GENESIS, 8: CHAIN[7].hash}) == Break(7, Fault.MISSING)


def flip(chance, links):
    """Change one character of one field, or of the hash, of one entry; name the entry."""
    place = chance.randrange(LENGTH)
    link, name = links[place], chance.choice([*content(1), "hash"])
    if name == "hash":
        links[place] = replace(link, hash=changed(chance, link.hash))
    else:
        value = link.content[name]
        other = value + 1 if isinstance(value, int) else changed(chance, str(value))
        links[place] = replace(link, content={**link.content, name: other})
    return place + 1


def changed(chance, text):
    """Return the text with another character at one place."""
    place = chance.randrange(len(text))
    new = chance.choice([digit for digit in DIGITS if digit != text[place]])
    return text[:place] + new + text[place + 1 :]


def remove(chance, links):
    """Take one entry out and name it."""
    place = chance.randrange(LENGTH)
    del links[place]
    return place + 1


def swap(chance, links):
    """Let two entries change their places, numbers left in order; name the first."""
    first, second = sorted(chance.sample(range(LENGTH), 2))
    one, other = links[first], links[second]
    links[first] = replace(other, number=one.number)
    links[second] = replace(one, number=other.number)
    return first + 1


def insert(chance, links):
    """Put a stranger's entry in and move the rest along; name the stranger."""
    place = chance.randrange(LENGTH + 1)
    said = {**content(place + 1), "reason": "подброшено"}
    before = links[place - 1].hash if place else GENESIS
    moved = [replace(link, number=link.number + 1) for link in links[place:]]
    links[place:] = [Link(place + 1, said, changed(chance, before)), *moved]
    return place + 1


@pytest.mark.parametrize("seed", range(SEEDS))
def test_ten_thousand_random_kinds_of_damage_are_all_found(seed):
    chance = random.Random(seed)
    missed = []
    for _ in range(ROUNDS_EACH):
        links = list(CHAIN)
        touched = chance.choice((flip, remove, swap, insert))(chance, links)
        found = broken(links)
        if found is None or found.number != touched:
            missed.append((touched, found))

    assert missed == []
