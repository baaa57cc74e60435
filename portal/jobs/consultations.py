"""Jobs about consultations: close what nobody closed (D4), let go what nobody paid (G1)."""

from portal.domain import clock
from portal.domain.actors import SYSTEM
from portal.domain.consultations import ConsultationStatus
from portal.domain.errors import AlreadyMoved
from portal.usecases.bookings import release_unpaid
from portal.usecases.consultations import complete_consultation

LAPSED = "Время вышло, итог никто не отметил"
UNPAID = "Не оплачена вовремя, время снова свободно"


def lapse(consultation_id: int) -> None:
    """Complete an abandoned consultation as unsuccessful: its fee leaves the balance."""
    try:
        complete_consultation(
            consultation_id,
            ConsultationStatus.UNSUCCESSFUL,
            LAPSED,
            actor=SYSTEM,
            now=clock.now(),
        )
    except AlreadyMoved:
        return


def release(consultation_id: int) -> None:
    """Let the slot of an unpaid consultation go; whoever has paid in the meantime keeps it."""
    release_unpaid(consultation_id, UNPAID, now=clock.now())
