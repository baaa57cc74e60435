"""Two worlds in which the contract holds: a bank in memory, and Tochka's simulator over HTTP."""

from decimal import Decimal

import httpx

from portal.banks.tochka.connector import TochkaConnector
from portal.banks.tochka.settings import TochkaSettings
from portal.conformance.ears import Ear, Heard
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod
from portal.domain.ports import PAYMENT_DOOR, BankConnector, RefusedBecause
from tests.fakes import FakeBank


class FakeWorld:
    """The bank in memory."""

    door, way, brand = PAYMENT_DOOR, PaymentMethod.SBP, "Mir"

    def __init__(self) -> None:
        self.connector = self._bank = FakeBank()
        self.pay = self._bank.pay
        self.pay_by_new_card = self._bank.pay_by_new_card
        self.pay_by_kept_card = self._bank.pay_by_kept_card
        self.decline = self._bank.decline
        self.expire = self._bank.expire
        self.return_in_cabinet = self._bank.made_in_cabinet
        self.lose_the_answer = self._bank.goes_silent
        self.swallow = self._bank.swallows
        self.settle_slowly = self._bank.settles_slowly
        self.settle = self._bank.settle

    def executed_refunds(self) -> list[tuple[str, Money]]:
        return list(self._bank.refunds)

    def refuse_refunds(self) -> None:
        self._bank.refuses("refund", RefusedBecause.DECLINED)

    def go_down(self) -> BankConnector:
        self._bank.is_down()
        return self._bank

    def charges_cards(self) -> BankConnector:
        self._bank.allows_charges()
        return self._bank

    def executed_charges(self) -> list[tuple[str, Money]]:
        return list(self._bank.charges)

    def refuse_charges(self) -> None:
        self._bank.refuses("charge", RefusedBecause.DECLINED)

    def show_another_amount(self, operation_id: str) -> None:
        self._bank.shows(operation_id, amount=Money(1, Currency.RUB))

    def show_a_new_status(self, operation_id: str) -> None:
        self._bank.shows(operation_id, status=None, bank_word="WHATEVER")

    def sample_event(self) -> Heard:
        return Heard(self._bank.foreign_event())

    def event(self, operation_id: str) -> Heard:
        return Heard(self._bank.event(operation_id))

    def forged_event(self, operation_id: str) -> Heard:
        return Heard(self._bank.broken_event())


class TochkaWorld:
    """The connector against the simulator, which knows nothing of it."""

    door, way, brand = PAYMENT_DOOR, PaymentMethod.SBP, "Mir"

    def __init__(self, url: str, control: httpx.Client, webhooks: Ear) -> None:
        self._url, self._control, self._ear = url, control, webhooks
        self._said("reset")
        self.connector = self._connector(f"{url}/tochka/uapi")

    def _connector(self, base_url: str, **changes: object) -> TochkaConnector:
        settings = {
            "base_url": base_url,
            "token": "local.tochka.token",
            "client_id": "local-client-id",
            "public_keys_from": f"{self._url}/tochka/doc/openapi/static/keys/public",
            **changes,
        }
        return TochkaConnector("tochka", TochkaSettings.model_validate(settings))

    def pay(self, operation_id: str, method: PaymentMethod) -> None:
        self._said(f"tochka/operations/{operation_id}/pay?type={method.value}")

    def pay_by_new_card(self, operation_id: str) -> None:
        self._said(f"tochka/operations/{operation_id}/pay?type=card&save=true")

    def pay_by_kept_card(self, operation_id: str, token_id: str) -> None:
        self._said(f"tochka/operations/{operation_id}/pay?type=card&card={token_id}")

    def decline(self, operation_id: str) -> None:
        self._said(f"tochka/operations/{operation_id}/decline")

    def expire(self, operation_id: str) -> None:
        self._said(f"tochka/operations/{operation_id}/expire")

    def return_in_cabinet(self, operation_id: str, amount: Money) -> None:
        self._said(f"tochka/operations/{operation_id}/refund", amount=str(amount.major))

    def executed_refunds(self) -> list[tuple[str, Money]]:
        return self._executed("refund")

    def executed_charges(self) -> list[tuple[str, Money]]:
        return self._executed("charge")

    def _executed(self, call: str) -> list[tuple[str, Money]]:
        entries = self._control.get("journal", params={"call": call}).json()["entries"]
        return [
            (entry["operationId"], Money.from_major(Decimal(str(entry["amount"])), Currency.RUB))
            for entry in entries
            if entry["executed"]
        ]

    def lose_the_answer(self, call: str) -> None:
        self.fault(call, "lost_after")

    def swallow(self, call: str) -> None:
        self.fault(call, "lost_before")

    def refuse_refunds(self) -> None:
        self.fault("refund", "refuse")

    def charges_cards(self) -> BankConnector:
        return self._connector(f"{self._url}/tochka/uapi", chargeable_cards=True, receipt="us")

    def refuse_charges(self) -> None:
        self.fault("charge", "refuse")

    def settle_slowly(self) -> None:
        self._said("settings", card_refund_seconds=3600, sbp_refund_seconds=3600)

    def settle(self) -> None:
        self._said("clock", advance_seconds=3601)

    def go_down(self) -> BankConnector:
        return self._connector("http://127.0.0.1:9/tochka/uapi")

    def show_another_amount(self, operation_id: str) -> None:
        self.fault("info", "wrong_amount")

    def show_a_new_status(self, operation_id: str) -> None:
        self.fault("info", "unknown_status")

    def sample_event(self) -> Heard:
        self._ear.forget()
        self.connector.register_webhook(self._ear.url)
        return self._ear.hear()

    def event(self, operation_id: str) -> Heard:
        return self._ear.hear()

    def forged_event(self, operation_id: str) -> Heard:
        head, payload, _ = self.event(operation_id).body.split(b".")
        return Heard(b".".join([head, payload, b"A" * 512]))

    def fault(self, call: str, fault: str) -> None:
        """Let the next call meet a fault."""
        self._said("faults", bank="tochka", call=call, fault=fault, times=1)

    def _said(self, path: str, **body: object) -> None:
        self._control.post(path, json=body).raise_for_status()
