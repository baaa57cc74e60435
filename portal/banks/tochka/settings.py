"""What an account at Tochka needs to be told; every field is PORTAL_ACCOUNTS__<NAME>__<FIELD>."""

import json
import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FilePath,
    SecretStr,
    field_validator,
    model_validator,
)

from portal.banks.addresses import is_loopback, private_address
from portal.banks.tochka.keys import load_key

PRODUCTION = "https://enter.tochka.com/uapi"
BANK_HOST = "enter.tochka.com"
BANK_KEY_URL = f"https://{BANK_HOST}/doc/openapi/static/keys/public"
#: The bank's key for webhooks, one for all its customers (tochka.md §12.3).
BANK_KEY = {
    "kty": "RSA",
    "e": "AQAB",
    "n": (
        "rwm77av7GIttq-JF1itEgLCGEZW_zz16RlUQVYlLbJtyRSu61fCec_rroP6PxjXU2uLzUOaGaLgAPeUZAJrGuVp9"
        "nryKgbZceHckdHDYgJd9TsdJ1MYUsXaOb9joN9vmsCscBx1lwSlFQyNQsHUsrjuDk-opf6RCuazRQ9gkoDCX70HV"
        "8WBMFoVm-YWQKJHZEaIQxg_DU4gMFyKRkDGKsYKA0POL-UgWA1qkg6nHY5BOMKaqxbc5ky87muWB5nNk4mfmsckyF"
        "v9j1gBiXLKekA_y4UwG2o1pbOLpJS3bP_c95rm4M9ZBmGXqfOQhbjz8z-s9C11i-jmOQ2ByohS-ST3E5sqBzIsxxr"
        "xyQDTw--bZNhzpbciyYW4GfkkqyeYoOPd_84jPTBDKQXssvj8ZOj2XboS77tvEO1n1WlwUzh8HPCJod5_fEgSXuoz"
        "pJtOggXBv0C2ps7yXlDZf-7Jar0UYc_NJEHJF-xShlqd6Q3sVL02PhSCM-ibn9DN9BKmD"
    ),
}

PaymentMode = Literal["sbp", "card", "tinkoff", "dolyame"]
TaxSystem = Literal["osn", "usn_income", "usn_income_outcome", "esn", "patent"]
VatType = Literal[
    "none", "vat0", "vat5", "vat7", "vat10", "vat22", "vat105", "vat107", "vat110", "vat122"
]


def _listed(value: Any) -> Any:
    """Let the environment write a list as «a,b» or as JSON."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    return json.loads(text) if text.startswith("[") else [part.strip() for part in text.split(",")]


class TochkaSettings(BaseModel):
    """One account at Tochka; only what the bank cannot tell us itself is required."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        coerce_numbers_to_str=True,  # an environment's 300000092 is read as a number
        hide_input_in_errors=True,
    )

    token: SecretStr
    client_id: str = Field("", pattern=r"^[\w-]{0,100}$")
    base_url: str = PRODUCTION
    customer_code: str | None = Field(None, pattern=r"^\w{9}$")
    merchant_id: str | None = Field(None, pattern=r"^\w{15}$")
    payment_modes: Annotated[tuple[PaymentMode, ...], BeforeValidator(_listed)] = Field(
        ("sbp", "card"), min_length=1
    )
    payment_hosts: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    receipt: Literal["bank", "us"] = "bank"
    tax_system: TaxSystem | None = None
    vat_type: VatType = "none"
    payment_method: Literal["full_payment", "full_prepayment"] = "full_prepayment"
    payment_object: Literal["service", "goods", "work"] = "service"
    measure: str = Field("шт.", min_length=1, max_length=10)
    #: Whether a client may let us charge their card without them; off unless the bank allows it.
    chargeable_cards: bool = False
    ttl_minutes: int = Field(30, ge=1, le=44_640)
    # A job asks the bank four times at most, and has 120 s for all of it (portal/jobs/queue.py).
    timeout_seconds: float = Field(25, gt=0, le=25)
    ca_bundle: FilePath | None = None
    public_keys: Annotated[tuple[dict[str, str], ...], BeforeValidator(_listed)] = (BANK_KEY,)
    public_keys_from: str = ""  # a simulator's key is read from here, at the first webhook
    public_key_url: str = ""  # only compared with the pinned keys, never trusted
    webhook_url: str = ""

    @field_validator("token")
    @classmethod
    def _fits_a_header(cls, token: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[!-~]+", token.get_secret_value()):
            raise ValueError("must be visible ASCII without spaces")
        return token

    @field_validator("base_url")
    @classmethod
    def _is_private(cls, url: str) -> str:
        return private_address(url)

    @field_validator("public_keys")
    @classmethod
    def _are_strong(cls, jwks: tuple[dict[str, str], ...]) -> tuple[dict[str, str], ...]:
        for jwk in jwks:
            load_key(jwk)
        return jwks

    @field_validator("public_keys_from")
    @classmethod
    def _is_near(cls, url: str) -> str:
        if url and not is_loopback(url):
            raise ValueError("keys are read only from this machine; a bank's key is pinned")
        return url

    @model_validator(mode="after")
    def _trusts_no_neighbour(self) -> "TochkaSettings":
        if self.public_keys_from and not self.is_simulated:
            raise ValueError("public_keys_from is for a simulator: a real bank's key is pinned")
        return self

    @model_validator(mode="after")
    def _charges_what_it_can(self) -> "TochkaSettings":
        """What lines a receipt has after a charge of another sum, the bank does not say (§11.2)."""
        if self.chargeable_cards and (self.receipt != "us" or "card" not in self.payment_modes):
            raise ValueError("chargeable_cards needs receipt=us and card among payment_modes")
        return self

    @property
    def vat_percent(self) -> int | None:
        """The tax within the price: «vat122» is «vat22» counted the other way (tochka.md §14)."""
        return None if self.vat_type == "none" else int(self.vat_type.removeprefix("vat")) % 100

    @property
    def is_simulated(self) -> bool:
        """Whether the bank is a simulator on this machine."""
        return is_loopback(self.base_url)

    @property
    def published_key_url(self) -> str:
        """Where the bank publishes its key, for comparing; empty when nobody has said."""
        is_bank = urlsplit(self.base_url).hostname == BANK_HOST
        return self.public_key_url or self.public_keys_from or (BANK_KEY_URL if is_bank else "")
