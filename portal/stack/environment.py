"""The environment of the children: what the person has set, completed for a local start."""

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from portal.stack.surroundings import ROOT, redis_url_of, secret_in, socket_path

LOOPBACK = "127.0.0.1"


def given_environment() -> dict[str, str]:
    """Return what the person has set: the process's environment before the .env file."""
    file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return {**file, **os.environ}


def data_dir_of(given: Mapping[str, str]) -> Path:
    """Return the absolute data folder."""
    return Path(given.get("PORTAL_DATA_DIR") or "var").resolve()


def is_local(given: Mapping[str, str]) -> bool:
    """Tell whether simulators and demo data belong to this start; only production has neither."""
    return given.get("PORTAL_MODE", "local") != "production"


def completed(given: Mapping[str, str], data_dir: Path) -> dict[str, str]:
    """Return the children's environment: what was given, and defaults only where nothing was."""
    return {
        **_everywhere(given, data_dir),
        **(_locally(given, data_dir) if is_local(given) else {}),
    }


def _everywhere(given: Mapping[str, str], data_dir: Path) -> dict[str, str]:
    search = [str(ROOT), *filter(None, [given.get("PYTHONPATH")])]
    return {
        **given,
        "PORTAL_DATA_DIR": str(data_dir),
        "PORTAL_REDIS_URL": given.get("PORTAL_REDIS_URL") or redis_url_of(socket_path(data_dir)),
        "PYTHONPATH": os.pathsep.join(search),
        "PYTHONUNBUFFERED": "1",
    }


def _locally(given: Mapping[str, str], data_dir: Path) -> dict[str, str]:
    host, port = given.get("SANDBOX_HOST") or LOOPBACK, given.get("SANDBOX_PORT") or "8010"
    simulators = given.get("SANDBOX_PUBLIC_URL") or f"http://{LOOPBACK}:{port}"
    defaults = {
        "PORTAL_MODE": "local",
        "PORTAL_SANDBOX_URL": simulators,
        "PORTAL_SMS_URL": _simulated_smsru(simulators),
        "SANDBOX_HOST": host,
        "SANDBOX_PORT": port,
        "SANDBOX_PUBLIC_URL": simulators,
        "SANDBOX_STATE": str(data_dir / "sandbox.sqlite"),
        "SANDBOX_MAIL": str(data_dir / "mail"),
    }
    if not given.get("PORTAL_YANDEX_CLIENT_ID"):
        defaults |= _simulated_yandex(simulators)
    if not any(_names_an_account(name) for name in given):
        defaults |= _simulated_accounts(simulators, _portal_url(given))
    missing = {name: value for name, value in defaults.items() if not given.get(name)}
    if not given.get("PORTAL_SECRET_KEY"):
        missing["PORTAL_SECRET_KEY"] = secret_in(data_dir)
    return missing


def _names_an_account(name: str) -> bool:
    """Tell whether somebody has an account of their own; one setting alone changes a simulated."""
    is_credential = name.endswith(("__TOKEN", "__SECRET_KEY", "__CONNECTOR"))
    return name == "PORTAL_ACCOUNTS" or (name.startswith("PORTAL_ACCOUNTS__") and is_credential)


def _simulated_yandex(simulators: str) -> dict[str, str]:
    return {
        "PORTAL_YANDEX_CLIENT_ID": "local-yandex-client",
        "PORTAL_YANDEX_CLIENT_SECRET": "local.yandex.secret",
        "PORTAL_YANDEX_OAUTH_URL": f"{simulators}/yandex",
        "PORTAL_YANDEX_LOGIN_URL": f"{simulators}/yandex",
    }


def _simulated_smsru(simulators: str) -> str:
    scheme, _, rest = simulators.partition("://")
    return f"smsru+{scheme}://local.smsru.key@{rest}/smsru/sms/send"


def _portal_url(given: Mapping[str, str]) -> str:
    """Return where the simulators call the portal: as its own settings will say."""
    port = given.get("PORTAL_PORT") or "8000"
    return (given.get("PORTAL_PUBLIC_URL") or f"http://{LOOPBACK}:{port}").rstrip("/")


def _simulated_accounts(simulators: str, portal: str) -> dict[str, str]:
    """Describe an account for roubles and one for cards of other countries, in tenge."""
    tochka = {
        "CONNECTOR": "tochka",
        "TITLE": "Точка",
        "BASE_URL": f"{simulators}/tochka/uapi",
        "TOKEN": "local.tochka.token",
        "CLIENT_ID": "local-client-id",
        "VAT_TYPE": "vat22",
        "PUBLIC_KEYS_FROM": f"{simulators}/tochka/doc/openapi/static/keys/public",
    }
    kazakh = {
        "CONNECTOR": "freedompay",
        "TITLE": "Freedom Pay",
        "BASE_URL": f"{simulators}/freedompay",
        "MERCHANT_ID": "100001",
        "SECRET_KEY": "local.freedompay.secret",
        "CALLBACK_URL": f"{portal}/webhooks/freedompay",
        "MIN_GAP_SECONDS": "0",
        "CHARGES": "true",
    }
    accounts = {"TOCHKA": tochka, "FREEDOMPAY": kazakh}
    return {
        f"PORTAL_ACCOUNTS__{account}__{name}": value
        for account, settings in accounts.items()
        for name, value in settings.items()
    }
