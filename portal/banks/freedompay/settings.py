"""What an account at Freedom Pay needs to be told: PORTAL_ACCOUNTS__<NAME>__<FIELD>."""

import json
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from portal.banks.addresses import is_loopback, private_address
from portal.domain.money import Currency

PRODUCTION = "https://api.freedompay.kz"
PAGE_HOSTS = ("customer.freedompay.kz", "api.freedompay.kz")


def _listed(value: Any) -> Any:
    """Let the environment write a list as «a,b» or as JSON."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith("["):
        return json.loads(text)
    return [part.strip() for part in text.split(",") if part.strip()]


def _set(value: Any) -> Any:
    """Take an empty setting for one that is not there: an empty secret would seal anything."""
    return value or None


class FreedomPaySettings(BaseModel):
    """One merchant at Freedom Pay (freedompay.md §2); the secret of payouts is not needed."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        coerce_numbers_to_str=True,  # an environment's 100001 is read as a number
        hide_input_in_errors=True,
    )

    merchant_id: str = Field(pattern=r"^\d{1,12}$")
    secret_key: SecretStr = Field(min_length=1)
    #: Until everybody has changed: accepted beside the new one, never signed with (§13).
    previous_secret_key: Annotated[SecretStr | None, BeforeValidator(_set)] = None
    base_url: str = PRODUCTION
    #: Where the bank calls us: /webhooks/<account> of this portal; «/result» is added here.
    callback_url: str
    currency: Currency = Currency.KZT
    testing_mode: bool = False
    payment_hosts: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        PAGE_HOSTS, min_length=1
    )
    lifetime_minutes: int = Field(30, ge=5, le=10_080)
    # A job asks the bank four times at most, and has 120 s for all of it (portal/jobs/queue.py).
    timeout_seconds: float = Field(25, gt=0, le=25)
    #: The bank's advice; jobs keep it, whoever called last (§3.1).
    min_gap_seconds: float = Field(1.5, ge=0, le=5)
    #: Charging without the payer is switched on by the bank's manager (§8.4).
    charges: bool = False
    #: Who makes receipts: «bank» sends it one line with the tax code of its manager (§5).
    receipt: Literal["bank", "us"] = "us"
    tax_type: int | None = Field(None, ge=0, le=99)
    #: The VAT within the price, for the payer's eyes; empty: none.
    vat_percent: int | None = Field(None, ge=0, le=25)
    binding: Literal["add", "add2"] = "add"
    #: Whose answers may be signed without the script's name (§3.4).
    bare_answers: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ("init", "direct")

    @field_validator("base_url")
    @classmethod
    def _is_private(cls, url: str) -> str:
        return private_address(url)

    @field_validator("callback_url")
    @classmethod
    def _is_callable(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ValueError("must be the address of this portal's /webhooks/<account>")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _receipts_are_whole(self) -> "FreedomPaySettings":
        """A receipt needs its tax, and a charge by token would have none."""
        if self.receipt == "bank" and self.tax_type is None:
            raise ValueError("receipt=bank needs tax_type")
        if self.receipt == "bank" and self.charges:
            raise ValueError("charges needs receipt=us")
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """The secrets that may seal what the bank says, the present one first."""
        known = (self.secret_key, self.previous_secret_key)
        return tuple(each.get_secret_value() for each in known if each is not None)

    @property
    def is_simulated(self) -> bool:
        """Whether the bank is a simulator on this machine."""
        return is_loopback(self.base_url)

    def callback(self, door: str) -> str:
        """Return where the bank sends one kind of events; its last part is the script signed."""
        return f"{self.callback_url}/{door}"
