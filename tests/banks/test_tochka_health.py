"""What the check says about a connection with Tochka, and the webhook's registration (F2, F4)."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import time_machine

from portal.domain.ports import BankMisconfigured, BankRefused, RefusedBecause, Severity
from tests.banks.answers import BASE, Bank, customers, data, error, retailer
from tests.banks.tokens import jwk, key, token

NOW = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
URL = "https://pay.example.ru/webhooks/tochka/payment"
EVENT = "acquiringInternetPayment"
KEYS = {"public_keys": (jwk(key("bank")),), "public_key_url": "https://bank.test/keys/public"}


def webhook(url: str = URL, *events: str) -> httpx.Response:
    return data(webhooksList=list(events or [EVENT]), url=url)


def sound(**changes: object) -> Bank:
    answers = {"webhook": webhook(), "key": httpx.Response(200, json=jwk(key("bank")))}
    return Bank(**{**answers, **changes})


def findings(bank: Bank, **settings: object) -> dict[str, tuple[Severity, str]]:
    found = bank.connector(**{"webhook_url": URL, **KEYS, **settings}).check()
    return {each.subject: (each.severity, each.text) for each in found}


def token_until(moment: datetime) -> str:
    return token({"exp": int(moment.timestamp())}).decode()


def test_a_sound_connection_has_no_fault():
    assert findings(sound()) == {
        "Адрес": (Severity.OK, f"чужой адрес: {BASE}"),
        "Токен": (Severity.OK, "задан; срок в нём не указан"),
        "Компания": (Severity.OK, "код 300000092"),
        "Торговая точка": (Severity.OK, "№ 200000000001056, принимает платежи"),
        "Способы оплаты": (Severity.OK, "СБП, карты"),
        "Чек": (Severity.OK, "выдаёт касса банка (businessRu)"),
        "Вебхук": (Severity.OK, f"события идут на {URL}"),
        "Ключ подписи": (Severity.OK, "банк показывает ключ, которому мы доверяем"),
    }


OTHER_KEY = httpx.Response(200, json=jwk(key("stranger")))
PROBLEMS = {
    "no right": ({"customers": error(403)}, "Компания", "ReadCustomerData"),
    "no company": ({"customers": customers("Personal")}, "Компания", "ни одной компании"),
    "two companies": ({"customers": customers("Business", "Business")}, "Компания", "несколько"),
    "closed": ({"retailers": data(Retailer=[retailer(status="CLOSE")])}, "Торговая точка", "CLOSE"),
    "none": ({"retailers": data(Retailer=[])}, "Торговая точка", "есть: нет"),
    "two": ({"retailers": data(Retailer=[retailer()] * 2)}, "Торговая точка", "merchant_id"),
    "no sbp": (
        {"retailers": data(Retailer=[retailer(paymentModes=["card"])])},
        "Способы оплаты",
        "не включены: СБП",
    ),
    "no cashbox": ({"retailers": data(Retailer=[retailer(cashbox=None)])}, "Чек", "касса"),
    "no webhook": ({"webhook": error(404)}, "Вебхук", "не зарегистрирован"),
    "another event": ({"webhook": webhook(URL, "incomingPayment")}, "Вебхук", "нет подписки"),
    "another url": ({"webhook": webhook("https://old.example.ru/")}, "Вебхук", "а не на"),
    "webhook forbidden": ({"webhook": error(403)}, "Вебхук", "ManageWebhookData"),
    "another key": ({"key": OTHER_KEY}, "Ключ подписи", "другой ключ"),
    "silence": ({"retailers": httpx.ConnectError("refused")}, "Торговая точка", "ConnectError"),
}


@pytest.mark.parametrize(("changes", "subject", "words"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_each_fault_is_named_and_the_rest_is_still_asked(changes, subject, words):
    found = findings(sound(**changes))

    severity, text = found[subject]
    assert severity is Severity.PROBLEM
    assert words in text
    assert found["Адрес"][0] is Severity.OK


def test_a_key_that_cannot_be_read_is_only_a_warning():
    assert findings(sound(key=error(500)))["Ключ подписи"][0] is Severity.WARNING


TERMS = {
    "gone": (timedelta(0), Severity.PROBLEM, "истёк 01.11.2026"),
    "two weeks less a second": (
        timedelta(days=14, seconds=-1),
        Severity.WARNING,
        "истекает 15.11.2026",
    ),
    "two weeks": (timedelta(days=14), Severity.OK, "действует до 15.11.2026"),
}


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(("left", "severity", "words"), TERMS.values(), ids=TERMS.keys())
def test_the_end_of_the_token_is_told_two_weeks_ahead(left, severity, words):
    found = findings(sound(), token=token_until(NOW + left))["Токен"]

    assert found[0] is severity
    assert found[1].startswith(words)


PLACES = {
    "https://enter.tochka.com/uapi": "боевой контур",
    "https://enter.tochka.com/sandbox/v2": "песочница банка",
    "http://127.0.0.1:8010/uapi": "симулятор",
}


@pytest.mark.parametrize("base_url", PLACES)
def test_the_place_is_named_so_that_nobody_takes_one_for_another(base_url):
    assert findings(Silent(), base_url=base_url)["Адрес"][1] == f"{PLACES[base_url]}: {base_url}"


class Silent(Bank):
    """A bank that refuses every connection."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Refuse."""
        raise httpx.ConnectError("refused")


def test_the_first_registration_is_a_put_and_the_next_a_post_and_nothing_is_wrapped():
    bank = Bank(webhook=[error(404), webhook()], webhook_put=webhook(), webhook_post=webhook())
    connector = bank.connector()

    connector.register_webhook(URL)
    connector.register_webhook(URL)

    assert bank.body("webhook_put") == {"webhooksList": [EVENT], "url": URL}
    assert bank.body("webhook_post") == {"webhooksList": [EVENT], "url": URL}


@pytest.mark.parametrize(
    "url", ["http://pay.example.ru/", "https://pay.example.ru:8443/", "http://127.0.0.1/", "pay"]
)
def test_a_url_that_the_bank_would_never_call_is_not_registered(url):
    bank = Bank()

    with pytest.raises(BankMisconfigured, match="https на порту 443"):
        bank.connector().register_webhook(url)

    assert bank.requests == []


def test_a_registration_that_the_bank_refuses_keeps_its_words():
    bank = Bank(webhook=error(404), webhook_put=error(400, "Webhook url does not answer 200"))

    with pytest.raises(BankRefused, match="does not answer 200") as refused:
        bank.connector().register_webhook(URL)

    assert refused.value.because is RefusedBecause.INVALID


def test_a_webhook_is_shown_tested_and_removed():
    bank = Bank(
        webhook=[webhook(), error(404)],
        webhook_test=data(result=True),
        webhook_delete=data(result=True),
    )
    connector = bank.connector()

    assert connector.webhook_url() == URL
    connector.send_test_webhook()
    connector.delete_webhook()

    assert bank.body("webhook_test") == {"webhookType": EVENT}
    assert connector.webhook_url() is None


def test_without_a_client_id_no_webhook_is_asked_for():
    with pytest.raises(BankMisconfigured, match="client_id"):
        Bank().connector(client_id="").webhook_url()
