"""What staff read when the account at Freedom Pay is set up wrong: this connector's Russian."""

SETTINGS = "Банк ответил {code}: {meaning}."
MEANINGS = {
    "9992": "этот способ для магазина не включён, попросите менеджера банка",
    "9993": "не задан адрес возврата или уведомлений",
    "9994": "действие выключено в настройках магазина",
    "9995": "режим проверки магазина и testing_mode не совпадают",
    "9996": "договора с магазином нет",
    "9997": "номер магазина неверен: проверьте merchant_id",
    "9998": "подпись неверна: проверьте merchant_id и secret_key",
    "1100": "подпись неверна: проверьте merchant_id и secret_key",
    "100": "подпись неверна: проверьте merchant_id и secret_key",
    "101": "номер магазина неверен: проверьте merchant_id",
    "110": "договора с магазином нет",
}
STATUSES = {
    "new": "ждёт карту",
    "pending": "в обработке",
    "process": "в обработке",
    "partial": "оплачен частично",
    "waiting_3ds": "ждёт код из СМС",
    "success": "проведён",
    "refunded": "возвращён",
    "revoked": "отменён",
    "canceled": "отменён",
    "cancelled": "отменён",
    "error": "не прошёл",
    "failed": "не прошёл",
    "rejected": "отклонён",
    "incomplete": "не оплачен в срок",
}
WRONG_CURRENCY = "Счёт принимает только {currency}."
NO_METHOD = "Счёт принимает только карты."
BAD_REFERENCE = "Номер заказа: до 50 знаков, латиница, цифры, дефис."
BAD_CONSUMER = "Имя плательщика для банка: до 50 знаков, латиница, цифры, дефис."
BAD_AMOUNT = "Сумма вне пределов банка."
UNEQUAL_RECEIPT = "В чеке должна быть одна строка на всю сумму оплаты."
NO_SUCH_DOOR = "Такого адреса уведомлений у этого банка нет."
NO_CHARGES = "Списание без плательщика для счёта не включено."
DECLINED = "Банк карты отказал."
CHARGED_BEFORE = "Это списание уже отправлено."

PLACE, LIFE, KEYS, CALLBACKS = "Адрес", "Связь", "Подпись", "Уведомления"
SIMULATOR, TEST, REAL = "симулятор", "проверочный режим", "боевой режим"
ALIVE, NOT_ALIVE = "банк отвечает", "банк не говорит, что работает"
SIGNED = "банк узнаёт наш магазин и подпись"
CALLED_AT = "банк будет звать {url}"
NOT_PUBLIC = "банк не дозовётся: {url} не https"
MEND_PLACE = "подождите и проверьте ещё раз. Если не пройдёт, проверьте base_url и сеть."
MEND_KEYS = (
    "сверьте merchant_id и secret_key («приём платежей») с кабинетом, раздел «Разработчикам»."
)
MEND_CALLBACKS = "впишите в callback_url адрес https://…/webhooks/<счёт>, видимый из интернета."


def status_word(word: str) -> str:
    """Put the bank's word for a payment into Russian, its own beside it, for who calls the bank."""
    return (f"{STATUSES[word]} ({word})" if word in STATUSES else word)[:40]
