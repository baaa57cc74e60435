"""What is wrong with the connection, in words for the person who must mend it (F2, F7)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt

from portal.banks.http import trust
from portal.banks.tochka.client import TochkaClient
from portal.banks.tochka.merchants import business_codes, customers, is_ready, retailers
from portal.banks.tochka.registration import Registration
from portal.banks.tochka.settings import TochkaSettings
from portal.banks.tochka.webhooks import PAYMENT
from portal.domain import clock
from portal.domain.ports import BankError, Finding, Severity

EXPIRY_WARNING = timedelta(days=14)
OK, WARNING, PROBLEM = Severity.OK, Severity.WARNING, Severity.PROBLEM
Asked = Callable[[], list[Finding]]


def findings(
    client: TochkaClient, settings: TochkaSettings, registration: Registration
) -> list[Finding]:
    """Ask everything that can be asked without moving money."""
    found = [Finding(OK, "Адрес", f"{settings.place}, {settings.base_url}"), _token(settings)]
    found += _asked("Клиент", "ReadCustomerData", lambda: _customers(client, settings))
    found += _asked("Торговая точка", "ReadAcquiringData", lambda: _retailers(client, settings))
    found += _asked("Вебхук", "ManageWebhookData", lambda: _webhook(registration))
    if settings.place == "боевой контур":
        found.append(_published_key(settings))
    return found


def _asked(subject: str, permission: str, ask: Asked) -> list[Finding]:
    try:
        return ask()
    except BankError as error:
        hint = f"{error}. Проверьте токен и разрешение {permission}"
        return [Finding(PROBLEM, subject, hint)]


def _token(settings: TochkaSettings) -> Finding:
    """Read the token's own term without verifying it: it is ours, nobody is trusted by it."""
    try:
        claims: dict[str, Any] = jwt.decode(
            settings.token.get_secret_value(), options={"verify_signature": False}
        )
    except jwt.PyJWTError:
        return Finding(OK, "Токен", "задан, срок по нему не узнать")
    if not isinstance(claims.get("exp"), int):
        return Finding(OK, "Токен", "бессрочный")
    expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    day = f"{expires_at:%d.%m.%Y}"
    if expires_at <= clock.now():
        return Finding(PROBLEM, "Токен", f"истёк {day}: выпустите новый и зарегистрируйте вебхук")
    is_soon = expires_at - clock.now() < EXPIRY_WARNING
    return Finding(WARNING if is_soon else OK, "Токен", f"действует до {day}")


def _customers(client: TochkaClient, settings: TochkaSettings) -> list[Finding]:
    codes = business_codes(customers(client))
    if not codes:
        return [Finding(PROBLEM, "Клиент", "токен не видит ни одной компании типа Business")]
    wanted = settings.customer_code
    if wanted and wanted not in codes:
        return [Finding(PROBLEM, "Клиент", f"код {wanted} токену не виден; видны {codes}")]
    if not wanted and len(codes) > 1:
        return [Finding(PROBLEM, "Клиент", f"компаний несколько, укажите CUSTOMER_CODE: {codes}")]
    return [Finding(OK, "Клиент", f"код {wanted or codes[0]}")]


def _retailers(client: TochkaClient, settings: TochkaSettings) -> list[Finding]:
    codes = [settings.customer_code] if settings.customer_code else []
    codes = codes or business_codes(customers(client))[:1]
    points = retailers(client, codes[0]) if codes else []
    wanted = settings.merchant_id
    ours = [one for one in points if wanted in (None, one.get("merchantId"))]
    ready = [one for one in ours if is_ready(one)]
    if not ready:
        seen = ", ".join(f"{one.get('status')}/{one.get('isActive')}" for one in ours) or "ни одной"
        text = f"готовой точки нет (нужно REG и isActive), есть: {seen}"
        return [Finding(PROBLEM, "Торговая точка", text)]
    return [
        Finding(OK, "Торговая точка", f"№ {ready[0].get('merchantId')}"),
        *_modes(ready[0], settings),
        *_cashbox(ready[0], settings),
    ]


def _modes(point: Mapping[str, Any], settings: TochkaSettings) -> list[Finding]:
    enabled = point.get("paymentModes") or []
    missing = [mode for mode in settings.payment_modes if mode not in enabled]
    if missing:
        text = f"у точки не включены: {', '.join(missing)}"
        return [Finding(PROBLEM, "Способы оплаты", text)]
    return [Finding(OK, "Способы оплаты", ", ".join(settings.payment_modes))]


def _cashbox(point: Mapping[str, Any], settings: TochkaSettings) -> list[Finding]:
    if settings.receipt != "bank":
        return [Finding(OK, "Чек", "выдаём сами")]
    if not point.get("cashbox"):
        text = "чек должен выдавать партнёр банка, но касса к точке не подключена"
        return [Finding(PROBLEM, "Чек", text)]
    return [Finding(OK, "Чек", f"выдаёт партнёр банка, касса {point['cashbox']}")]


def _published_key(settings: TochkaSettings) -> Finding:
    """Compare the key that the bank shows with those that we trust; nothing is trusted by this."""
    subject = "Ключ подписи"
    try:
        shown = httpx.get(settings.published_key_url, timeout=5, verify=trust(settings.ca_bundle))
        modulus = shown.json()["n"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return Finding(WARNING, subject, f"не удалось прочитать {settings.published_key_url}")
    if any(key.get("n") == modulus for key in settings.public_keys):
        return Finding(OK, subject, "банк показывает ключ, которому мы доверяем")
    return Finding(PROBLEM, subject, "банк сменил ключ: проверьте его и добавьте в PUBLIC_KEYS")


def _webhook(registration: Registration) -> list[Finding]:
    found = registration.find()
    if found is None:
        text = "не зарегистрирован: flask --app app webhooks register"
        return [Finding(PROBLEM, "Вебхук", text)]
    if PAYMENT not in (found.get("webhooksList") or []):
        return [Finding(PROBLEM, "Вебхук", f"нет подписки на {PAYMENT}")]
    return [Finding(OK, "Вебхук", str(found.get("url")))]
