"""The worlds that the contract is tried in."""

from collections.abc import Iterator

import httpx
import pytest

from portal.domain.card_ports import CardBinding
from portal.domain.payments import PaymentMethod
from tests.banks import simulators, worlds
from tests.banks.freedompay_world import FreedomPayWorld
from tests.stacks import TRUST


@pytest.fixture(scope="session")
def simulators_url() -> Iterator[str]:
    """Give the address of running simulators."""
    with simulators.running() as url:
        yield url


@pytest.fixture(scope="session")
def ear() -> Iterator[worlds.Ear]:
    """Give somebody who hears webhooks."""
    with worlds.listening() as listener:
        yield listener


@pytest.fixture
def tochka_world(simulators_url: str, ear: worlds.Ear) -> Iterator[worlds.TochkaWorld]:
    """Give Tochka's simulator without a memory."""
    base_url = f"{simulators_url}/_control/"
    with httpx.Client(base_url=base_url, verify=TRUST, trust_env=False, timeout=30) as control:
        yield worlds.TochkaWorld(simulators_url, control, ear)


@pytest.fixture
def fake_world() -> worlds.FakeWorld:
    """Give the bank in memory."""
    return worlds.FakeWorld()


@pytest.fixture
def freedompay_world(simulators_url: str, ear: worlds.Ear) -> Iterator[FreedomPayWorld]:
    """Give Freedom Pay's simulator without a memory."""
    base_url = f"{simulators_url}/_control/"
    with httpx.Client(base_url=base_url, verify=TRUST, trust_env=False, timeout=30) as control:
        yield FreedomPayWorld(simulators_url, control, ear)


@pytest.fixture(params=["fake_world", "tochka_world", "freedompay_world"])
def world(request: pytest.FixtureRequest) -> worlds.World:
    """Give every world in turn; a new connector joins the list."""
    found: worlds.World = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=list(PaymentMethod), ids=str)
def way(request: pytest.FixtureRequest, world: worlds.World) -> PaymentMethod:
    """Give every way to pay that the account offers."""
    method: PaymentMethod = request.param
    if method not in world.connector.capabilities.methods:
        pytest.skip(f"the account does not offer {method.value}")
    return method


@pytest.fixture
def keeping(world: worlds.World) -> worlds.World:
    """Give the worlds where the payer picks a card that the bank keeps."""
    if not world.connector.capabilities.keeps_cards:
        pytest.skip("the payer picks no kept card there")
    return world


@pytest.fixture
def binding(world: worlds.World) -> worlds.World:
    """Give the worlds where the bank binds cards on a page of its own."""
    if not isinstance(world.connector, CardBinding):
        pytest.skip("the bank has no page for binding")
    return world


@pytest.fixture
def charging(binding: worlds.World) -> worlds.World:
    """Give the worlds where a kept card is charged while the payer is away."""
    if not binding.connector.capabilities.charges_without_payer:
        pytest.skip("no card is charged there without its payer")
    return binding
