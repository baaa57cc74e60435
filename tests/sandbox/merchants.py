"""A merchant of the simulated Freedom Pay, who seals with the connector's hand."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.banks.freedompay.messages import Node, read_message
from portal.banks.freedompay.signature import signed

SECRET, ROOT = "local.freedompay.secret", "/freedompay"
GOOD, REFUNDLESS, CODE_CARD = "4716047261941981", "4916307416334310", "4000000000000010"
BANKS_NO = ("5335215945367703", "4916109830832246", "5548398681700148", "5475102935853613")


class Merchant:
    """What a shop does at the bank, and what its payer does there."""

    def __init__(self, client: FlaskClient, secret: str = SECRET) -> None:
        self.client = client
        self.secret = secret

    def post(self, path: str, **fields: str) -> TestResponse:
        """Send a sealed form."""
        script = path.rpartition("/")[2]
        own = {"pg_merchant_id": "100001", **fields}
        form = dict(signed(script, own.items(), self.secret))
        return self.client.post(ROOT + path, data=form)

    def call(self, path: str, **fields: str) -> Node:
        """Send a sealed form and read the answer."""
        return read_message(self.post(path, **fields).data)

    def error(self, path: str, **fields: str) -> str | None:
        """Return the code of the bank's no, None for a yes."""
        return self.call(path, **fields).find("pg_error_code")

    def init(self, **changes: str) -> Node:
        """Ask for a page."""
        fields = {
            "pg_order_id": "PNM-1",
            "pg_amount": "1500.00",
            "pg_currency": "KZT",
            "pg_description": "Консультация",
            "pg_success_url": "https://shop.test/ok?a=1",
            "pg_failure_url": "https://shop.test/fail",
        }
        asked = {name: value for name, value in {**fields, **changes}.items() if value}
        return self.call("/init_payment.php", **asked)

    def created(self, **changes: str) -> tuple[str, str]:
        """Return an operation and the path of its page."""
        told = self.init(**changes)
        page = told.find("pg_redirect_url") or ""
        return told.find("pg_payment_id") or "", page.partition("8010")[2]

    def paid(self, card: str = GOOD, **changes: str) -> str:
        """Let the payer pay on the page; return the operation."""
        operation, page = self.created(**changes)
        self.client.post(page, data={"pan": card})
        return operation

    def prepared(self, **changes: str) -> str:
        """Let a payer bind a card, and prepare a charge of it; return the operation."""
        cards, user = "/v1/merchant/100001/cardstorage", {"pg_user_id": "u-7"}
        links = {"pg_post_link": "http://127.0.0.1:9/", "pg_back_link": "https://shop.test/"}
        page = self.call(f"{cards}/add", **user, **links).find("pg_redirect_url") or ""
        self.client.post(page.partition("8010")[2], data={"pan": GOOD})
        (card,) = self.call(f"{cards}/list", **user).all("card")
        sold = {"pg_order_id": "C-1", "pg_amount": "1500.00", "pg_description": "Консультация"}
        asked = {**user, **sold, "pg_card_token": card.find("pg_card_token") or "", **changes}
        return self.call("/v1/merchant/100001/card/init", **asked).find("pg_payment_id") or ""

    def status(self, operation: str) -> Node:
        """Read an operation."""
        return self.call("/get_status3.php", pg_payment_id=operation)

    def word(self, operation: str) -> str | None:
        """Read the bank's word for an operation."""
        return self.status(operation).find("pg_payment_status")

    def refund(self, operation: str, amount: str, **more: str) -> Node:
        """Ask for a refund."""
        return self.call("/revoke.php", pg_payment_id=operation, pg_refund_amount=amount, **more)

    def rules(self, **rules: Any) -> TestResponse:
        """Change the bank's switches."""
        return self.client.post("/_control/freedompay/settings", json=rules)

    def fault(self, call: str, fault: str, **more: Any) -> TestResponse:
        """Order a fault."""
        order = {"bank": "freedompay", "call": call, "fault": fault, **more}
        return self.client.post("/_control/faults", json=order)
