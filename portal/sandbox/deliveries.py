"""The post office: webhooks wait in the state, are sent when due and repeated until exactly 200."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

import httpx
from pydantic import BaseModel

from portal.sandbox.faults import Fault
from portal.sandbox.journal import note
from portal.sandbox.world import World

#: Stands for a 200 that the sender does not believe, because its words are not signed.
NOT_BELIEVED = 600


class Attempt(BaseModel):
    """One try: the receiver's HTTP status, or nothing where no answer came."""

    at: datetime
    status: int | None


class Delivery(BaseModel):
    """One webhook on its way, with everything needed to send it after a restart."""

    number: int = 0
    bank: str
    operation_id: str
    subject: str
    url: str
    content_type: str
    body: str
    due_at: datetime
    tries_left: int
    interval_seconds: float
    state: Literal["waiting", "held", "delivered", "dropped", "lost"] = "waiting"
    fault: str | None = None
    attempts: list[Attempt] = []


@dataclass(frozen=True, slots=True)
class Manner:
    """How a bank sends: the bytes of this very try, and which answers it believes."""

    write: Callable[[World, Delivery], str]
    believes: Callable[[World, Delivery, bytes], bool]


#: Banks that seal each try anew and read the answer; the others send what they have written once.
MANNERS: dict[str, Manner] = {}


def enqueue(world: World, delivery: Delivery, fault: Fault | None) -> None:
    """Put a webhook into the queue, or let it suffer the fault ordered for it."""
    name = fault.fault if fault else None
    changes: dict[str, object] = {"fault": name}
    if fault is not None and name == "late":
        changes["due_at"] = delivery.due_at + timedelta(seconds=fault.seconds)
    if name in ("lost", "reorder"):
        changes["state"] = "lost" if name == "lost" else "held"
    for _ in range(2 if name == "duplicate" else 1):
        number = world.store.next_number("deliveries")
        world.store.put(str(number), delivery.model_copy(update={**changes, "number": number}))
    world.bell.set()


def send_once(world: World, delivery: Delivery) -> int | None:
    """Post the body and return the receiver's status, or nothing when no answer came in time."""
    manner = MANNERS.get(delivery.bank)
    body = manner.write(world, delivery) if manner else delivery.body
    headers = {"Content-Type": delivery.content_type}
    timeout = world.settings.webhook_timeout_seconds
    try:
        with httpx.Client(verify=_trust(), timeout=timeout, trust_env=False) as client:
            answer = client.post(delivery.url, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    is_doubted = manner and not manner.believes(world, delivery, answer.content)
    return NOT_BELIEVED if is_doubted and answer.status_code == 200 else answer.status_code


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    # Reading the certificates takes longer than a local delivery.
    return httpx.create_ssl_context(trust_env=False)


def record_attempt(world: World, delivery: Delivery, status: int | None) -> Delivery:
    """Write down a try: 200 ends the delivery, anything else costs one of the tries left."""
    attempt = Attempt(at=world.now(), status=status)
    left = delivery.tries_left - 1
    state = "delivered" if status == 200 else "waiting" if left > 0 else "dropped"
    tried = delivery.model_copy(
        update={
            "attempts": [*delivery.attempts, attempt],
            "tries_left": left,
            "state": state,
            "due_at": attempt.at + timedelta(seconds=delivery.interval_seconds),
        }
    )
    with world.store.transaction():
        world.store.put(str(tried.number), tried)
        note(
            world,
            tried.bank,
            "webhook_sent",
            operation_id=tried.operation_id,
            executed=status is not None,
            status=status,
            fault=tried.fault,
            details={"subject": tried.subject, "attempt": len(tried.attempts), "url": tried.url},
        )
    return tried


def hurry(world: World, operation_id: str | None = None) -> None:
    """Make what waits or is held back due at once, of one operation or of all."""
    with world.store.transaction():
        for delivery in _list_open(world):
            if operation_id not in (None, delivery.operation_id):
                continue
            changes = {"state": "waiting", "due_at": world.now()}
            world.store.put(str(delivery.number), delivery.model_copy(update=changes))


class Postman:
    """The one who sends what is due: a background thread in the stack, a plain call in tests."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sending = threading.Lock()
        self._stopped = False
        self._thread = threading.Thread(target=self._walk, name="postman", daemon=True)

    def start(self) -> None:
        """Begin the rounds; what an earlier process left in the queue is taken first."""
        self._thread.start()

    def stop(self) -> None:
        """End the rounds after the webhook that is on its way."""
        self._stopped = True
        self._world.bell.set()
        if self._thread.is_alive():
            self._thread.join()

    def send_due(self) -> int:
        """Send each due webhook once, oldest first, and return how many were sent."""
        with self._sending:
            now = self._world.now()
            due = [each for each in _list_waiting(self._world) if each.due_at <= now]
            for delivery in sorted(due, key=lambda each: (each.due_at, each.number)):
                self._send(delivery)
        return len(due)

    def _send(self, delivery: Delivery) -> None:
        status = send_once(self._world, delivery)
        with self._world.store.transaction():
            # A reset may have emptied the queue while the webhook was on its way.
            if self._world.store.find(Delivery, str(delivery.number)) is None:
                return
            record_attempt(self._world, delivery, status)
            self._release_held_before(delivery)

    def _release_held_before(self, sent: Delivery) -> None:
        for held in self._world.store.list_where(Delivery, "state", "held"):
            if held.bank == sent.bank and held.number < sent.number:
                changes = {"state": "waiting", "due_at": self._world.now()}
                self._world.store.put(str(held.number), held.model_copy(update=changes))

    def _walk(self) -> None:
        while True:
            # The bell is cleared before looking, so nothing that rings meanwhile is missed.
            self._world.bell.clear()
            if self._stopped:
                return
            self.send_due()
            self._world.bell.wait(self._seconds_to_next())

    def _seconds_to_next(self) -> float | None:
        waiting = [delivery.due_at for delivery in _list_waiting(self._world)]
        if not waiting:
            return None
        return max(0.0, (min(waiting) - self._world.now()).total_seconds())


def _list_waiting(world: World) -> list[Delivery]:
    return world.store.list_where(Delivery, "state", "waiting")


def _list_open(world: World) -> list[Delivery]:
    return _list_waiting(world) + world.store.list_where(Delivery, "state", "held")
