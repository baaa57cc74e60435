"""Cards that Freedom Pay keeps: bound on its page, listed, charged by token, forgotten (§8)."""

from dataclasses import replace

from portal.banks.freedompay import mapping, words
from portal.banks.freedompay.client import (
    CARD_ADD,
    CARD_LIST,
    CARD_REMOVE,
    CHARGE_DIRECT,
    CHARGE_INIT,
    FreedomPayClient,
)
from portal.banks.freedompay.messages import Node
from portal.banks.freedompay.settings import FreedomPaySettings
from portal.domain.card_ports import BindingOrder, ChargeOrder
from portal.domain.ports import (
    BankMisconfigured,
    BankRefused,
    BankUnavailable,
    KeptCard,
    RefusedBecause,
)

NO_SUCH_CARD = "no such card of this client"


class Cards:
    """The calls about cards of one merchant."""

    def __init__(self, client: FreedomPayClient, settings: FreedomPaySettings) -> None:
        self._client = client
        self._settings = settings

    def add(self, order: BindingOrder) -> Node:
        """Ask for the binding page (§8.1)."""
        mapping.require_names(order.reference, order.consumer_id)
        fields = {
            "pg_user_id": order.consumer_id,
            "pg_order_id": order.reference,
            "pg_post_link": self._settings.callback("binding"),
            "pg_back_link": order.return_url,
        }
        return self._client.call(CARD_ADD, fields, tail=self._settings.binding)

    def listed(self, consumer_id: str) -> list[KeptCard]:
        """Return the kept cards of a client; what the bank does not call kept is passed over."""
        mapping.require_names("list", consumer_id)
        fields = {"pg_user_id": consumer_id, "pg_extend_data": "1"}
        told = self._client.call(CARD_LIST, fields)
        nodes = [each for each in told.all("card") if _is_kept(each)]
        cards = [(mapping.kept_card(each, "pg_card_hash"), each) for each in nodes]
        return [
            replace(card, fingerprint=mapping.value(each, "pg_card_hhash"))
            for card, each in cards
            if card is not None
        ]

    def remove(self, consumer_id: str, token_id: str) -> None:
        """Unbind (§8.3): both shapes of the answer are a yes, and so is a card that is gone."""
        self._require_token(token_id)
        fields = {"pg_user_id": consumer_id, "pg_card_token": token_id}
        try:
            self._client.call(CARD_REMOVE, fields)
        except BankMisconfigured:
            raise
        except (BankRefused, BankUnavailable):
            if any(card.token_id == token_id for card in self.listed(consumer_id)):
                raise

    def prepare(self, order: ChargeOrder) -> str:
        """Make the operation that will charge a card; no money moves (§8.4, step 1)."""
        mapping.require_names(order.reference, order.consumer_id)
        mapping.require_sum(order.amount, self._settings.currency)
        self._require_token(order.token_id)
        fields = {
            "pg_order_id": order.reference,
            **mapping.sum_fields(order.amount),
            "pg_description": order.purpose.replace(";", ",")[: mapping.DESCRIPTION_MAX],
            "pg_user_id": order.consumer_id,
            "pg_card_token": order.token_id,
            "pg_result_url": self._settings.callback("result"),
            "pg_idempotency_key": f"chg-{order.reference}",
        }
        told = self._client.call(CHARGE_INIT, fields)
        operation_id = mapping.value(told, "pg_payment_id", sent=True) or ""
        if not mapping.OPERATION_ID.fullmatch(operation_id):
            raise BankUnavailable("the answer names no operation", sent=True)
        return operation_id

    def charge(self, operation_id: str) -> None:
        """Move the money (§8.4, step 2)."""
        told = self._client.call(CHARGE_DIRECT, {"pg_payment_id": operation_id})
        if mapping.value(told, "pg_payment_id", sent=True) not in (None, operation_id):
            raise BankUnavailable("the answer is about another operation", sent=True)
        if mapping.value(told, "pg_transaction_status", sent=True) in mapping.FAILED_WORDS:
            raise BankRefused(RefusedBecause.DECLINED, words.DECLINED)

    def _require_token(self, token_id: str) -> None:
        if not mapping.TOKEN.fullmatch(token_id):
            raise BankRefused(RefusedBecause.NOT_FOUND, NO_SUCH_CARD)


def _is_kept(card: Node) -> bool:
    return mapping.value(card, "pg_status") in ("success", "ok", None)
