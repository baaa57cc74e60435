"""Every setting of the portal, read once from the environment; one error lists all faults."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableValue

SECRET_MIN_BYTES = 32
_log = logging.getLogger(__name__)


class SettingsError(Exception):
    """The environment does not describe a portal that can run; the text names every fault."""


class Settings(BaseSettings):
    """The portal's settings, ``PORTAL_`` in the environment; each is explained in .env.example."""

    model_config = SettingsConfigDict(
        env_prefix="PORTAL_", env_nested_delimiter="__", env_file=".env", extra="ignore"
    )

    mode: Literal["local", "production"] = "production"
    data_dir: Path = Path("var")
    database_url: str = ""
    redis_url: str = ""
    secret_key: SecretStr = SecretStr("")
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    public_url: str = ""
    trusted_hosts: list[str] = []
    trusted_proxies: int = Field(0, ge=0, le=5)
    country_header: str = Field("", pattern=r"^[A-Za-z0-9-]*$")
    countries_file: Path | None = None
    private_country: str = Field("", pattern=r"^([A-Z]{2})?$")
    accounts: dict[str, dict[str, Any]] = {}
    session_hours: int = Field(12, ge=1, le=24 * 7)
    session_idle_minutes: int = Field(30, ge=5, le=24 * 60)
    confirmation_minutes: int = Field(15, ge=1, le=24 * 60)
    yandex_required: bool = False
    yandex_hours: int = Field(12, ge=1, le=24 * 7)
    yandex_client_id: str = ""
    yandex_client_secret: SecretStr = SecretStr("")
    yandex_oauth_url: str = "https://oauth.yandex.ru"
    yandex_login_url: str = "https://login.yandex.ru"
    sign_in_attempts: int = Field(10, ge=1)
    sign_in_window_minutes: int = Field(15, ge=1)
    refund_undo_seconds: int = Field(0, ge=0, le=600)
    unpaid_minutes: int = Field(30, ge=5, le=24 * 60)
    own_cancel_hours: int = Field(12, ge=0, le=24 * 14)
    completion_grace_minutes: int = Field(120, ge=0)
    webhook_max_bytes: int = Field(65_536, ge=1024)
    sbp_losses: int = Field(3, ge=1, le=20)
    sweep_seconds: int = Field(5, ge=1, le=60)
    smtp_url: SecretStr = SecretStr("")
    sms_url: SecretStr = SecretStr("")
    mail_from: str = "Понимаю <pay@ponimayu.local>"
    sandbox_url: str = ""

    @model_validator(mode="after")
    def _complete(self) -> "Settings":
        """Fill what follows from other settings, and demand what production cannot do without."""
        self.database_url = _with_driver(
            self.database_url or f"sqlite:///{self.data_dir.resolve() / 'portal.sqlite'}"
        )
        self.public_url = (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
        self.private_country = self.private_country or ("RU" if self.is_local else "")
        faults = [*self._missing(), *self._insecure()]
        if not self.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            faults.append("PORTAL_DATABASE_URL must begin with postgresql:// or sqlite:///")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _missing(self) -> Iterator[str]:
        needed = ("secret_key", "redis_url", "accounts", *self._needed_at_yandex)
        missing = [f"PORTAL_{name.upper()}" for name in needed if not self._is_given(name)]
        if missing:
            yield f"not set: {', '.join(missing)}"

    def _insecure(self) -> Iterator[str]:
        if self.is_local:
            return
        secret = self.secret_key.get_secret_value().encode()
        if 0 < len(secret) < SECRET_MIN_BYTES:
            yield f"PORTAL_SECRET_KEY must have {SECRET_MIN_BYTES} bytes or more in production"
        if "+http://" in self.sms_url.get_secret_value():
            yield "PORTAL_SMS_URL must be https in production"
        for name in ("public_url", "yandex_oauth_url", "yandex_login_url"):
            if not getattr(self, name).startswith("https://"):
                yield f"PORTAL_{name.upper()} must be https in production"

    def _is_given(self, name: str) -> bool:
        value = getattr(self, name)
        return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)

    @property
    def _needed_at_yandex(self) -> tuple[str, ...]:
        return ("yandex_client_id", "yandex_client_secret") if self.yandex_required else ()

    @property
    def is_local(self) -> bool:
        """Whether this is the local stack: plain http and simulators are allowed only here."""
        return self.mode == "local"


def _with_driver(url: str) -> str:
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def load_settings() -> Settings:
    """Read the environment; raise SettingsError with one line that names every fault.

    A name that we do not know is warned of: it may be mistyped, or somebody else's.
    """
    for name in _unknown():
        _log.warning("%s is no setting of the portal: is it mistyped?", name)
    try:
        return Settings()
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise SettingsError("; ".join(map(_in_words, found))) from None
    except UnreadableValue as error:
        name = str(error).split('"')[1]
        raise SettingsError(f"PORTAL_{name.upper()}: not readable as JSON") from None


def _unknown() -> list[str]:
    given = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
    known = {f"PORTAL_{name.upper()}" for name in Settings.model_fields}
    return sorted(
        name for name in given if name.startswith("PORTAL_") and name.split("__")[0] not in known
    )


def _in_words(fault: ErrorDetails) -> str:
    """Name the variable and its fault; the value may be a secret and stays out."""
    text = str(fault["msg"]).removeprefix("Value error, ")
    name = "__".join(str(part) for part in fault["loc"]).upper()
    return f"PORTAL_{name}: {text}" if name else text
