"""The world of Freedom Pay: its connector against its simulator, which knows nothing of it."""

from decimal import Decimal
from urllib.parse import urlencode

import httpx

from portal.banks.freedompay.connector import FreedomPayConnector
from portal.banks.freedompay.settings import FreedomPaySettings
from portal.conformance.ears import Ear, Heard
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod
from portal.domain.ports import BankConnector
from portal.sandbox.freedompay.seals import with_seal

GOOD = "4716047261941981"
SECRET = "local.freedompay.secret"
CALLS = {"create": "init_payment", "refund": "revoke", "charge": "card_direct"}


class FreedomPayWorld:
    """The connector against the simulator over HTTP."""

    door = "result"
    way = PaymentMethod.CARD
    good_card, declined_card, silent_card = GOOD, "5548398681700148", "4000000000000408"

    def __init__(self, url: str, control: httpx.Client, webhooks: Ear) -> None:
        self._url, self._control, self._ear = url, control, webhooks
        self._ear.answer = self._sealed_answer
        self._said("reset")
        self.connector = self._connector(f"{url}/freedompay")

    def _connector(self, base_url: str) -> FreedomPayConnector:
        settings = {
            "base_url": base_url,
            "merchant_id": "100001",
            "secret_key": SECRET,
            "callback_url": self._ear.base_url,
            "charges": True,
        }
        return FreedomPayConnector("kazakh", FreedomPaySettings.model_validate(settings))

    def _sealed_answer(self, path: str) -> bytes:
        return self.connector.acknowledge(path.rpartition("/")[2]).body

    def pay(self, operation_id: str, method: PaymentMethod) -> None:
        assert method is PaymentMethod.CARD
        self._said(f"freedompay/operations/{operation_id}/pay")

    def decline(self, operation_id: str) -> None:
        self._said(f"freedompay/operations/{operation_id}/decline")

    def expire(self, operation_id: str) -> None:
        self._said(f"freedompay/operations/{operation_id}/expire")

    def bind(self, operation_id: str, card: str = GOOD) -> None:
        """Let the payer give a card on the bank's page."""
        self._said(f"freedompay/operations/{operation_id}/bind?card={card}")

    def return_in_cabinet(self, operation_id: str, amount: Money) -> None:
        self._said(f"freedompay/operations/{operation_id}/refund", amount=str(amount.major))

    def executed_refunds(self) -> list[tuple[str, Money]]:
        return self._executed("revoke")

    def executed_charges(self) -> list[tuple[str, Money]]:
        """Tell which charges of kept cards were really made."""
        return self._executed("card_direct")

    def _executed(self, call: str) -> list[tuple[str, Money]]:
        entries = self._control.get("journal", params={"call": call}).json()["entries"]
        return [
            (entry["operationId"], Money.from_major(Decimal(str(entry["amount"])), Currency.KZT))
            for entry in entries
            if entry["executed"]
        ]

    def lose_the_answer(self, call: str) -> None:
        self.fault(CALLS[call], "lost_after")

    def swallow(self, call: str) -> None:
        self.fault(CALLS[call], "lost_before")

    def refuse_refunds(self) -> None:
        self.fault("revoke", "refuse")

    def settle_slowly(self) -> None:
        self._said("freedompay/settings", refund_seconds=3600)

    def settle(self) -> None:
        self._said("clock", advance_seconds=3601)

    def wait(self, seconds: int) -> None:
        """Let the bank's time pass."""
        self._said("clock", advance_seconds=seconds)

    def go_down(self) -> BankConnector:
        return self._connector("http://127.0.0.1:9/freedompay")

    def show_another_amount(self, operation_id: str) -> None:
        self.fault("get_status3", "wrong_amount")

    def show_a_new_status(self, operation_id: str) -> None:
        self.fault("get_status3", "unknown_status")

    def event(self, operation_id: str) -> Heard:
        return self._ear.hear("result", operation_id)

    def hear_binding(self, operation_id: str) -> Heard:
        """Return the message about a binding."""
        return self._ear.hear("binding", operation_id)

    def forged_event(self, operation_id: str) -> Heard:
        return Heard(self.event(operation_id).body.replace(b"pg_result=1", b"pg_result=0"))

    def sample_event(self) -> Heard:
        """Return a genuine message of the other mode: this bank has no sample of its own."""
        self._ear.forget()
        fields = {
            "pg_payment_id": "2300000999",
            "pg_order_id": "somebodys",
            "pg_amount": "1.00",
            "pg_currency": "KZT",
            "pg_result": "1",
            "pg_testing_mode": "1",
        }
        return Heard(urlencode(with_seal("result", list(fields.items()), SECRET)).encode())

    def rules(self, **rules: object) -> None:
        """Change the bank's switches."""
        self._said("freedompay/settings", **rules)

    def fault(self, call: str, fault: str, **more: object) -> None:
        """Order a fault for the next call."""
        self._said("faults", bank="freedompay", call=call, fault=fault, **more)

    def _said(self, path: str, **body: object) -> None:
        self._control.post(path, json=body).raise_for_status()
