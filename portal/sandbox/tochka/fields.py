"""The scalar fields of the bank's requests with the limits of tochka.md §2.2."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import email_validator
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BeforeValidator,
    Field,
    PlainSerializer,
    TypeAdapter,
)

WEB_ADDRESS = TypeAdapter(AnyHttpUrl)


def _check_number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("value is not a valid number")
    return value


def _check_address(value: str) -> str:
    WEB_ADDRESS.validate_python(value)
    return value


def _check_email(value: str) -> str:
    # The test domain is let through: demo payers live there.
    email_validator.validate_email(value, check_deliverability=False, test_environment=True)
    return value


def _check_day(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("invalid date format, YYYY-MM-DD is expected")
    return value


Number = Annotated[
    Decimal,
    BeforeValidator(_check_number),
    Field(gt=0),
    # JSON has one kind of number; the amount itself stays exact in minor units.
    PlainSerializer(float, return_type=float),
]
Roubles = Annotated[Number, Field(decimal_places=2, max_digits=14)]
CustomerCode = Annotated[str, Field(min_length=9, max_length=9)]
MerchantId = Annotated[str, Field(min_length=15, max_length=15)]
Purpose = Annotated[str, Field(min_length=1, max_length=140)]
LinkId = Annotated[str, Field(min_length=1, max_length=45)]
WebAddress = Annotated[str, Field(min_length=1, max_length=2083), AfterValidator(_check_address)]
Email = Annotated[str, AfterValidator(_check_email)]
Day = Annotated[date, BeforeValidator(_check_day)]


def in_minor_units(roubles: Decimal) -> int:
    """Turn an amount that passed `Roubles` into kopecks, exactly."""
    return int(roubles * 100)
