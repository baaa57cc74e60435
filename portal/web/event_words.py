"""The events of timelines and of the journal in words: what happened, who did it, and why."""

from portal.domain.refunds import RefundReason
from portal.web import bank_words
from portal.web.labels import LABELS

EVENTS = bank_words.EVENTS | {
    "card.bind": "Карта привязана",
    "card.check": "Привязка карты начата",
    "card.unbind": "Карта отвязана",
    "card.page": "Привязка карты на странице банка начата",
    "card.russian": "Карта оказалась российской, привязка снята",
    "card.replace": "Карта привязана заново, прежняя запись снята",
    "card.forget": "Банк удалил отвязанную карту",
    "payment.create": "Ссылка на оплату запрошена",
    "payment.consent": "Клиент нажал «Списать» с карты",
    "payment.agreed": "Согласие клиента на списание с карты записано",
    "payment.charge": "Списание с карты отправлено в банк",
    "payment.paid": "Банк подтвердил оплату",
    "payment.incident": "Ответ банка не совпал с платежом",
    "refund.ask": "Клиент просит вернуть деньги",
    "refund.decline": "Клиенту отказано в возврате",
    "refund.request": "Возврат запрошен",
    "refund.cancel": "Возврат отменён до отправки",
    "refund.send": "Возврат отправляется в банк",
    "refund.not_sent": "Возврат не ушёл в банк, будет отправлен снова",
    "refund.accepted": "Банк принял возврат",
    "refund.unknown": "Ответа на возврат нет, результат неизвестен",
    "refund.refused": "Банк отказал в возврате",
    "refund.stopped": "Возврат остановлен перед отправкой",
    "refund.absent": "Банк так и не показал возврат",
    "refund.succeeded": "Деньги возвращены",
    "refund.external": "Найден возврат, сделанный в кабинете банка",
    "refund.resolve": "Судьбу возврата решил человек",
    "refund.bounce": "Банк вернул деньги обратно",
    "refund.attribute": "Возврат вне портала отнесён, куда следует",
    "consultation.book": "Консультация записана",
    "consultation.open": "Консультация началась",
    "consultation.complete": "Консультация завершена",
    "consultation.cancel": "Консультация отменена",
    "consultation.gift": "Консультация подарена",
    "consultation.pay": "Консультация оплачена с баланса",
    "consultation.link": "Ссылка на оплату отправлена клиенту",
    "consultation.link_by_sms": "Ссылка на оплату отправлена клиенту по СМС",
    "consultation.release": "Запись отменена: не оплачена вовремя",
    "slot.offer": "Слот предложен",
    "slot.withdraw": "Слот снят",
    "list.export": "Список выгружен в файл",
    "user.create": "Человек заведён",
    "user.contacts": "Показаны почта и телефон",
    "user.phone": "Телефон изменён",
    "user.sign_in": "Вход по паролю",
    "password.confirm": "Пароль введён ещё раз",
    "user.role": "Роль человека изменена",
    "user.enable": "Человек снова допущен",
    "user.disable": "Человек отключён",
    "password.link": "Ссылка для пароля отправлена",
    "password.reset": "Пароль задан по ссылке",
    "password.change": "Пароль изменён",
    "yandex.confirm": "Вторая проверка",
    "yandex.link": "Яндекс ID привязан",
    "yandex.unlink": "Яндекс ID отвязан",
    "yandex.code": "Одноразовый код выдан дежурным",
    "session.end": "Сеанс завершён",
    "session.end_all": "Все сеансы завершены",
    "role.create": "Роль добавлена",
    "role.remove": "Роль удалена",
    "role.edit": "Права роли изменены",
    "right.grant": "Право выдано человеку",
    "right.revoke": "Право у человека отозвано",
    "access.denied": "Отказано: нет права",
    "action.refused": "Отказано: нельзя по правилам",
}


def event_words(code: str) -> str:
    """Return the words for a line of a timeline."""
    return EVENTS[code]


def actor_words(name: str) -> str:
    """Name who acted; the portal's own jobs are the portal."""
    return "портал" if name == "portal" else name


def reason_words(reason: str) -> str:
    """Put the code that a reason may begin with into words."""
    code, separator, rest = reason.partition(": ")
    for known in RefundReason:
        if known.value == code:
            return f"{LABELS[known]}{separator}{rest}"
    return reason
