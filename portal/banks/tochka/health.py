"""What is wrong with the connection, in words for the person who must mend it (F2, F7)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import jwt

from portal.banks.http import BankHttp
from portal.banks.tochka import words
from portal.banks.tochka.client import TochkaClient
from portal.banks.tochka.keys import fetch_key, load_key
from portal.banks.tochka.merchants import is_ready, list_businesses, list_retailers
from portal.banks.tochka.registration import Registration
from portal.banks.tochka.settings import BANK_HOST, TochkaSettings
from portal.banks.tochka.webhooks import PAYMENT_EVENT
from portal.domain import clock
from portal.domain.ports import BankError, Finding, Severity

EXPIRY_WARNING = timedelta(days=14)
OK, WARNING, PROBLEM = Severity.OK, Severity.WARNING, Severity.PROBLEM


class Health:
    """Asks everything that can be asked without moving money."""

    def __init__(
        self,
        client: TochkaClient,
        settings: TochkaSettings,
        registration: Registration,
        published_key: BankHttp | None,
    ) -> None:
        self._client = client
        self._settings = settings
        self._registration = registration
        self._published_key = published_key

    def findings(self) -> list[Finding]:
        """Return one finding for each fact, whatever else fails."""
        return [
            Finding(OK, "Адрес", f"{_place(self._settings)}: {self._settings.base_url}"),
            _token(self._settings),
            *_asked("Компания", self._company),
            *_asked("Торговая точка", self._retailer),
            *_asked("Вебхук", self._webhook),
            self._key(),
        ]

    def _company(self) -> list[Finding]:
        codes, wanted = list_businesses(self._client), self._settings.customer_code
        if not codes:
            fault = "токен не видит ни одной компании типа Business"
        elif wanted and wanted not in codes:
            fault = f"кода {wanted} токен не видит; видит {', '.join(codes)}"
        elif not wanted and len(codes) > 1:
            fault = f"токен видит несколько компаний, укажите customer_code: {', '.join(codes)}"
        else:
            return [Finding(OK, "Компания", f"код {wanted or codes[0]}")]
        return [Finding(PROBLEM, "Компания", fault, words.MEND_COMPANY)]

    def _retailer(self) -> list[Finding]:
        code = self._settings.customer_code or next(iter(list_businesses(self._client)), None)
        wanted = self._settings.merchant_id
        seen = list_retailers(self._client, code) if code else []
        points = [each for each in seen if wanted in {None, each.get("merchantId")}]
        ready = [each for each in points if is_ready(each)]
        if len(ready) == 1:
            return _ready_point(ready[0], self._settings)
        if ready:
            fault = "принимают платежи несколько точек: укажите merchant_id"
        else:
            states = ", ".join(f"{each.get('status')}, {_activity(each)}" for each in points)
            fault = f"ни одна не принимает платежи (нужно REG, активна); есть: {states or 'нет'}"
        return [Finding(PROBLEM, "Торговая точка", fault, words.MEND_POINT)]

    def _webhook(self) -> list[Finding]:
        found, wanted = self._registration.find(), self._settings.webhook_url
        if found is None:
            fault = "не зарегистрирован"
        elif PAYMENT_EVENT not in _listed(found.get("webhooksList")):
            fault = f"нет подписки на {PAYMENT_EVENT}"
        elif wanted and found.get("url") != wanted:
            fault = f"события идут на {found.get('url')}, а не на {wanted}"
        else:
            return [Finding(OK, "Вебхук", f"события идут на {found.get('url')}")]
        return [Finding(PROBLEM, "Вебхук", fault, words.MEND_WEBHOOK)]

    def _key(self) -> Finding:
        """Compare the key that the bank shows with the pinned ones; nothing is trusted by this."""
        subject = "Ключ подписи"
        if self._published_key is None:
            return Finding(
                OK, subject, "закреплён в настройках; где его показывает банк, не задано"
            )
        try:
            shown = fetch_key(self._published_key)
        except BankError as error:
            text = f"показанный банком ключ не прочитан: {error}"
            return Finding(WARNING, subject, text, words.MEND_KEY_READING)
        if self._settings.public_keys_from:
            return Finding(OK, subject, "читается у симулятора")
        if shown in [load_key(jwk) for jwk in self._settings.public_keys]:
            return Finding(OK, subject, "банк показывает ключ, которому мы доверяем")
        return Finding(PROBLEM, subject, "банк показывает другой ключ", words.MEND_KEY)


def _asked(subject: str, ask: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return ask()
    except BankError as error:
        return [Finding(PROBLEM, subject, str(error), words.MEND_ANSWER)]


def _place(settings: TochkaSettings) -> str:
    if settings.is_simulated:
        return "симулятор"
    parts = urlsplit(settings.base_url)
    if parts.hostname != BANK_HOST:
        return "чужой адрес"
    return "песочница банка" if parts.path.startswith("/sandbox") else "боевой контур"


def _token(settings: TochkaSettings) -> Finding:
    """Read the token's own term without verifying it: it is ours, and nobody is trusted by it."""
    expires_at = _expiry(settings.token.get_secret_value())
    if expires_at is None:
        return Finding(OK, "Токен", "задан; срок в нём не указан")
    day = f"{expires_at:%d.%m.%Y}"
    if expires_at <= clock.now():
        return Finding(PROBLEM, "Токен", f"истёк {day}", words.MEND_EXPIRY)
    if expires_at - clock.now() < EXPIRY_WARNING:
        return Finding(WARNING, "Токен", f"истекает {day}", words.MEND_EXPIRY)
    return Finding(OK, "Токен", f"действует до {day}")


def _expiry(token: str) -> datetime | None:
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


def _ready_point(point: Mapping[str, object], settings: TochkaSettings) -> list[Finding]:
    missing = [
        mode for mode in settings.payment_modes if mode not in _listed(point.get("paymentModes"))
    ]
    cashbox = point.get("cashbox")
    if settings.receipt != "bank":
        receipt = Finding(OK, "Чек", "выдаём сами")
    elif cashbox:
        receipt = Finding(OK, "Чек", f"выдаёт касса банка ({cashbox})")
    else:
        fault = "должен выдавать банк, но касса к точке не подключена"
        receipt = Finding(PROBLEM, "Чек", fault, words.MEND_RECEIPT)
    return [
        Finding(OK, "Торговая точка", f"№ {point.get('merchantId')}, принимает платежи"),
        Finding(
            PROBLEM, "Способы оплаты", f"у точки не включены: {_modes(missing)}", words.MEND_MODES
        )
        if missing
        else Finding(OK, "Способы оплаты", _modes(settings.payment_modes)),
        receipt,
    ]


def _modes(modes: Iterable[str]) -> str:
    return ", ".join(words.MODES[mode] for mode in modes)


def _activity(point: Mapping[str, object]) -> str:
    return "активна" if point.get("isActive") is True else "не активна"


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
