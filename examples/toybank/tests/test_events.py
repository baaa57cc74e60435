"""What the toy bank's events say, and what nobody may believe of them."""

import json

import pytest

from portal.conformance.orders import paid, read, refund_lines
from portal.domain.ports import BadSignature, BankMisconfigured


@pytest.fixture
def heard(world):
    """Give the event about a paid operation."""
    return world.event(paid(world))


def test_how_a_refund_stands_is_sealed_by_nobody_and_read_by_nobody(world, heard):
    told = json.loads(heard.body)
    lie = json.dumps(told | {"refund_state": "done"}).encode()

    event = world.connector.parse_webhook(lie, world.door, heard.headers)

    assert (event.operation_id, event.is_ours) == (told["id"], True)
    assert "refund_state" not in event.claims
    assert refund_lines(read(world, told["id"])) == []


@pytest.mark.parametrize("seal", [None, "", "0" * 64, "ё"])
def test_an_event_without_the_banks_seal_is_refused(world, heard, seal):
    headers = {} if seal is None else {"x-toy-seal": seal}

    with pytest.raises(BadSignature):
        world.connector.parse_webhook(heard.body, world.door, headers)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"id": NaN}'])
def test_what_is_no_event_is_refused(world, heard, body):
    with pytest.raises(BadSignature):
        world.connector.parse_webhook(body, world.door, heard.headers)


def test_another_door_is_not_the_banks(world, heard):
    with pytest.raises(BankMisconfigured):
        world.connector.parse_webhook(heard.body, "refund", heard.headers)
