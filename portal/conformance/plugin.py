"""The pytest plugin of the kit: what its suites ask for, out of the ``world`` that you give."""

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite(
    *(
        f"portal.conformance.{suite}"
        for suite in ("links", "refunds", "picked_cards", "bindings", "charges")
    )
)

from portal.conformance.ears import Ear, listening
from portal.conformance.worlds import BindingWorld, ChargingWorld, PickingWorld, World
from portal.domain.card_ports import CardBinding, CardCharging, TokenCharging
from portal.domain.payments import PaymentMethod
from portal.domain.ports import BankConnector


@pytest.fixture
def world() -> World:
    """Give the connector and its bank; a ``conftest.py`` has to say which."""
    raise LookupError("portal.conformance: give a fixture named world, see docs/connectors.md")


@pytest.fixture(scope="session")
def ear() -> Iterator[Ear]:
    """Give somebody who hears webhooks."""
    with listening() as listener:
        yield listener


@pytest.fixture(params=list(PaymentMethod), ids=str)
def way(request: pytest.FixtureRequest, world: World) -> PaymentMethod:
    """Give every way to pay that the account offers."""
    method: PaymentMethod = request.param
    if method not in world.connector.capabilities.methods:
        pytest.skip(f"the account does not offer {method.value}")
    return method


@pytest.fixture
def picking(world: World) -> PickingWorld:
    """Give a world where the payer picks a card that the bank keeps."""
    if not world.connector.capabilities.keeps_cards:
        pytest.skip("the payer picks no kept card there")
    assert isinstance(world, PickingWorld)
    return world


@pytest.fixture
def binding(world: World) -> BindingWorld:
    """Give a world where the bank binds cards on a page of its own."""
    if not isinstance(world.connector, CardBinding):
        pytest.skip("the bank has no page for binding")
    assert isinstance(world, BindingWorld)
    return world


@pytest.fixture
def charging(binding: BindingWorld) -> BindingWorld:
    """Give a world where a bound card is charged by its token while the payer is away."""
    if not isinstance(binding.connector, TokenCharging):
        pytest.skip("no card is charged there by its token")
    return binding


@pytest.fixture
def paying_again(world: World) -> ChargingWorld:
    """Give a world where a paid order lets the card that paid it be charged again."""
    if not isinstance(world.connector, CardCharging):
        pytest.skip("no order lets its card be charged again there")
    assert isinstance(world, ChargingWorld)
    return world


@pytest.fixture
def bank(paying_again: ChargingWorld) -> BankConnector:
    """Give the connector of an account that allows such charges."""
    return paying_again.charges_cards()
