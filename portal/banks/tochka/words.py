"""What staff read when the account at Tochka is set up wrong: the Russian of this connector."""

NO_RIGHT = "Банк ответил {status}: токен удалён, истёк или у него нет права {right}."
WRONG_PATH = "Банк ответил {status} на {path}: проверьте base_url и коды компании и точки."
NO_BUSINESS = "Банк не показал ни одной компании (customerType Business)."
MANY_BUSINESSES = "Токен видит несколько компаний: укажите customer_code."
NO_MERCHANT = "Нет торговой точки, которая принимает платежи (REG, активна)."
MANY_MERCHANTS = "Торговых точек несколько: укажите merchant_id."
NO_CLIENT_ID = "Не указан client_id: банк показывает его вместе с токеном."
BAD_WEBHOOK_URL = "Адрес вебхука должен быть https на порту 443."
WRONG_CURRENCY = "Счёт принимает только рубли."
NO_METHOD = "Этот способ оплаты для счёта не включён."
LONG_REFERENCE = "Номер заказа длиннее 45 знаков."
UNEQUAL_RECEIPT = "Сумма позиций чека не равна сумме платежа."
DECLINED = "Банк не принял возврат."
NOT_CHARGED = "Банк не списал деньги с карты."
NOT_CHARGEABLE = "Карты этого счёта нельзя списывать без клиента."
#: The bank's names of ways to pay, for people.
MODES = {"sbp": "СБП", "card": "карты", "tinkoff": "T-Pay", "dolyame": "Долями"}
#: What an operation is called at the bank (§8.1), for people.
STATUSES = {
    "CREATED": "ждёт оплаты",
    "AUTHORIZED": "деньги удержаны",
    "WAIT_FULL_PAYMENT": "оплачен частично",
    "APPROVED": "оплачен",
    "ON-REFUND": "возвращается",
    "REFUNDED": "возвращён",
    "REFUNDED_PARTIALLY": "возвращён частично",
    "EXPIRED": "срок истёк",
}
NO_SUCH_DOOR = "Этот банк присылает события только об оплате."

MEND_EXPIRY = (
    "в кабинете Точки, «Интеграции и API», выпустите токен, впишите его и его client_id "
    "в настройки, перезапустите портал и выполните flask webhooks register."
)
MEND_COMPANY = "проверьте права токена в кабинете Точки и код компании в customer_code."
MEND_POINT = (
    "в кабинете Точки, «Интернет-эквайринг», доведите точку до работы или укажите merchant_id."
)
MEND_MODES = "включите их у точки в кабинете Точки или уберите из payment_modes."
MEND_RECEIPT = "подключите кассу в кабинете Точки или поставьте receipt=us и выдавайте чеки сами."
MEND_WEBHOOK = "выполните flask webhooks register; без событий оплаты всё равно найдёт опрос."
MEND_KEY = "спросите банк, его ли это ключ, и тогда добавьте его в public_keys."
MEND_KEY_READING = "ничего: события проверяются закреплённым ключом. Повторится — спросите банк."
MEND_ANSWER = (
    "подождите и проверьте ещё раз. Если не пройдёт, проверьте сеть, адрес и права токена."
)


def status_word(word: str) -> str:
    """Put the bank's word for a payment into Russian, its own beside it, for who calls the bank."""
    return (f"{STATUSES[word]} ({word})" if word in STATUSES else word)[:40]
