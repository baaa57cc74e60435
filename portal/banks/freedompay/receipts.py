"""The receipt that Freedom Pay makes for us, where the account says so (freedompay.md §5)."""

from portal.banks.freedompay.settings import FreedomPaySettings
from portal.domain.ports import PaymentOrder


def receipt_fields(order: PaymentOrder, settings: FreedomPaySettings) -> dict[str, str]:
    """Name the one line of the receipt; nothing where receipts are made elsewhere.

    With one line the flat names sort as the bank flattens them (§3.3).
    """
    if settings.receipt != "bank":
        return {}
    (item,) = order.items
    line = {
        "count": f"{item.quantity.normalize():f}",
        "name": item.name.replace(";", ","),
        "price": str(item.unit_price.major),
        "tax_type": str(settings.tax_type),
    }
    return {f"pg_receipt_positions[0][{name}]": value for name, value in line.items()}


def is_one_line(order: PaymentOrder) -> bool:
    """Tell whether the receipt has one line, which is all of the payment to the tiyn."""
    totals = [item.unit_price.major * item.quantity for item in order.items]
    return totals == [order.amount.major]
