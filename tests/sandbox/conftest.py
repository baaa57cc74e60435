"""A simulated bank without waiting: nobody delivers webhooks until a test lets the postman go."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from portal.sandbox.app import create_app, open_world
from portal.sandbox.settings import read_settings

UAPI = "/tochka/uapi"
PAYMENTS = "/acquiring/v1.0/payments"


class Bank:
    """The simulator through its doors: the API, the hosted page and the control routes."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.token = "local.tochka.token"

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.open(
            UAPI + path, method=method, json=body, query_string=query, headers=headers
        )

    def ask_create(self, kind: str = "", **fields: Any) -> TestResponse:
        return self.call("POST", PAYMENTS + kind, {"Data": asked(**fields)})

    def create(self, **fields: Any) -> dict[str, Any]:
        return self.ask_create(**fields).json["Data"]

    def paid(self, method: str = "card", **fields: Any) -> str:
        operation_id = self.create(**fields)["operationId"]
        self.step(operation_id, f"pay?type={method}")
        return operation_id

    def info(self, operation_id: str) -> dict[str, Any]:
        return self.call("GET", f"{PAYMENTS}/{operation_id}").json["Data"]["Operation"][0]

    def refund(self, operation_id: str, amount: Any) -> TestResponse:
        path = f"{PAYMENTS}/{operation_id}/refund"
        return self.call("POST", path, {"Data": {"amount": amount}})

    def step(self, operation_id: str, step: str, body: Any = None) -> TestResponse:
        return self.client.post(f"/_control/tochka/operations/{operation_id}/{step}", json=body)

    def order_fault(self, call: str, fault: str, **more: Any) -> TestResponse:
        return self.client.post("/_control/faults", json={"call": call, "fault": fault, **more})

    def set(self, **rules: Any) -> TestResponse:
        return self.client.post("/_control/settings", json=rules)

    def advance(self, seconds: float) -> None:
        self.client.post("/_control/clock", json={"advance_seconds": seconds})

    def journal(self, **filters: str) -> list[dict[str, Any]]:
        return self.client.get("/_control/journal", query_string=filters).json["entries"]

    def webhooks(self) -> list[dict[str, Any]]:
        return self.client.get("/_control/webhooks").json["webhooks"]

    def deliver(self) -> int:
        return self.app.extensions["postman"].send_due()


class Receiver:
    """The shop's end of the webhooks: remembers what came and answers what it was told."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.answers: list[int] = []
        self.words = b""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._door())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    @property
    def tokens(self) -> list[str]:
        return [body for _, body in self.got]

    def _door(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.got.append((self.headers["Content-Type"], body))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.send_header("Content-Length", str(len(receiver.words)))
                self.end_headers()
                self.wfile.write(receiver.words)

            def log_message(self, *args: object) -> None:
                """Keep the test output quiet."""

        return Door


def asked(**fields: Any) -> dict[str, Any]:
    """A payment that the bank accepts; a field set to None is left out."""
    default = {"customerCode": "300000092", "merchantId": "200000000001056", "amount": 1500.00}
    default |= {"purpose": "Консультация № 1042", "paymentMode": ["sbp", "card"]}
    return {name: value for name, value in (default | fields).items() if value is not None}


@pytest.fixture(scope="session")
def key_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture(scope="session")
def start(key_pem: str) -> dict[str, Any]:
    return {"TESTING": True, "SANDBOX_POSTMAN": False, "SANDBOX_SIGNING_KEY_PEM": key_pem}


@pytest.fixture(scope="session")
def simulators(start: dict[str, Any]) -> Flask:
    """The application, built once: its routes take longer to compile than a test to run."""
    app = create_app(start)
    close(app)
    return app


@pytest.fixture
def make_bank(start: dict[str, Any]) -> Iterator[Any]:
    apps: list[Flask] = []

    def make(**config: Any) -> Bank:
        apps.append(create_app(start | config))
        return Bank(apps[-1])

    yield make
    for app in apps:
        close(app)


@pytest.fixture
def bank(simulators: Flask, start: dict[str, Any]) -> Iterator[Bank]:
    """A bank where nothing has happened yet."""
    open_world(simulators, read_settings(start))
    yield Bank(simulators)
    close(simulators)


def close(app: Flask) -> None:
    app.extensions["postman"].stop()
    app.extensions["sandbox"].store.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield receiver
    receiver.server.shutdown()
    thread.join()
    receiver.server.server_close()


@pytest.fixture
def subscribed(bank: Bank, receiver: Receiver) -> Bank:
    """The bank with the receiver registered and its sample already taken."""
    body = {"webhooksList": ["acquiringInternetPayment"], "url": receiver.url}
    assert bank.call("PUT", "/webhook/v1.0/local-client-id", body).status_code == 200
    receiver.got.clear()
    return bank


@pytest.fixture
def address(bank: Bank) -> Iterator[str]:
    """The bank behind a real socket, for the faults that cut the line."""
    server = make_server("127.0.0.1", 0, bank.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{UAPI}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def claims_in() -> Any:
    """Read the claims of a token without checking it."""
    return lambda token: json.loads(_decode(token.split(".")[1]))


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
