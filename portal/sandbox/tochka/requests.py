"""What the bank accepts: the request tables of tochka.md §5, §6, §8 and §10, field by field."""

import json
from typing import Annotated, Any, Generic, Literal, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from portal.sandbox.tochka.envelope import Refused
from portal.sandbox.tochka.fields import (
    CustomerCode,
    Day,
    Email,
    LinkId,
    MerchantId,
    Number,
    Purpose,
    Roubles,
    WebAddress,
)
from portal.sandbox.tochka.rules import PaymentMode

CAMEL = ConfigDict(alias_generator=to_camel, populate_by_name=False)
Body = TypeVar("Body", bound=BaseModel)

VatType = Literal[
    "none", "vat0", "vat5", "vat7", "vat10", "vat22", "vat105", "vat107", "vat110", "vat122"
]
Measure = Literal[
    "шт.", "г.", "кг.", "т.", "см.", "дм.", "м.", "см2.", "дм2.", "м2.", "мл.", "л.", "м3",
    "кВт.ч.", "Гкал.", "дн.", "ч.", "мин.", "сек.", "Кб.", "Мб.", "Гб.", "Тб.",
]  # fmt: skip
Status = Literal[
    "CREATED", "AUTHORIZED", "APPROVED", "WAIT_FULL_PAYMENT", "ON-REFUND", "REFUNDED",
    "REFUNDED_PARTIALLY", "EXPIRED",
]  # fmt: skip


class Wrapped(BaseModel, Generic[Body]):
    """`{"Data": {…}}`, the shape of every body but those of the webhook management."""

    data: Body = Field(alias="Data")


class Supplier(BaseModel):
    """Whose goods are sold on commission."""

    model_config = CAMEL
    phone: Annotated[str, Field(min_length=11, max_length=15, pattern=r"^\+?\d+$")]
    name: str
    tax_code: Annotated[str, Field(pattern=r"^\d{10,12}$")]


class Client(BaseModel):
    """Who gets the receipt."""

    model_config = CAMEL
    email: Email
    name: str | None = None
    phone: str | None = None


class Item(BaseModel):
    """A receipt line; `amount` is the price of one unit."""

    model_config = CAMEL
    name: Annotated[str, Field(min_length=1, max_length=256)]
    amount: Roubles
    quantity: Number
    vat_type: VatType | None = None
    payment_method: Literal["full_payment", "full_prepayment"] | None = None
    payment_object: Literal["goods", "service", "work"] | None = None
    measure: Measure = "шт."
    supplier: Supplier | None = Field(None, alias="Supplier")


class Payment(BaseModel):
    """A payment link without a receipt (tochka.md §5)."""

    model_config = CAMEL
    customer_code: CustomerCode
    amount: Roubles
    purpose: Purpose
    payment_mode: Annotated[list[PaymentMode], Field(min_length=1)]
    redirect_url: WebAddress | None = None
    fail_redirect_url: WebAddress | None = None
    save_card: StrictBool = False
    consumer_id: str | None = None
    merchant_id: MerchantId | None = None
    pre_authorization: StrictBool = False
    ttl: Annotated[StrictInt, Field(ge=1, le=44640)] = 10080
    payment_link_id: LinkId | None = None


class PaymentWithReceipt(Payment):
    """A payment link with a receipt (tochka.md §6)."""

    client: Client = Field(alias="Client")
    items: Annotated[list[Item], Field(min_length=1, alias="Items")]
    tax_system_code: Literal["osn", "usn_income", "usn_income_outcome", "esn", "patent"] | None = (
        None
    )
    supplier: Supplier | None = Field(None, alias="Supplier")


class Subscription(BaseModel):
    """A subscription without a schedule (tochka.md §11.2); `Options` would forbid `recurring`."""

    model_config = CAMEL
    customer_code: CustomerCode
    amount: Roubles
    purpose: Purpose
    redirect_url: WebAddress | None = None
    fail_redirect_url: WebAddress | None = None
    save_card: StrictBool = False
    consumer_id: str | None = None
    merchant_id: str | None = None
    recurring: StrictBool = False
    options: dict[str, Any] | None = Field(None, alias="Options")
    payment_link_id: LinkId | None = None


class SubscriptionsQuery(BaseModel):
    """The query of the subscription list (tochka.md §11.3)."""

    model_config = CAMEL
    customer_code: CustomerCode
    page: Annotated[int, Field(ge=1)] = 1
    per_page: Annotated[int, Field(ge=1, le=1000)] = 1000
    recurring: bool = False


class RefundAmount(BaseModel):
    """All that a refund or a charge says (tochka.md §10.1, §11.2)."""

    amount: Roubles


class ListQuery(BaseModel):
    """The query of the operation list (tochka.md §8.2)."""

    model_config = CAMEL
    customer_code: CustomerCode
    from_date: Day | None = None
    to_date: Day | None = None
    page: Annotated[int, Field(ge=1)] = 1
    per_page: Annotated[int, Field(ge=1, le=1000)] = 1000
    status: Status | None = None


class RegistryQuery(BaseModel):
    """The query of the registry (tochka.md §8.3)."""

    model_config = CAMEL
    customer_code: CustomerCode
    merchant_id: MerchantId
    date: Day
    payment_id: str | None = None


class RetailersQuery(BaseModel):
    """The query of the retailers (tochka.md §4)."""

    model_config = CAMEL
    customer_code: CustomerCode


def read_body(shape: type[Body]) -> Body:
    """Return the validated body of this request; raises Refused with 400."""
    try:
        return shape.model_validate(json.loads(request.get_data()))
    except ValidationError as error:
        raise Refused(400, describe(error.errors()[0])) from error
    except ValueError as error:
        raise Refused(400, "Field body : invalid JSON") from error


def read_query(shape: type[Body]) -> Body:
    """Return the validated query of this request; raises Refused with 400."""
    try:
        return shape.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise Refused(400, describe(error.errors()[0])) from error


def describe(error: ErrorDetails) -> str:
    """Word a validation error as the bank does: `Field <name> : <reason>` (tochka.md §2.3)."""
    path = [str(part) for part in error["loc"] if part != "Data"] or ["Data"]
    reason = error["msg"]
    if error["type"] == "greater_than":
        reason = f"ensure this value is greater than {error['ctx']['gt']}"
    return f"Field {'.'.join(path)} : {reason}"
