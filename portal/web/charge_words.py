"""What staff read of the charge of a client's card: how far it is, what to do (A10, B3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.domain.charges import LINK_UNREAD, PRESS_COUNTS
from portal.domain.payments import PaymentStatus
from portal.store.payments import Payment
from portal.web.formats import clock_time, money_short

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
BLOCKED = (
    "Пока не списываем {sum}: банк не отвечает, и неизвестно, не заплатил ли клиент уже по ссылке. "
    "Деньги не списаны. Портал спросит банк снова в {again} по Москве. Если ответа не будет до "
    "{until}, списание отменится, и клиент получит письмо со ссылкой."
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
        return _tell_open(charge, sum_, now)
    if charge.status is PaymentStatus.PAID:
        return ChargeTold(SURPLUS.format(sum=sum_), "wait") if charge.is_surplus else None
    words = NOT_CHARGED if is_awaited else ENDED_UNPAID
    return ChargeTold(words.format(sum=sum_), "bad" if is_awaited else "")


def _tell_open(charge: Payment, sum_: str, now: datetime) -> ChargeTold:
    if charge.status is PaymentStatus.CREATED and charge.failure == LINK_UNREAD:
        return ChargeTold(_blocked(charge, sum_), "wait", POLL_SECONDS)
    if now - charge.created_at < PATIENCE:
        return ChargeTold(GOING_ON.format(sum=sum_), "", POLL_SECONDS)
    return ChargeTold(NO_WORD.format(sum=sum_), "wait")


def _blocked(charge: Payment, sum_: str) -> str:
    """Say when the bank is asked again, and when nobody waits for it any more."""
    until = clock_time(charge.created_at + PRESS_COUNTS)
    again = clock_time(charge.next_read_at) if charge.next_read_at else until
    return BLOCKED.format(sum=sum_, again=again, until=until)
