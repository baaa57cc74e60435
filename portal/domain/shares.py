"""How the ways to pay are chosen and carried through: by this the nudge to SBP is judged (A7)."""

from dataclasses import dataclass

from portal.domain.payments import PaymentMethod


@dataclass(frozen=True, slots=True)
class WayShare:
    """One way to pay in a period: how many payments were started by it, and how many were paid."""

    method: PaymentMethod
    started: int
    paid: int
    all_started: int

    @property
    def chosen_percent(self) -> int:
        """How many of all started payments chose it, in whole percent."""
        return round(100 * self.started / self.all_started) if self.all_started else 0

    @property
    def paid_percent(self) -> int:
        """How many of those that chose it paid, in whole percent."""
        return round(100 * self.paid / self.started) if self.started else 0

    @property
    def carried_percent(self) -> int:
        """How many of all started payments chose it and paid, in whole percent."""
        return round(100 * self.paid / self.all_started) if self.all_started else 0
