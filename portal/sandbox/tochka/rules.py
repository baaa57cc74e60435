"""The switches of the bank: what the reference leaves open (tochka.md §15) is set here."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from portal.sandbox.world import World

PERMISSIONS = ["ReadCustomerData", "ReadAcquiringData", "MakeAcquiringOperation"]
PERMISSIONS += ["ManageWebhookData"]
RetailerStatus = Literal[
    "NEW",
    "ADDRESS_DADATA",
    "OPEN_ACCOUNT",
    "TWPG_SENDED",
    "RETAILER_CREATED",
    "TERMINAL_CREATED",
    "FILE_SENT",
    "REG",
    "CLOSE",
]
PaymentMode = Literal["sbp", "card", "tinkoff", "dolyame"]


class Rules(BaseModel):
    """How the bank behaves now; every field may be changed by `POST /_control/settings`."""

    model_config = ConfigDict(extra="forbid")

    card_refund_seconds: float = Field(20, ge=0)
    sbp_refund_seconds: float = Field(0, ge=0)
    hold_seconds: float = Field(604800, ge=0)  # how long an uncaptured hold lives
    allow_refund_from: list[str] = ["APPROVED", "REFUNDED_PARTIALLY"]
    refund_refusal: Literal["400", "424", "isRefund"] = "400"
    matching_order_ids: bool = False  # the answer to a refund names the `orderId` of `Order[]`
    unknown_operation_status: Literal[404, 424] = 424
    check_items_sum: bool = True
    webhook_retries: int = Field(30, ge=0)  # repeats after the first try
    webhook_interval_seconds: float = Field(10, ge=0)
    webhook_delay_seconds: float = Field(0.5, ge=0)
    token_permissions: list[str] = PERMISSIONS
    retailer_status: RetailerStatus = "REG"
    retailer_active: bool = True
    retailer_payment_modes: list[PaymentMode] = ["sbp", "card"]
    retailer_cashbox: str | None = "businessRu"


def current_rules(world: World) -> Rules:
    """Return the rules in force: the changed ones, or those of the start."""
    return world.store.find(Rules, "tochka") or Rules(
        card_refund_seconds=world.settings.card_refund_seconds,
        sbp_refund_seconds=world.settings.sbp_refund_seconds,
        webhook_interval_seconds=world.settings.webhook_interval_seconds,
        webhook_delay_seconds=world.settings.webhook_delay_seconds,
    )


def change_rules(world: World, changes: dict[str, Any]) -> Rules:
    """Change some rules; raises pydantic's ValidationError for an unknown or impossible one."""
    with world.store.transaction():
        rules = Rules.model_validate(current_rules(world).model_dump() | changes)
        world.store.put("tochka", rules)
    return rules
