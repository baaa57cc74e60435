"""Every setting is explained where a person looks for it."""

import re
from pathlib import Path

import pytest

from portal.settings import Settings, SettingsError, load_settings

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = (ROOT / ".env.example").read_text()
SETTING = re.compile(r"^#?(PORTAL_[A-Z_]+?)(?:__[A-Z_]+)*=(.*)$", re.MULTILINE)


def test_every_setting_is_in_the_example_and_nothing_else():
    shown = {name for name, _ in SETTING.findall(EXAMPLE)}

    assert shown == {f"PORTAL_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("name", ["port", "host", "session_hours", "sweep_seconds"])
def test_the_example_shows_the_default(name):
    shown = dict(SETTING.findall(EXAMPLE))[f"PORTAL_{name.upper()}"]

    assert shown == str(Settings.model_fields[name].default)


def test_every_setting_has_a_comment_above_it():
    blocks = EXAMPLE.split("\n# ")[1:]

    assert [block for block in blocks if "=" in block and not block.split("\n")[0].strip()] == []
    assert EXAMPLE.startswith("# ")


FAULTS = {
    "not a number": ({"PORT": "http"}, "PORTAL_PORT: Input should be a valid integer"),
    "out of range": ({"SESSION_HOURS": "0"}, "PORTAL_SESSION_HOURS: Input should be greater"),
    "not JSON": ({"TRUSTED_HOSTS": "a,b"}, "PORTAL_TRUSTED_HOSTS: not readable as JSON"),
    "not a block": ({"ACCOUNTS__TOCHKA": "5"}, "PORTAL_ACCOUNTS__TOCHKA: Input should be a valid"),
    "a second step without an application": (
        {"YANDEX_REQUIRED": "true"},
        "not set: PORTAL_YANDEX_CLIENT_ID, PORTAL_YANDEX_CLIENT_SECRET",
    ),
    "another database": (
        {"DATABASE_URL": "mysql://user:pass@x/y", "PUBLIC_URL": "https://p.test"},
        "PORTAL_DATABASE_URL must begin with postgresql:// or sqlite:///",
    ),
    "a short secret": (
        {"SECRET_KEY": "s" * 31, "PUBLIC_URL": "https://p.test"},
        "PORTAL_SECRET_KEY must have 32 bytes or more in production",
    ),
    "everything at once": (
        {"SECRET_KEY": "", "ACCOUNTS__A__TITLE": "A", "REDIS_URL": ""},
        "not set: PORTAL_SECRET_KEY, PORTAL_REDIS_URL; PORTAL_PUBLIC_URL must be https in",
    ),
    "Yandex over http": (
        {"PUBLIC_URL": "https://p.test", "YANDEX_OAUTH_URL": "http://y.test"},
        "PORTAL_YANDEX_OAUTH_URL must be https in production",
    ),
    "SMS over http": (
        {"PUBLIC_URL": "https://p.test", "SMS_URL": "smsru+http://key@sms.test/sms/send"},
        "PORTAL_SMS_URL must be https in production",
    ),
    "in production over http": (
        {"PUBLIC_URL": "http://p.test"},
        "PORTAL_PUBLIC_URL must be https in production",
    ),
}


@pytest.mark.parametrize(("wrong", "said"), FAULTS.values(), ids=FAULTS)
def test_a_wrong_setting_is_refused_by_the_name_of_its_variable(monkeypatch, tmp_path, wrong, said):
    monkeypatch.chdir(tmp_path)
    right = {"SECRET_KEY": "s" * 32, "REDIS_URL": "redis://r", "ACCOUNTS__A__TITLE": "A"}
    for name, value in {**right, **wrong}.items():
        monkeypatch.setenv(f"PORTAL_{name}", value)

    with pytest.raises(SettingsError) as refusal:
        load_settings()

    assert str(refusal.value).startswith(said)


def test_a_mistyped_name_is_warned_of(monkeypatch, tmp_path, caplog):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("PORTAL_SESION_HOURS=1\n")
    settings = {"MODE": "local", "SECRET_KEY": "s", "REDIS_URL": "redis://r", "PROT": "1"}
    for name, value in {**settings, "ACCOUNTS__A__TITLE": "A"}.items():
        monkeypatch.setenv(f"PORTAL_{name}", value)

    load_settings()

    assert caplog.messages == [
        "PORTAL_PROT is no setting of the portal: is it mistyped?",
        "PORTAL_SESION_HOURS is no setting of the portal: is it mistyped?",
    ]


def test_every_wrong_setting_is_named_at_once(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORTAL_PORT", "0")
    monkeypatch.setenv("PORTAL_MODE", "test")

    with pytest.raises(SettingsError) as refusal:
        load_settings()

    assert str(refusal.value) == (
        "PORTAL_MODE: Input should be 'local' or 'production'; "
        "PORTAL_PORT: Input should be greater than or equal to 1"
    )
