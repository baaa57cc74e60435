"""The journal in words: what it is about, what stood before and after, which facts it keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from portal.domain.consultations import CancelledBy, ConsultationStatus
from portal.domain.journal import Fault
from portal.domain.money import Currency, Money
from portal.domain.payments import Incident, PaymentMethod, PaymentStatus
from portal.domain.permissions import Permission
from portal.domain.refunds import RefundRule, RefundStatus
from portal.store.audit import AuditEntry
from portal.store.deliveries import DeliveryStatus
from portal.web.event_words import EVENTS
from portal.web.formats import money, when_long
from portal.web.labels import LABELS
from portal.web.refund_words import REASONS

#: Table -> what one row of it is called, and all of them.
OBJECTS = {
    "payments": ("Платёж", "Платежи"),
    "refunds": ("Возврат", "Возвраты"),
    "consultations": ("Консультация", "Консультации"),
    "slots": ("Слот", "Слоты"),
    "users": ("Пользователь", "Пользователи"),
    "bound_cards": ("Карта клиента", "Карты клиентов"),
    "bindings": ("Привязка карты", "Привязки карт"),
    "deliveries": ("Событие банка", "События банков"),
    "bank_checks": ("Проверка банка", "Проверки банков"),
    "bank_suspensions": ("Приостановка приёма", "Приостановки приёма"),
    "sessions": ("Сеанс", "Сеансы"),
    "roles": ("Роль", "Роли"),
    "audit_entries": ("Запись журнала", "Журнал"),
    "doors": ("Раздел", "Раздел"),
}
_ACCESS = (
    *("role.", "right.", "user.create", "user.role", "user.enable", "user.disable"),
    *("user.contacts", "user.phone"),
)
#: The filter «Действие»: its value -> the words, and how the codes begin.
GROUPS = {
    "money": ("Платежи и возвраты", ("payment.", "refund.", "card.")),
    "consultations": ("Консультации и слоты", ("consultation.", "slot.")),
    "access": ("Права и люди", _ACCESS),
    "sign-in": ("Входы и пароли", ("user.sign_in", "session.", "password.", "yandex.")),
    "banks": ("Банки", ("bank.",)),
    "exports": ("Выгрузки", ("list.",)),
    "refusals": ("Отказы", ("access.denied", "action.refused")),
}
FIELDS = {
    "bearer": "Чьи это деньги",
    "active": "Доступ",
    "added": "Добавлены права",
    "address": "Список",
    "amount": "Сумма",
    "bank_account": "Счёт в банке",
    "bank_word": "Слово банка",
    "binding": "Привязка карты, №",
    "by": "Кем или чем",
    "client": "Клиент, №",
    "door": "Куда",
    "ended": "Завершено сеансов",
    "incident": "Расхождение",
    "kind": "Что не так",
    "limit": "До суммы",
    "line": "Строка банка",
    "method": "Способ",
    "payment": "Платёж, №",
    "reads": "Прочитано раз",
    "refusal": "Почему отказано",
    "removed": "Убраны права",
    "right": "Право",
    "role": "Роль",
    "rows": "Строк",
    "rule": "Правило",
    "specialist": "Специалист",
    "starts_at": "Начало",
    "status": "Состояние",
    "surplus": "Лишняя оплата",
    "tenge": "Сумма в тенге",
    "title": "Название",
    "until": "До",
    "user": "Пользователь, №",
    "yandex_id": "Яндекс ID, №",
}
REFUSALS = {
    "not_attributable": "Так отнести возврат нельзя",
    "account_taken": "этот Яндекс ID привязан к другому",
    "already_held": "право уже есть по роли",
    "already_moved": "кто-то успел раньше",
    "already_paid": "уже оплачено",
    "held_lower": "право дающего ограничено суммой",
    "held_shorter": "у дающего право на меньший срок",
    "last_super_admin": "последний супер-администратор",
    "matrix_changed": "матрицу изменили раньше",
    "not_askable": "просить возврат сейчас нельзя",
    "not_found": "такой записи нет, или она чужая",
    "not_held": "у дающего нет этого права",
    "not_refundable": "возврат запрещён правилом",
    "not_started": "консультация ещё не началась",
    "not_yourself": "себе права не меняют",
    "remainder_changed": "остаток изменился",
    "role_taken": "такая роль уже есть",
    "expires_in_the_past": "срок уже прошёл",
    "illegal_transition": "так состояние не меняется",
    "no_sum_here": "у этого права нет суммы",
    "gift_without_reason": "подарок без основания",
    "charge_without_consent": "списание без согласия клиента",
    "not_a_client": "для этого человека не покупают",
    "client_unreachable": "у клиента нет почты или телефона, или он отключён",
    "wrong_phone": "это не номер телефона",
    "link_just_sent": "ссылку отправили только что",
    "not_payable": "платить не за что",
    "out_of_place": "такое право этой роли не дают",
    "role_in_use": "роль кому-то дана",
    "role_not_editable": "эту роль не меняют",
    "balance_too_low": "на балансе не хватает свободных денег",
    "bound_already": "Яндекс ID уже привязан",
    "callback_unreadable": "ответ Яндекса без кода",
    "cancelled_at_yandex": "человек отказался на странице Яндекса",
    "flow_elsewhere": "ответ ждал другой браузер",
    "flow_expired": "ответ Яндекса опоздал",
    "flow_unknown": "такого ответа никто не ждал",
    "flow_used": "этот ответ уже был",
    "link_used": "ссылка уже использована",
    "not_bound": "Яндекс ID не привязан",
    "other_account": "привязан другой Яндекс ID",
    "person_disabled": "человек отключён",
    "weak_password": "слабый пароль",
    "wrong_code": "код не подошёл",
    "yandex_refused": "Яндекс отказал или ему нельзя верить",
    "yandex_unavailable": "Яндекс не отвечает",
    "email_taken": "такая почта уже есть",
    "stronger_person": "у человека прав больше",
    "account_suspended": "приём платежей приостановлен",
    "card_busy": "прошлое списание с этой карты не закончено",
    "slot_gone": "слот уже не свободен",
    "slot_refused": "такой слот предложить нельзя",
    "too_late_to_cancel": "до начала осталось слишком мало времени",
    "too_many_attempts": "слишком много попыток",
    "too_many_views": "видов списков уже слишком много",
}
#: Rules whose sentence needs the payment: the journal keeps only that they were broken.
RULES: Mapping[str, str] = {
    **{rule.value: words for rule, words in REASONS.items()},
    RefundRule.CONSULTATION_SCHEDULED: "Консультация ещё запланирована.",
    RefundRule.FUNDS_ANOTHER: "Деньги оплатили с баланса другую консультацию.",
    RefundRule.BALANCE_SPENT: "На балансе клиента не хватает свободных денег.",
    RefundRule.AMOUNT_RANGE: "Сумма больше остатка.",
}
YES_NO_NOTHING: Mapping[str, Mapping[bool | None, str]] = {
    "": {None: "—", True: "да", False: "нет"},
    "active": {None: "—", True: "допущен", False: "отключён"},
    "limit": {None: "без лимита"},
    "until": {None: "бессрочно"},
}
FAULTS = {
    Fault.MISSING: "записи нет, хотя она была",
    Fault.CHANGED: "запись изменена или подменена",
    Fault.EXTRA: "лишняя запись, портал её не писал",
    Fault.REWRITTEN: "запись не та, что была при прежней проверке",
}
STATUSES: Mapping[str, type[StrEnum]] = {
    "payments": PaymentStatus,
    "refunds": RefundStatus,
    "consultations": ConsultationStatus,
    "deliveries": DeliveryStatus,
}
KINDS: Mapping[str, type[StrEnum]] = {
    "by": CancelledBy,
    "incident": Incident,
    "method": PaymentMethod,
    "right": Permission,
    "added": Permission,
    "removed": Permission,
}
#: Said beside its sum, and told by the words of the action.
_SILENT = frozenset({"before", "after", "currency"})
#: Written for computers: an address, and the name of an account in the settings.
_CODES = frozenset({"door", "bank_account"})


@dataclass(frozen=True, slots=True)
class Changed:
    """One field of a state: its name, what stood before and what stands now, all in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a value is read among: the table that its entry is about, and what stands beside it."""

    about: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """One plain fact; ``is_code`` is written for computers."""

    name: str
    value: str
    is_code: bool


@dataclass(frozen=True, slots=True)
class Details:
    """What an entry keeps besides who and when: changed fields, and plain facts."""

    changed: Sequence[Changed]
    facts: Sequence[Fact]


def action_words(entry: AuditEntry) -> str:
    """Say what was done, and for how much when money was in it."""
    words = EVENTS.get(entry.action, entry.action)
    amount = entry.changes.get("amount")
    return f"{words}, {_money(entry.changes, amount)}" if isinstance(amount, int) else words


def object_words(entry: AuditEntry) -> str:
    """Name what the entry is about: «Платёж № 42», or all of a kind."""
    one, all_of_them = OBJECTS.get(entry.object_type, (entry.object_type, entry.object_type))
    return all_of_them if entry.object_id is None else f"{one} №\u00a0{entry.object_id}"


def details(entry: AuditEntry, titles: Mapping[str, str]) -> Details:
    """Put the changes of an entry into words; ``titles`` are those of the roles, by code."""

    def words(name: str, state: Mapping[str, Any]) -> str:
        said = Said(entry.object_type, {**entry.changes, **state})
        return value_words(said, name, state.get(name), titles)

    before, after = entry.changes.get("before", {}), entry.changes.get("after", {})
    changed = [
        Changed(field_words(name), words(name, before), words(name, after))
        for name in {**before, **after}
        if name not in _SILENT
    ]
    facts = [
        Fact(field_words(name), words(name, entry.changes), is_code=name in _CODES)
        for name, value in entry.changes.items()
        if name not in _SILENT and value is not None
    ]
    return Details(changed, facts)


def field_words(name: str) -> str:
    """Name a field; one that nobody has named yet shows its code."""
    return FIELDS.get(name, name)


def value_words(said: Said, name: str, value: object, titles: Mapping[str, str]) -> str:
    """Put a value into words; what has none is shown as it is."""
    if isinstance(value, list):
        return ", ".join(value_words(said, name, one, titles) for one in value) or "—"
    if value is None or isinstance(value, bool):
        return YES_NO_NOTHING.get(name, YES_NO_NOTHING[""])[value]
    if isinstance(value, int):
        return _number_words(said, name, value)
    text = str(value)
    if name in ("until", "starts_at"):
        return when_long(datetime.fromisoformat(text))
    return _code_words(said.about, name, text, titles)


def _number_words(said: Said, name: str, value: int) -> str:
    if name == "tenge":
        return money(Money(value, Currency.KZT))
    return _money(said.facts, value) if name in ("amount", "limit") else str(value)


def _code_words(about: str, name: str, text: str, titles: Mapping[str, str]) -> str:
    kind = STATUSES.get(about) if name == "status" else KINDS.get(name)
    if kind is not None and text in set(kind):
        return LABELS[kind(text)]
    spoken: Mapping[str, Mapping[str, str]] = {"role": titles, "refusal": REFUSALS, "rule": RULES}
    return spoken.get(name, {}).get(text, text)


def _money(facts: Mapping[str, Any], minor: int) -> str:
    currency = facts.get("currency") or Currency.RUB
    return money(Money(minor, Currency(currency)))


def changes_text(entry: AuditEntry) -> str:
    """Write the changes of an entry in one line, for a file."""
    told = details(entry, {})
    lines = [f"{one.name}: {one.before} → {one.after}" for one in told.changed]
    lines += [f"{fact.name}: {fact.value}" for fact in told.facts]
    return "; ".join(lines)
