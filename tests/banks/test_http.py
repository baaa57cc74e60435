"""One way to call a bank, over real sockets where a socket is what matters (law 3, B17)."""

import gzip
import logging
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from portal.banks.http import Answer, BankHttp, Endpoint, Request
from portal.domain.ports import BankMisconfigured, BankUnavailable
from portal.domain.transactions import IS_OPEN
from tests.banks.answers import ERROR_ID, TOKEN, error
from tests.banks.certificates import own_certificate

READ = Request("GET", "/payments/{operation_id}", {"operation_id": "secret-operation"})
WRITE = Request("POST", "/refund", {}, body={"email": "ivanov@example.ru"})


class Handler(BaseHTTPRequestHandler):
    """Answers by the first part of the path."""

    def do_GET(self) -> None:
        getattr(self, self.path.split("/")[1])()

    def do_POST(self) -> None:
        self.do_GET()

    def ok(self) -> None:
        self.told(b'{"path": "%s"}' % self.path.encode())

    def moved(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/ok/followed")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def long(self) -> None:
        self.told(b" " * (1024 * 1024 + 1))

    def zipped(self) -> None:
        self.told(gzip.compress(b" " * 10_000_000), "gzip")

    def cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"{")

    def drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.server.is_over.wait(0.05):
            self.wfile.write(b" ")

    def silent(self) -> None:
        self.server.is_over.wait(20)

    def told(self, body: bytes, encoding: str = "identity") -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server that also says nothing about clients who hang up."""

    is_over: threading.Event

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    server = Server(("127.0.0.1", 0), Handler)
    server.is_over = threading.Event()
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server.server_port
    server.is_over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as number:
        yield number


def client(port: int, place: str, seconds: float = 5, **more: object) -> BankHttp:
    return BankHttp(Endpoint("tochka", f"http://127.0.0.1:{port}/{place}", seconds, TOKEN, **more))


def test_the_path_of_the_base_is_kept_and_ids_cannot_leave_their_place(port):
    request = Request("GET", "/a/{name}/b", {"name": "../x?y#z"})

    answer = client(port, "ok/uapi").call(request)

    assert answer == Answer(200, {"path": "/ok/uapi/a/..%2Fx%3Fy%23z/b"})


def test_a_redirect_is_an_answer_and_is_not_followed(port):
    assert client(port, "moved").call(READ) == Answer(302, None)


@pytest.mark.parametrize("place", ["long", "zipped", "cut", "drip", "silent"])
@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
def test_an_answer_without_bounds_is_lost_and_only_a_write_stays_open(port, place, request_):
    with pytest.raises(BankUnavailable) as lost:
        client(port, place, seconds=0.3).call(request_)

    assert lost.value.sent is request_.is_write


def test_a_proxy_of_the_environment_is_not_used(port, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert client(port, "ok").call(READ).status == 200


def test_nobody_at_the_address_means_that_nothing_left():
    with pytest.raises(BankUnavailable) as lost:
        client(9, "ok").call(WRITE)

    assert lost.value.sent is False


def test_a_bank_with_its_own_root_is_trusted_only_with_that_root(tmp_path: Path):
    certificate, tls = own_certificate(tmp_path)
    with serving(tls) as port:
        endpoint = Endpoint("tochka", f"https://127.0.0.1:{port}/ok", 5, TOKEN, certificate)
        stranger = Endpoint("other", f"https://127.0.0.1:{port}/ok", 5, TOKEN)

        answer = BankHttp(endpoint).call(READ)
        with pytest.raises(BankUnavailable) as lost:
            BankHttp(stranger).call(WRITE)

    assert answer.status == 200
    assert lost.value.sent is False


def test_a_name_that_the_certificate_lacks_is_not_the_bank(tmp_path: Path):
    certificate, tls = own_certificate(tmp_path)
    with serving(tls) as port:
        endpoint = Endpoint("tochka", f"https://localhost:{port}/ok", 5, TOKEN, certificate)
        with pytest.raises(BankUnavailable) as lost:
            BankHttp(endpoint).call(WRITE)

    assert lost.value.sent is False


def test_a_root_that_is_no_certificate_is_our_own_fault(tmp_path: Path):
    bundle = tmp_path / "root.pem"
    bundle.write_text("no certificate")

    with pytest.raises(BankMisconfigured):
        client(9, "ok", ca_bundle=bundle).call(READ)


def test_no_bank_is_called_inside_a_transaction(port):
    token = IS_OPEN.set(True)

    with pytest.raises(RuntimeError, match="a bank call inside a database transaction"):
        client(port, "ok").call(READ)

    IS_OPEN.reset(token)


def test_a_call_leaves_one_line_without_anything_secret(port, caplog):
    caplog.set_level(logging.DEBUG)

    client(port, "ok").call(READ)
    client(port, "ok").call(WRITE)

    lines = [record.getMessage() for record in caplog.records if record.name == "portal.banks"]
    assert [line.rpartition(" in ")[0] for line in lines] == [
        "tochka: GET /payments/{operation_id} -> 200",
        "tochka: POST /refund -> 200",
    ]
    for secret in ("secret-operation", TOKEN, "ivanov"):
        assert secret not in caplog.text


def test_the_id_that_the_banks_support_asks_for_is_in_the_line(caplog):
    caplog.set_level(logging.INFO, "portal.banks")
    stream = httpx.ByteStream(error(500).content)
    transport = httpx.MockTransport(lambda request: httpx.Response(500, stream=stream))

    BankHttp(Endpoint("tochka", "https://bank.test", 5), transport).call(WRITE)

    assert f"-> 500 (id {ERROR_ID}) in " in caplog.text
