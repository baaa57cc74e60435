"""What the simulators are told at the start, read once from the environment."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def _environment_name(field: str) -> str:
    return f"SANDBOX_{field.upper()}"


class Settings(BaseModel):
    """The start values; `/_control/settings` changes the bank's rules later, these never change."""

    model_config = ConfigDict(frozen=True, alias_generator=_environment_name, populate_by_name=True)

    port: int = 8010
    public_url: str = ""
    state: str = ":memory:"
    mail: str = "var/mail"
    token: str = Field("local.tochka.token", min_length=1)
    client_id: str = "local-client-id"
    customer_code: str = Field("300000092", min_length=9, max_length=9)
    yandex_client_id: str = "local-yandex-client"
    yandex_client_secret: str = Field("local.yandex.secret", min_length=1)
    merchant_id: str = Field("200000000001056", min_length=15, max_length=15)
    freedompay_merchant_id: str = Field("100001", pattern=r"^\d{1,12}$")
    freedompay_secret: str = Field("local.freedompay.secret", min_length=1)
    smsru_api_id: str = Field("local.smsru.key", min_length=1)
    signing_key_pem: str = ""  # empty: a key is made at the first need and kept in the state
    postman: bool = True  # False: nobody delivers until asked, for tests without waiting
    allow_local_webhooks: bool = True
    webhook_timeout_seconds: float = 5
    webhook_interval_seconds: float = 10
    webhook_delay_seconds: float = 0.5
    card_refund_seconds: float = 20
    sbp_refund_seconds: float = 0

    @property
    def base_url(self) -> str:
        """The address under which payers and the portal reach the simulators."""
        return self.public_url.rstrip("/") or f"http://127.0.0.1:{self.port}"


def read_settings(source: Mapping[str, Any]) -> Settings:
    """Take the `SANDBOX_*` entries; raises pydantic's ValidationError that names all problems."""
    return Settings.model_validate(
        {name: value for name, value in source.items() if name.startswith("SANDBOX_")}
    )
