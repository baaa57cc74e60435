"""What staff read of the charge of a client's card: how far it is, what to do (A10, B3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.domain.payments import PaymentStatus
from portal.store.payments import Payment
from portal.web.formats import money_short

POLL_SECONDS = 3
#: How long staff are told to wait before they hear that the bank is slow.
PATIENCE = timedelta(minutes=3)
GOING_ON = (
    "Списываем {sum} с карты клиента. Обычно это занимает несколько секунд. Ссылку пока не "
    "отправляйте: по ней клиент может заплатить второй раз."
)
NO_WORD = (
    "Банк не сказал, прошло ли списание {sum} с карты: деньги могли уйти. Второй раз портал их не "
    "спишет и сам узнаёт у банка, до восьми дней. Консультация записана, пока не оплачена. Если "
    "клиент заплатит по ссылке, а списание всё-таки прошло, лишние деньги будут на его балансе."
)
NOT_CHARGED = (
    "Списать {sum} с карты не получилось, деньги не списаны. Клиент записан, консультация не "
    "оплачена. Портал написал ему об этом и приложил ссылку на оплату."
)
ENDED_UNPAID = "Списать {sum} с карты не получилось, деньги не списаны."
SURPLUS = (
    "{sum} списаны с карты, когда консультация была уже отменена или оплачена. Они не пропали: "
    "что с ними стало, видно в карточке платежа."
)


@dataclass(frozen=True, slots=True)
class ChargeTold:
    """How far a charge is, in a sentence and a tone; ``poll_seconds`` is 0 when nobody waits."""

    text: str
    tone: str
    poll_seconds: int = 0


def tell_charge(charge: Payment | None, *, is_awaited: bool, now: datetime) -> ChargeTold | None:
    """Tell a charge to staff; None where there is none, or it has simply paid."""
    if charge is None:
        return None
    sum_ = money_short(charge.amount)
    if charge.status in (PaymentStatus.CREATED, PaymentStatus.PENDING):
        if now - charge.created_at < PATIENCE:
            return ChargeTold(GOING_ON.format(sum=sum_), "", POLL_SECONDS)
        return ChargeTold(NO_WORD.format(sum=sum_), "wait")
    if charge.status is PaymentStatus.PAID:
        return ChargeTold(SURPLUS.format(sum=sum_), "wait") if charge.is_surplus else None
    words = NOT_CHARGED if is_awaited else ENDED_UNPAID
    return ChargeTold(words.format(sum=sum_), "bad" if is_awaited else "")
