"""Every word that a status, a right or a refusal is shown with, its shape and its tone."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from portal.domain.consultations import CancelledBy, ConsultationStatus, PaidState
from portal.domain.journal import Outcome
from portal.domain.ledger import AccountKind, TransferReason
from portal.domain.payments import Decline, Incident, MoneyState, PaymentMethod, PaymentStatus
from portal.domain.permissions import Permission
from portal.domain.refunds import RefundReason, RefundStatus
from portal.domain.slots import SlotStatus
from portal.store.deliveries import DeliveryStatus


class ByKind(Mapping[StrEnum, str]):
    """Words by member: a plain dict takes two kinds' members of one value for the same key."""

    def __init__(self, *kinds: dict[StrEnum, str]) -> None:
        self._kinds = {type(next(iter(kind))): kind for kind in kinds}

    def __getitem__(self, member: StrEnum) -> str:
        return self._kinds[type(member)][member]

    def __iter__(self) -> Iterator[StrEnum]:
        return (member for kind in self._kinds.values() for member in kind)

    def __len__(self) -> int:
        return sum(len(kind) for kind in self._kinds.values())


LABELS = ByKind(
    {
        PaymentStatus.CREATED: "Проверяем в банке",
        PaymentStatus.PENDING: "Ждёт оплаты",
        PaymentStatus.PAID: "Оплачен",
        PaymentStatus.EXPIRED: "Ссылка истекла",
        PaymentStatus.FAILED: "Не оплачен",
    },
    {
        MoneyState.AWAITING: "Ждёт оплаты",
        MoneyState.NOT_PAID: "Не оплачен",
        MoneyState.LINK_EXPIRED: "Ссылка истекла",
        MoneyState.PAID: "Оплачен",
        MoneyState.REFUND_REQUESTED: "Возврат запрошен",
        MoneyState.IN_TRANSIT: "Деньги в пути",
        MoneyState.REFUND_UNKNOWN: "Результат неизвестен",
        MoneyState.REFUND_FAILED: "Возврат не прошёл",
        MoneyState.PARTLY_REFUNDED: "Возвращён частично",
        MoneyState.REFUNDED: "Возвращён",
    },
    {
        PaymentMethod.SBP: "СБП",
        PaymentMethod.CARD: "Карта",
        PaymentMethod.OTHER: "Другой способ",
    },
    {
        Incident.WRONG_AMOUNT: "Сумма в банке другая",
        Incident.WRONG_MERCHANT: "Операция чужой торговой точки",
        Incident.UNKNOWN_STATUS: "Статус в банке неизвестен",
    },
    {
        Decline.BY_BANK: "Банк не принял карту. Попробуйте ещё раз или возьмите другую.",
        Decline.RUSSIAN_CARD: "Это карта российского банка, здесь она не пройдёт.",
        Decline.BAD_CARD: "Номер карты, её срок или код введены неверно. Проверьте их.",
        Decline.BAD_CODE: "Код из СМС не подошёл. Попробуйте ещё раз.",
        Decline.LIMIT: "Банк отказал по лимиту карты. Возьмите другую или поднимите лимит.",
        Decline.TOO_OFTEN: "Слишком много попыток подряд. Попробуйте позже или другой картой.",
        Decline.UNSAFE: "Банк отказал из осторожности. Этой картой больше не пробуйте.",
    },
    {
        RefundStatus.REQUESTED: "Запрошен",
        RefundStatus.SUBMITTED: "Деньги в пути",
        RefundStatus.UNKNOWN: "Результат неизвестен",
        RefundStatus.SUCCEEDED: "Деньги возвращены",
        RefundStatus.FAILED: "Не прошёл",
        RefundStatus.CANCELLED: "Отменён до отправки",
        RefundStatus.REVERSED: "Деньги вернулись к нам",
        RefundStatus.EXTERNAL: "Возврат вне портала",
    },
    {
        RefundReason.CANCELLED_BY_CLIENT: "Консультация отменена клиентом",
        RefundReason.CANCELLED_BY_US: "Консультация отменена нами",
        RefundReason.SPECIALIST_FAILED: "Не состоялась по вине специалиста",
        RefundReason.CLIENT_FAILED: "Не состоялась по вине клиента (исключение)",
        RefundReason.MISTAKEN_PAYMENT: "Ошибочная или двойная оплата",
        RefundReason.COMPLAINT: "Жалоба на качество",
        RefundReason.OTHER: "Другое",
        RefundReason.IN_BANK_CABINET: "Сделан в кабинете банка",
        RefundReason.CARD_CHECK: "Проверка карты закончена",
    },
    {
        ConsultationStatus.SCHEDULED: "Запланирована",
        ConsultationStatus.OPEN: "Идёт сейчас",
        ConsultationStatus.COMPLETED: "Состоялась",
        ConsultationStatus.UNSUCCESSFUL: "Не состоялась",
        ConsultationStatus.CANCELLED: "Отменена",
    },
    {
        PaidState.PAID: "Оплачено",
        PaidState.NOT_PAID: "Не оплачено",
        PaidState.GIFT: "Подарена",
        PaidState.FREE: "Бесплатно",
    },
    {
        CancelledBy.CLIENT: "клиент",
        CancelledBy.STAFF: "мы",
    },
    {
        SlotStatus.FREE: "Свободен",
        SlotStatus.TAKEN: "Занят",
        SlotStatus.WITHDRAWN: "Снят",
        SlotStatus.PAST: "Не занят, время прошло",
    },
    {
        DeliveryStatus.RECEIVED: "Ждёт обработки",
        DeliveryStatus.APPLIED: "Обработан",
        DeliveryStatus.FOREIGN: "Чужой",
        DeliveryStatus.UNSUPPORTED: "Не для портала",
        DeliveryStatus.FAILED: "Ошибка обработки",
    },
    {
        Outcome.DONE: "Сделано",
        Outcome.DENIED: "Отказано",
    },
    {
        TransferReason.TOP_UP: "Оплата",
        TransferReason.RESERVE: "В резерве на консультацию",
        TransferReason.CONSULTATION_FEE: "Списано за консультацию",
        TransferReason.RELEASE: "Освобождено после отмены",
        TransferReason.CORRECTION: "Исправление",
        TransferReason.REFUND_HOLD: "Возврат запрошен",
        TransferReason.REFUND: "Возвращено в банк",
        TransferReason.REFUND_RELEASE: "Возврат не состоялся",
        TransferReason.REFUND_BOUNCE: "Банк вернул деньги нам",
        TransferReason.EXTERNAL_REFUND: "Возврат вне портала",
        TransferReason.ATTRIBUTION: "Отнесено после разбора",
        TransferReason.CARD_CHECK: "Проверка карты",
        TransferReason.CARD_CHECK_RETURN: "Возвращено после проверки карты",
        TransferReason.CARD_CHECK_KEPT: "Проверка карты зачислена на баланс",
        TransferReason.FEE: "Комиссия банка",
    },
    {
        AccountKind.BANK: "Счёт в банке",
        AccountKind.USER_AVAILABLE: "Свободно",
        AccountKind.USER_RESERVED: "В резерве",
        AccountKind.USER_IN_TRANSIT: "В пути",
        AccountKind.REVENUE: "Выручка",
        AccountKind.REFUNDS: "Возвраты из выручки",
        AccountKind.SUSPENSE: "Невыясненное",
        AccountKind.CARD_CHECK: "Проверка карты",
        AccountKind.FEES: "Комиссии банка",
    },
    {
        Permission.PAYMENTS_READ: "Смотреть платежи",
        Permission.PAYMENTS_EXPORT: "Выгружать платежи",
        Permission.REFUNDS_CREATE: "Возвращать деньги",
        Permission.REFUNDS_AFTER_COMPLETION: "Возвращать деньги после консультации",
        Permission.REFUNDS_RESOLVE: "Решать судьбу неизвестного возврата",
        Permission.CONSULTATIONS_READ: "Смотреть консультации",
        Permission.CONSULTATIONS_CANCEL: "Отменять консультации",
        Permission.CONSULTATIONS_COMPLETE: "Завершать консультации",
        Permission.CONSULTATIONS_BOOK: "Записывать на консультации",
        Permission.USERS_READ: "Смотреть пользователей",
        Permission.USERS_CONTACTS: "Видеть телефоны и почту целиком",
        Permission.CARDS_MANAGE: "Отвязывать карты",
        Permission.ACCESS_READ: "Смотреть права",
        Permission.ACCESS_GRANT: "Выдавать права",
        Permission.BANKS_MANAGE: "Управлять банками",
        Permission.DELIVERIES_READ: "Смотреть события банков",
        Permission.DELIVERIES_REPLAY: "Обрабатывать события заново",
        Permission.AUDIT_READ: "Смотреть журнал",
        Permission.OWN_CANCEL: "Отменять свои консультации",
        Permission.OWN_REFUND: "Возвращать деньги за свои консультации",
    },
)

#: done ● · running ◔ · info ■ · problem ◆ · over ○ (ux.md §1.0): never colour alone.
DONE, RUNNING, INFO, PROBLEM, OVER = "done", "running", "info", "problem", "over"
SHAPES = ByKind(
    {
        PaymentStatus.CREATED: RUNNING,
        PaymentStatus.PENDING: RUNNING,
        PaymentStatus.PAID: DONE,
        PaymentStatus.EXPIRED: OVER,
        PaymentStatus.FAILED: OVER,
    },
    {
        MoneyState.AWAITING: RUNNING,
        MoneyState.NOT_PAID: OVER,
        MoneyState.LINK_EXPIRED: OVER,
        MoneyState.PAID: DONE,
        MoneyState.REFUND_REQUESTED: RUNNING,
        MoneyState.IN_TRANSIT: RUNNING,
        MoneyState.REFUND_UNKNOWN: PROBLEM,
        MoneyState.REFUND_FAILED: PROBLEM,
        MoneyState.PARTLY_REFUNDED: INFO,
        MoneyState.REFUNDED: OVER,
    },
    {
        RefundStatus.REQUESTED: RUNNING,
        RefundStatus.SUBMITTED: RUNNING,
        RefundStatus.UNKNOWN: PROBLEM,
        RefundStatus.SUCCEEDED: DONE,
        RefundStatus.FAILED: PROBLEM,
        RefundStatus.CANCELLED: OVER,
        RefundStatus.REVERSED: PROBLEM,
        RefundStatus.EXTERNAL: INFO,
    },
    {
        ConsultationStatus.SCHEDULED: INFO,
        ConsultationStatus.OPEN: RUNNING,
        ConsultationStatus.COMPLETED: DONE,
        ConsultationStatus.UNSUCCESSFUL: OVER,
        ConsultationStatus.CANCELLED: OVER,
    },
    {
        PaidState.PAID: DONE,
        PaidState.NOT_PAID: OVER,
        PaidState.GIFT: DONE,
        PaidState.FREE: OVER,
    },
    {
        SlotStatus.FREE: INFO,
        SlotStatus.TAKEN: DONE,
        SlotStatus.WITHDRAWN: OVER,
        SlotStatus.PAST: OVER,
    },
    {
        DeliveryStatus.RECEIVED: RUNNING,
        DeliveryStatus.APPLIED: DONE,
        DeliveryStatus.FOREIGN: INFO,
        DeliveryStatus.UNSUPPORTED: INFO,
        DeliveryStatus.FAILED: PROBLEM,
    },
    {
        Outcome.DONE: DONE,
        Outcome.DENIED: PROBLEM,
    },
)

TONES = {DONE: "good", RUNNING: "wait", INFO: "info", PROBLEM: "bad", OVER: "muted"}


def label(value: StrEnum) -> str:
    """Return the Russian words for a value; KeyError when nobody has written them."""
    return LABELS[value]


def shape(value: StrEnum) -> str:
    """Return the shape that stands before the words in a badge."""
    return SHAPES[value]


def tone(value: StrEnum) -> str:
    """Return the colour group of a badge."""
    return TONES[SHAPES[value]]
