"""What a payer reads about the ways to pay, the tax and the receipt (A7, A8, A9)."""

from portal.domain.payments import PaymentMethod
from portal.domain.ways import CardFirst

METHOD_TITLES = {PaymentMethod.SBP: "СБП", PaymentMethod.CARD: "Банковская карта"}
METHOD_WORDS = {
    PaymentMethod.SBP: (
        "Подтвердите в приложении своего банка. Без номера карты; возврат обычно сразу"
    ),
    PaymentMethod.CARD: "Понадобятся номер карты и код из СМС",
}
#: Why the card stands first.
CARD_FIRST = {
    CardFirst.FAILING: "СБП сейчас отвечает с перебоями: надёжнее оплатить картой.",
    CardFirst.TOO_MUCH: (
        "Через СБП можно заплатить до 1 000 000 ₽ за раз, поэтому эту сумму примем картой."
    ),
    CardFirst.NOT_CONNECTED: "СБП сейчас недоступна, оплатите картой.",
}


def vat_words(percent: int | None) -> str:
    """Say what the price contains; ``percent`` is None when the account sells without VAT."""
    if percent is None:
        return "Цена окончательная, НДС не облагается."
    return f"НДС {percent} % включён в стоимость."


def receipt_words(mail: str, *, by_bank: bool | None) -> str:
    """Say who makes the receipt, and where it comes (A9); nobody tells of a removed account."""
    if by_bank is None:
        return f"Чек придёт на {mail}."
    issuer = "Чек выдаст партнёр банка" if by_bank else "Чек выдадим мы"
    return f"{issuer}, он придёт на {mail}."
