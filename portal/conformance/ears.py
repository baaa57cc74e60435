"""Somebody who hears the webhooks that a simulated bank sends."""

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import NamedTuple

from portal.domain.ports import NO_HEADERS, PAYMENT_DOOR

HEAR_SECONDS = 20


class Heard(NamedTuple):
    """One webhook as it came; the names of its headers are in small letters."""

    body: bytes
    headers: Mapping[str, str] = NO_HEADERS


class Ear:
    """Hears what the bank sends to a webhook's address."""

    def __init__(self, base_url: str, bodies: "queue.Queue[tuple[str, Heard]]") -> None:
        self.base_url = base_url
        self.url = f"{base_url}/{PAYMENT_DOOR}"
        self.answer: Callable[[str], bytes] = lambda _path: b""
        self._bodies = bodies

    def hear(self, door: str = PAYMENT_DOOR, about: str = "") -> Heard:
        """Return the next webhook of a door that names ``about``; others are late and foreign."""
        while True:
            path, heard = self._bodies.get(timeout=HEAR_SECONDS)
            if path.endswith(f"/{door}") and about.encode() in heard.body:
                return heard

    def forget(self) -> None:
        """Forget what another test has left."""
        while not self._bodies.empty():
            self._bodies.get_nowait()


@contextmanager
def listening() -> Iterator[Ear]:
    """Listen for webhooks on a free port and answer exactly 200."""
    bodies: queue.Queue[tuple[str, Heard]] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(ear.answer(self.path))
            headers = {name.lower(): value for name, value in self.headers.items()}
            bodies.put((self.path, Heard(body, headers)))

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    ear = Ear(f"http://127.0.0.1:{server.server_port}/webhooks/tochka", bodies)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield ear
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
