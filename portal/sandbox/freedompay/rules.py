"""The switches of the bank: what the reference leaves open (freedompay.md §16) is set here."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from portal.sandbox.world import World


class FreedomPayRules(BaseModel):
    """The rules in force; `POST /_control/freedompay/settings` changes them."""

    model_config = ConfigDict(extra="forbid")

    allow_charges: bool = True  # charging without the payer, switched on by the manager
    is_test_shop: bool = True
    honours_keys_of_refunds: bool = True  # §16.7: documented, and doubted
    removal: Literal["nested", "flat"] = "nested"  # the two shapes of the answer (§8.3)
    min_gap_seconds: float = Field(0, ge=0)  # §3.1: 1.5 when the bank is strict
    refund_seconds: float = Field(0, ge=0)
    callback_repeats: int = Field(4, ge=0)  # every 30 minutes for two hours (§6.4)
    callback_interval_seconds: float = Field(1800, ge=0)
    callback_delay_seconds: float = Field(0.5, ge=0)


def current_rules(world: World) -> FreedomPayRules:
    """Return the rules in force: the changed ones, or those of the start."""
    return world.store.find(FreedomPayRules, "freedompay") or FreedomPayRules(
        callback_delay_seconds=world.settings.webhook_delay_seconds
    )


def change_rules(world: World, changes: dict[str, Any]) -> FreedomPayRules:
    """Change some rules; raises pydantic's ValidationError for an unknown or impossible one."""
    with world.store.transaction():
        rules = FreedomPayRules.model_validate(current_rules(world).model_dump() | changes)
        world.store.put("freedompay", rules)
    return rules
