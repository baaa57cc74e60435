"""What staff read of an SMS with a link: on its way, taken, refused, or nobody knows (A10)."""

from dataclasses import dataclass

from portal.domain.sms import SmsFailure, e164
from portal.jobs.sms import provider
from portal.store.letters import Letter
from portal.store.users import User
from portal.web.formats import masked_phone, when

TAKEN = "СМС со ссылкой принято к отправке {at}. Дошло ли оно, провайдер не сообщает."
LEAVING = "СМС со ссылкой отправляется с {at}."
NO_PHONE = "СМС не отправить: у клиента не записан телефон."
FAILED = {
    SmsFailure.WRONG_PHONE: "СМС не отправлено: такого мобильного номера нет. Проверьте телефон "
    "клиента и отправьте ссылку письмом.",
    SmsFailure.BLOCKED: "СМС не отправлено: на этот номер провайдер сообщений не шлёт. Отправьте "
    "ссылку письмом или передайте сами.",
    SmsFailure.TOO_OFTEN: "СМС не отправлено: на этот номер их ушло слишком много. Отправьте "
    "ссылку письмом или передайте сами.",
    SmsFailure.BUSY: "СМС не отправлено: провайдер временно их не принимает. Отправьте ещё раз "
    "через несколько минут или письмом.",
    SmsFailure.OURS: "СМС не отправлено: провайдер отказал порталу{code}. Скажите об этом тому, "
    "кто ведёт портал, а ссылку отправьте письмом.",
    SmsFailure.NOT_REACHED: "СМС не отправлено: провайдер недоступен. Отправьте ссылку письмом или "
    "попробуйте позже.",
    SmsFailure.UNKNOWN: "Провайдер не ответил, ушло ли СМС от {at}. Второй раз портал его не "
    "отправит. Спросите клиента или отправьте ссылку письмом.",
    SmsFailure.STALE: "СМС не отправлено: портал не успел за полчаса, а позже не стал. Отправьте "
    "ещё раз.",
}


@dataclass(frozen=True, slots=True)
class SmsOffer:
    """How an SMS may be sent: to which number, masked, or why not; and what of the last one."""

    phone: str
    obstacle: str
    told: str


def offer_sms(client: User, last: Letter | None) -> SmsOffer | None:
    """Offer an SMS to a client; None where no provider is set."""
    if provider() is None:
        return None
    phone = masked_phone(client.phone) if e164(client.phone) else ""
    return SmsOffer(phone, "" if phone else NO_PHONE, tell_sms(last) if last else "")


def tell_sms(letter: Letter) -> str:
    """Say what has become of an SMS."""
    at = when(letter.sent_at or letter.created_at)
    if letter.sent_at:
        return TAKEN.format(at=at)
    if letter.next_try_at or not letter.failure:
        return LEAVING.format(at=at)
    why, _, code = letter.failure.partition(" ")
    return FAILED[SmsFailure(why)].format(at=at, code=f", код {code}" if code else "")
