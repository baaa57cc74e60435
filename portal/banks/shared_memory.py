"""What a bank has told, remembered for a while by a process and by all that it forks."""

import json
import mmap
import zlib
from datetime import datetime, timedelta
from typing import Any

from portal.domain import clock

LIFETIME = timedelta(hours=1)
_BYTES, _LENGTH, _SUM = 16 * 1024, 4, 4
_HEAD = _LENGTH + _SUM


class SharedMemory:
    """A few named facts in memory that forked jobs share: no file, no network, no lock.

    A job that dies while it writes leaves a wrong checksum, and the bank is asked again. All facts
    are forgotten an hour after the first was told, so that a change at the bank is seen.
    """

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, _BYTES)

    def recall(self, name: str) -> Any:
        """Return a fact that was told within the hour, or None."""
        return self._told().get(name)

    def remember(self, name: str, fact: Any) -> None:
        """Keep a fact that JSON knows; one that finds no room is only forgotten."""
        told = self._told() or {"until": (clock.now() + LIFETIME).isoformat()}
        body = json.dumps({**told, name: fact}).encode()
        if len(body) <= _BYTES - _HEAD:
            head = len(body).to_bytes(_LENGTH) + zlib.crc32(body).to_bytes(_SUM)
            self._page[: _HEAD + len(body)] = head + body

    def _told(self) -> dict[str, Any]:
        page = self._page[:]
        length = int.from_bytes(page[:_LENGTH])
        body = page[_HEAD : _HEAD + length]
        if not length or zlib.crc32(body) != int.from_bytes(page[_LENGTH:_HEAD]):
            return {}
        told: dict[str, Any] = json.loads(body)
        return told if datetime.fromisoformat(told["until"]) > clock.now() else {}
