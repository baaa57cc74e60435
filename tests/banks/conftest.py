"""The worlds that the contract is tried in."""

from collections.abc import Iterator

import httpx
import pytest

from portal.conformance.ears import Ear
from portal.conformance.worlds import World
from tests.banks import simulators, worlds
from tests.banks.freedompay_world import FreedomPayWorld
from tests.stacks import TRUST


@pytest.fixture(scope="session")
def simulators_url() -> Iterator[str]:
    """Give the address of running simulators."""
    with simulators.running() as url:
        yield url


@pytest.fixture
def tochka_world(simulators_url: str, ear: Ear) -> Iterator[worlds.TochkaWorld]:
    """Give Tochka's simulator without a memory."""
    base_url = f"{simulators_url}/_control/"
    with httpx.Client(base_url=base_url, verify=TRUST, trust_env=False, timeout=30) as control:
        yield worlds.TochkaWorld(simulators_url, control, ear)


@pytest.fixture
def fake_world() -> worlds.FakeWorld:
    """Give the bank in memory."""
    return worlds.FakeWorld()


@pytest.fixture
def freedompay_world(simulators_url: str, ear: Ear) -> Iterator[FreedomPayWorld]:
    """Give Freedom Pay's simulator without a memory."""
    base_url = f"{simulators_url}/_control/"
    with httpx.Client(base_url=base_url, verify=TRUST, trust_env=False, timeout=30) as control:
        yield FreedomPayWorld(simulators_url, control, ear)


@pytest.fixture(params=["fake_world", "tochka_world", "freedompay_world"])
def world(request: pytest.FixtureRequest) -> World:
    """Give every world in turn; a new connector joins the list."""
    found: World = request.getfixturevalue(request.param)
    return found
