"""What every part of the simulators shares: settings, state, time and the postman's bell."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import current_app

from portal.sandbox import clock
from portal.sandbox.settings import Settings
from portal.sandbox.store import Store


@dataclass(frozen=True, slots=True)
class World:
    """One simulated outside; a second one in the same process shares nothing with it."""

    settings: Settings
    store: Store
    bell: threading.Event = field(default_factory=threading.Event)

    def now(self, later_seconds: float = 0) -> datetime:
        """Return the simulated time, optionally some seconds ahead."""
        return clock.now(self.store) + timedelta(seconds=later_seconds)


def current_world() -> World:
    """Return the world of the application that serves this request."""
    world: World = current_app.extensions["sandbox"]
    return world
