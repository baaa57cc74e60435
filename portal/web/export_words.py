"""The columns of exported files, with their heads in Russian, and why there may be no file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from portal.domain.permissions import Permission
from portal.domain.search import without_contacts
from portal.store.audit_lists import AuditRow
from portal.store.consultation_lists import ConsultationRow
from portal.store.payment_rows import PaymentRow
from portal.store.user_lists import StatementLine
from portal.web.access import can
from portal.web.event_words import EVENTS
from portal.web.journal_words import changes_text

Item = TypeVar("Item")

NO_RIGHT = "У вас нет права «Выгружать платежи». Его выдаёт супер-администратор."
TOO_MANY = (
    "В выгрузке больше {limit} строк, файл не собран. Вернитесь к списку и сузьте период "
    "или фильтры: файл без конца нельзя отличить от целого."
)


@dataclass(frozen=True, slots=True)
class Column(Generic[Item]):
    """One column: its head for people, its name for programs, what it takes from a row."""

    title: str
    name: str
    read: Callable[[Item], object]


PAYMENTS: tuple[Column[PaymentRow], ...] = (
    Column("№ платежа", "payment", lambda row: row.id),
    Column("Оплачен, время московское", "paid_at", lambda row: row.paid_at),
    Column("Пользователь", "user", lambda row: row.user_name),
    Column("Оплачено", "captured", lambda row: row.captured),
    Column("Возвращено", "refunded", lambda row: row.refunded),
    Column("Вернули в банке", "external", lambda row: row.external),
    Column("В пути", "under_way", lambda row: row.under_way),
    Column("Осталось", "remaining", lambda row: row.refundable),
    Column("Валюта", "currency", lambda row: row.currency.value),
    Column("Платёж", "state", lambda row: row.state),
    Column("№ консультации", "consultation", lambda row: row.consultation_id),
    Column("Консультация", "consultation_status", lambda row: row.consultation_status),
    Column("Способ", "method", lambda row: row.method),
    Column("Карта", "card_last4", lambda row: row.card_last4),
    Column("Счёт в банке", "account", lambda row: row.account),
    Column("Операция банка", "operation_id", lambda row: row.operation_id),
)


CONSULTATIONS: tuple[Column[ConsultationRow], ...] = (
    Column("№ консультации", "consultation", lambda row: row.id),
    Column("Начало, время московское", "starts_at", lambda row: row.starts_at),
    Column("Конец, время московское", "ends_at", lambda row: row.ends_at),
    Column("Пользователь", "user", lambda row: row.client_name),
    Column("Специалист", "specialist", lambda row: row.specialist),
    Column("Статус", "status", lambda row: row.status),
    Column("Оплата", "is_paid", lambda row: row.paid_state),
    Column("Цена", "price", lambda row: row.price),
    Column("Валюта", "currency", lambda row: row.currency.value),
)

STATEMENT: tuple[Column[StatementLine], ...] = (
    Column("№ проводки", "transfer", lambda line: line.transfer.id),
    Column("Дата, время московское", "at", lambda line: line.transfer.at),
    Column("Операция", "reason", lambda line: line.transfer.reason),
    Column("№ платежа", "payment", lambda line: line.transfer.payment_id),
    Column("№ возврата", "refund", lambda line: line.transfer.refund_id),
    Column("№ консультации", "consultation", lambda line: line.transfer.consultation_id),
    Column("Сумма", "amount", lambda line: line.transfer.amount),
    Column("Приход", "came", lambda line: line.came),
    Column("Расход", "went", lambda line: line.went),
    Column("Остаток", "held", lambda line: line.held),
    Column("Валюта", "currency", lambda line: line.transfer.currency.value),
)


def _own_words(read: Callable[[AuditRow], str | None]) -> Callable[[AuditRow], object]:
    """Read what a person typed, without contacts for who may not see them, as the page does."""

    def shown(row: AuditRow) -> str:
        text = read(row) or ""
        return text if can(Permission.USERS_CONTACTS) else without_contacts(text)

    return shown


JOURNAL: tuple[Column[AuditRow], ...] = (
    Column("№ записи", "entry", lambda row: row.entry.id),
    Column("Когда, время московское", "at", lambda row: row.entry.at),
    Column("Кто", "actor", lambda row: row.entry.actor_label),
    Column("№ человека", "actor_id", lambda row: row.entry.actor_id),
    Column("По поручению", "started_by", lambda row: row.started_by),
    Column("Действие", "words", lambda row: EVENTS.get(row.entry.action, row.entry.action)),
    Column("Код действия", "action", lambda row: row.entry.action),
    Column("Объект", "object", lambda row: row.entry.object_type),
    Column("№ объекта", "object_id", lambda row: row.entry.object_id),
    Column("Итог", "outcome", lambda row: row.entry.outcome),
    Column("Изменения", "changes", _own_words(lambda row: changes_text(row.entry))),
    Column("Причина", "reason", _own_words(lambda row: row.entry.reason)),
    Column("Адрес", "ip", lambda row: row.entry.ip),
    Column("№ запроса", "request", lambda row: row.entry.request_id),
    Column("Отпечаток", "hash", lambda row: row.entry.hash),
)
