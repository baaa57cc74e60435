"""The toy bank itself: ``python -m toybank.simulator PORT``; it remembers nothing after its end.

It shares the seal with the connector and nothing else. ``/_control`` plays the payer and faults.
"""

import json
import secrets
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from toybank.seals import HEADER, is_sealed, of_event, seal

MERCHANT, SECRET = "toy-1", "local.toy.secret"
SAMPLE = {"merchant": "somebody", "id": "1", "reference": "2", "refunds": []}
PAGE = """<!doctype html><html lang="ru"><meta charset="utf-8"><title>Учебный банк</title>
<h1>Учебный банк: {amount} {currency}</h1><p>Деньги не списываются.</p>
<form method="post" action="/pay/{id}"><button name="does" value="pay">Оплатить картой</button>
<button name="does" value="decline">Отклонить</button></form>"""


class Refused(Exception):
    """The bank says no."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status, self.error = status, error


@dataclass
class Bank:
    """All that the bank knows, and how it feels."""

    url: str = ""
    callback: str = ""
    payments: dict[str, dict] = field(default_factory=dict)
    asked_refunds: list[tuple[str, int]] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    is_slow: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)

    def reset(self, callback: str) -> None:
        """Forget everything; events go to ``callback`` from now on."""
        self.callback, self.is_slow = callback, False
        for memory in (self.payments, self.asked_refunds, self.faults):
            memory.clear()

    def create(self, order: dict) -> dict:
        """Make a payment, once for each reference."""
        if order["merchant"] != MERCHANT:
            raise Refused(404, "no such merchant")
        if self.find(order["reference"]):
            raise Refused(409, "this reference is known")
        number = f"toy-{secrets.token_hex(6)}"
        self.payments[number] = {
            **{name: order[name] for name in ("merchant", "reference", "amount", "currency")},
            "id": number,
            "state": "waiting",
            "url": f"{self.url}/pay/{number}",
            "expires_at": (datetime.now(UTC) + timedelta(minutes=30)).isoformat(),
            "paid_at": None,
            "refunds": [],
            "success_url": order["success_url"],
            "failure_url": order["failure_url"],
        }
        return self.payments[number]

    def find(self, reference: str) -> list[dict]:
        """Return the payments with this reference."""
        return [each for each in self.payments.values() if each["reference"] == reference]

    def known(self, number: str) -> dict:
        """Return a payment."""
        if number not in self.payments:
            raise Refused(404, "no such payment")
        return self.payments[number]

    def pay(self, number: str) -> None:
        """Let the payer pay, and tell the merchant."""
        payment = self.known(number)
        payment["state"], payment["paid_at"] = "paid", datetime.now(UTC).isoformat()
        self.tell(payment)

    def refund(self, number: str, amount: int, *, is_asked: bool = True) -> dict:
        """Return money; a second request is a second refund."""
        payment = self.known(number)
        left = payment["amount"] - sum(each["amount"] for each in payment["refunds"])
        if payment["state"] != "paid" or not 0 < amount <= left:
            raise Refused(422, "nothing of that is left")
        if is_asked:
            self.asked_refunds.append((number, amount))
        state = "pending" if self.is_slow else "done"
        at, name = datetime.now(UTC).isoformat(), f"{number}-r{len(payment['refunds']) + 1}"
        payment["refunds"].append({"id": name, "amount": amount, "state": state, "at": at})
        return payment

    def settle(self) -> None:
        """Finish every refund that takes its time."""
        self.is_slow = False
        for payment in self.payments.values():
            for refund in payment["refunds"]:
                refund["state"] = "done"

    def shown(self, number: str) -> dict:
        """Return a payment as it is read: a fault may make it lie once."""
        payment, lie = self.known(number), self.faults.pop("read", "")
        if lie == "wrong_amount":
            return payment | {"amount": payment["amount"] + 100}
        return payment | {"state": "levitating"} if lie == "unknown_state" else payment

    def tell(self, payment: dict) -> None:
        """Send the merchant an event; how the refunds stand is covered by no seal."""
        if not self.callback:
            return
        event = {name: payment[name] for name in ("merchant", "id", "reference")}
        event["refund_state"] = payment["refunds"][-1]["state"] if payment["refunds"] else None
        headers = {HEADER: seal(SECRET, of_event(event)), "Content-Type": "application/json"}
        body = json.dumps(event).encode()
        message = urllib.request.Request(self.callback, body, headers, method="POST")
        urllib.request.urlopen(message, timeout=10).close()


class Handler(BaseHTTPRequestHandler):
    """The doors: the API under a seal, the payer's page, and the control."""

    bank: Bank

    def do_GET(self) -> None:
        """Answer a reading."""
        self._serve()

    def do_POST(self) -> None:
        """Answer a wish."""
        self._serve()

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        door, *rest = parts.path.strip("/").split("/")
        try:
            if door == "pay":
                return self._page(rest[0], body)
            with self.bank.lock:
                done = self._control(rest, body) if door == "_control" else self._api(parts, body)
            if done is not None:
                self._say(201 if self.command == "POST" else 200, done)
        except Refused as no:
            self._say(no.status, {"error": no.error})

    def _api(self, parts, body: str) -> object:
        """Do what the API offers; None when the answer is to be lost."""
        if not is_sealed(SECRET, f"{self.command} {parts.path} {body}", self.headers[HEADER] or ""):
            raise Refused(401, "the seal is wrong")
        call, fault = self._call(parts)
        if fault == "refuse":
            raise Refused(422, "not today")
        done = None if fault == "lost_before" else self._done(call, parts, body)
        return None if fault.startswith("lost") else done

    def _call(self, parts) -> tuple[str, str]:
        call = "refund" if parts.path.endswith("/refunds") else "create"
        return call, self.bank.faults.pop(call, "") if self.command == "POST" else ""

    def _done(self, call: str, parts, body: str) -> object:
        door, *rest = parts.path.strip("/").split("/")
        if door == "merchants":
            if rest != [MERCHANT]:
                raise Refused(404, "no such merchant")
            return {"merchant": MERCHANT}
        if self.command == "POST":
            told = json.loads(body)
            is_refund = call == "refund"
            return (
                self.bank.refund(rest[0], told["amount"]) if is_refund else self.bank.create(told)
            )
        if rest:
            return self.bank.shown(rest[0])
        return self.bank.find(parse_qs(parts.query)["reference"][0])

    def _page(self, number: str, body: str) -> None:
        payment = self.bank.known(number)
        if self.command == "GET":
            text = PAGE.format(**payment | {"amount": f"{payment['amount'] / 100:.2f}"})
            return self._send(200, text.encode(), {"Content-Type": "text/html; charset=utf-8"})
        is_paid = "does=pay" in body
        if is_paid:
            self.bank.pay(number)
        back = payment["success_url" if is_paid else "failure_url"]
        return self._send(303, b"", {"Location": back})

    def _control(self, rest: list[str], body: str) -> object:
        """Play the payer, the cabinet and the faults; tells which refunds were really made."""
        told, bank = json.loads(body or "{}"), self.bank
        plays = {
            "nothing": lambda: None,
            "reset": lambda: bank.reset(told["callback"]),
            "pay": lambda: bank.pay(told["id"]),
            "expire": lambda: bank.known(told["id"]).update(state="expired"),
            "cabinet": lambda: bank.refund(told["id"], told["amount"], is_asked=False),
            "fault": lambda: bank.faults.update({told["call"]: told["fault"]}),
            "slow": lambda: setattr(bank, "is_slow", True),
            "settle": bank.settle,
            "sample": lambda: bank.tell(SAMPLE),
        }
        plays[rest[0]]()
        return bank.asked_refunds

    def _say(self, status: int, told: object) -> None:
        self._send(status, json.dumps(told).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def serve(port: int = 0) -> ThreadingHTTPServer:
    """Return a server of a bank without a memory, bound to this machine; its owner runs it."""
    bank = Bank()
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Door", (Handler,), {"bank": bank}))
    bank.url = f"http://127.0.0.1:{server.server_port}"
    return server


@contextmanager
def running() -> Iterator[str]:
    """Run such a server beside the caller, and give its address."""
    server = serve()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    serve(int(sys.argv[1])).serve_forever()
