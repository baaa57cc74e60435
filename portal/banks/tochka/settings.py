"""What an account at Tochka is configured with; every value is read once from the environment."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

PRODUCTION_URL = "https://enter.tochka.com/uapi"
SANDBOX_URL = "https://enter.tochka.com/sandbox/v2"
PUBLISHED_KEY_URL = "https://enter.tochka.com/doc/openapi/static/keys/public"

#: The bank's key as published; thumbprint 1Crq147Sm-xOKc75yDu1FG2tWcg06SzjO09uNwP49NY
#: (tochka.md §12.3). More keys can be added in the settings while the bank rotates it.
BANK_KEY: dict[str, Any] = {
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


class TochkaSettings(BaseModel):
    """One merchant at Tochka: sandbox, production or simulator by ``base_url`` (F7)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = PRODUCTION_URL
    token: SecretStr
    client_id: str = ""
    customer_code: str | None = Field(None, min_length=9, max_length=9)
    merchant_id: str | None = Field(None, min_length=15, max_length=15)
    payment_modes: tuple[Literal["sbp", "card"], ...] = ("sbp", "card")
    #: Who issues the receipt: the bank's partner, or we ourselves (A9).
    receipt: Literal["bank", "us"] = "bank"
    tax_system: Literal["osn", "usn_income", "usn_income_outcome", "esn", "patent"] | None = None
    vat_type: Literal[
        "none", "vat0", "vat5", "vat7", "vat10", "vat22", "vat105", "vat107", "vat110", "vat122"
    ] = "none"
    payment_method: Literal["full_payment", "full_prepayment"] = "full_prepayment"
    payment_object: Literal["goods", "service", "work"] = "service"
    measure: str = "шт."
    ttl_minutes: int = Field(30, ge=1, le=44_640)
    ca_bundle: Path | None = None
    timeout_seconds: float = Field(25.0, gt=0, le=60)
    public_keys: tuple[dict[str, Any], ...] = (BANK_KEY,)
    #: Where the local stack's simulator shows its key; loopback only, empty in production.
    public_keys_from: str = Field("", pattern=r"^(http://127\.0\.0\.1:\d+/\S*)?$")
    published_key_url: str = PUBLISHED_KEY_URL

    @property
    def place(self) -> str:
        """Name the environment for people."""
        if self.base_url.startswith(PRODUCTION_URL):
            return "боевой контур"
        return "песочница" if self.base_url.startswith(SANDBOX_URL) else "симулятор"
