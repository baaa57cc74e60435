"""How operations look in the bank's JSON: present fields only, amounts as numbers."""

from datetime import datetime
from typing import Any

from portal.sandbox.clock import in_iso
from portal.sandbox.tochka.operations import Operation, as_shown, status_of


def show_created(operation: Operation) -> dict[str, Any]:
    """Return the answer to a creation (tochka.md §5), with a receipt its echo too (§6)."""
    created = {
        "purpose": operation.purpose,
        "status": "CREATED",
        "amount": operation.amount_minor / 100,
        "operationId": operation.operation_id,
        "paymentLink": operation.payment_link,
        "paymentMode": operation.payment_mode,
        "consumerId": operation.consumer_id,
        "merchantId": operation.merchant_id,
        "preAuthorization": operation.pre_authorization,
        "ttl": operation.ttl,
        "paymentLinkId": operation.payment_link_id,
    }
    if operation.receipt:
        created |= {
            "customerCode": operation.customer_code,
            "redirectUrl": operation.redirect_url,
            "failRedirectUrl": operation.fail_redirect_url,
            **operation.receipt,
        }
    return _without_nothing(created)


def show_subscribed(operation: Operation) -> dict[str, Any]:
    """Return the answer to the creation of a subscription (tochka.md §11.1)."""
    hidden = ("paymentMode", "ttl", "preAuthorization", "merchantId")
    created = {name: value for name, value in show_created(operation).items() if name not in hidden}
    return created | {"recurring": operation.recurring}


def show_subscription(operation: Operation, now: datetime) -> dict[str, Any]:
    """Return an element of `Subscription[]`, which tells no lines (tochka.md §11.3)."""
    hidden = ("paymentType", "paymentMode", "preAuthorization", "paidAt", "Order")
    shown = show_operation(operation, now)
    kept = {name: value for name, value in shown.items() if name not in hidden}
    return kept | {"recurring": operation.recurring, "Items": []}


def show_operation(operation: Operation, now: datetime) -> dict[str, Any]:
    """Return an element of `Operation[]` as it reads at this moment (tochka.md §8.1)."""
    shown = as_shown(operation, now)
    return _without_nothing(
        {
            "customerCode": shown.customer_code,
            "merchantId": shown.merchant_id,
            "operationId": shown.operation_id,
            "paymentLinkId": shown.payment_link_id,
            "paymentLink": shown.payment_link,
            "purpose": shown.purpose,
            "amount": shown.amount_minor / 100,
            "status": status_of(shown, now),
            "paymentMode": shown.payment_mode,
            "consumerId": shown.consumer_id,
            "createdAt": in_iso(shown.created_at),
            "redirectUrl": shown.redirect_url,
            "failRedirectUrl": shown.fail_redirect_url,
            "preAuthorization": shown.pre_authorization,
            **shown.receipt,
            **_show_payment(shown),
            "Order": [
                {
                    "orderId": line.order_id,
                    "type": line.type,
                    "amount": line.amount_minor / 100,
                    "time": in_iso(line.at),
                }
                for line in shown.orders
            ],
        }
    )


def _show_payment(operation: Operation) -> dict[str, Any]:
    card = operation.card
    token = card and _without_nothing(
        {
            "tokenCardId": card.token_card_id,
            "cardType": card.card_type,
            "maskedPan": card.masked_pan,
        }
    )
    return {
        "paymentType": operation.payment_type,
        "paymentId": operation.payment_id,
        "transactionId": operation.transaction_id,
        "paidAt": in_iso(operation.paid_at) if operation.paid_at else None,
        "CofToken": token,
    }


def _without_nothing(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
