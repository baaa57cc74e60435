"""What an account at the toy bank needs to be told: PORTAL_ACCOUNTS__<NAME>__<FIELD>."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from portal.banks.addresses import private_address
from portal.domain.money import Currency


class ToyBankSettings(BaseModel):
    """One merchant at the toy bank."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    base_url: str
    merchant: str = Field(min_length=1, max_length=40)
    secret: SecretStr = Field(min_length=1)
    currency: Currency = Currency.KZT
    timeout_seconds: float = Field(25, gt=0, le=25)

    @field_validator("base_url")
    @classmethod
    def _is_private(cls, url: str) -> str:
        return private_address(url)
