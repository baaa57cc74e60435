"""Words about banks: how an account is, what it can do, what waits, what a change brings."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from portal.domain.payments import PaymentMethod
from portal.domain.ports import Capabilities, Severity
from portal.domain.refunds import AccountMode
from portal.store.bank_cards import Waiting
from portal.store.bank_states import BankCheck

#: The journal in words: the part about banks of the events in labels.py.
EVENTS = {
    "bank.check": "Связь с банком проверяется",
    "bank.suspend": "Приём платежей приостановлен",
    "bank.resume": "Приём платежей возобновлён",
    "delivery.received": "Банк прислал событие",
    "delivery.replay": "Событие банка обрабатывается заново",
}
#: An answer older than this says nothing about now: cron asks by the quarter.
STALE = timedelta(hours=1)
#: What is wrong in words, the shape and the tone of its badge.
Badge = tuple[str, str, str]
MODES = {
    AccountMode.ACTIVE: "Принимает платежи и возвращает деньги",
    AccountMode.REFUND_ONLY: "Новых платежей не принимает, старые возвращает",
    AccountMode.CLOSED: "Закрыт: ни платежей, ни возвратов",
}
_HEALTH: dict[Severity, Badge] = {
    Severity.OK: ("Работает", "done", "good"),
    Severity.WARNING: ("Работает, но скоро понадобитесь вы", "running", "wait"),
    Severity.PROBLEM: ("Есть неполадки", "problem", "bad"),
}
#: What is in order needs no badge.
FINDINGS: dict[Severity, Badge] = {
    Severity.WARNING: ("Скоро", "running", "wait"),
    Severity.PROBLEM: ("Исправить", "problem", "bad"),
}
SUSPENDED: Badge = ("Приём приостановлен", "over", "wait")
_NEVER: Badge = ("Ещё не проверяли", "info", "muted")
_OLD: Badge = ("Проверка устарела", "info", "muted")
#: Who hears of a suspension or of its end; nobody is written to.
HEARD = (
    "Узнают сразу: плательщики на странице оплаты, клиенты при записи, сотрудники на «Обзоре» и "
    "при покупке для клиента. В журнале останетесь вы и причина. Писем портал об этом не шлёт."
)
_METHODS = {PaymentMethod.SBP: "СБП", PaymentMethod.CARD: "карты"}
_QUEUE = (
    ("links", "запросить ссылку на оплату"),
    ("readings", "спросить банк об оплате"),
    ("refunds", "отправить возврат"),
    ("refund_readings", "спросить банк о возврате"),
    ("deliveries", "разобрать событие банка"),
)
CHECK_ASKED = "Спрашиваем банк. Ответ появится на этой странице через несколько секунд."
SUSPENDED_NOW = (
    "Приём платежей приостановлен. Новых ссылок на оплату не будет, возвраты продолжаются."
)
RESUMED_NOW = "Приём платежей возобновлён: клиенты снова могут платить."
MOVED = (
    "Кто-то уже сделал это раньше: состояние счёта изменилось, пока страница была открыта. "
    "Сейчас ничего не изменилось. Вернитесь к банкам и посмотрите, как он теперь."
)
NOT_CHANGEABLE = (
    "Этот счёт не принимает платежи по настройкам портала, приостанавливать нечего. "
    "Ничего не изменилось."
)


def health(check: BankCheck | None, now: datetime) -> Badge:
    """Say how an account is by its last answer; one too old to believe says so."""
    if check is None or check.finished_at is None:
        return _NEVER
    if now - check.finished_at > STALE:
        return _OLD
    return _HEALTH[check.worst]


def took_words(took_ms: int) -> str:
    """Say how long all questions of a check took: «240 мс», «3,1 с»."""
    if took_ms < 1000:
        return f"{took_ms}\u00a0мс"
    return f"{took_ms / 1000:.1f}\u00a0с".replace(".", ",")


def abilities(can: Capabilities) -> Sequence[str]:
    """Say what an account can do, by its flags and never by its bank's name."""
    methods = " и ".join(_METHODS[method] for method in can.methods)
    receipt = "чеки выдаёт банк" if can.receipt_by_bank else "чеки выдаём сами"
    tax = "без НДС" if can.vat_percent is None else f"НДС {can.vat_percent}\u00a0%"
    keeps = "помнит карты клиентов" if can.keeps_cards else "карты клиентов не хранит"
    if can.binds_cards:
        keeps = "привязывает карты на своей странице"
    words = [f"оплата: {methods}", f"{receipt}, {tax}", keeps]
    if not can.charges_without_payer:
        return [*words, "без участия клиента карты не списывает"]
    words.append("списывает с привязанной карты по нажатию клиента")
    if not can.returns_charges:
        words.append("такие списания возвращают вручную, в кабинете банка")
    return words


#: A line of the table of abilities: what, whether, and what it means.
Ability = tuple[str, bool, str]


def ability_rows(can: Capabilities, *, unbinds: bool) -> Sequence[Ability]:
    """Say line by line what an account can and cannot do, and what people do where it cannot."""
    charges, methods = can.charges_without_payer, can.methods
    returns = can.returns_charges
    return [
        ("Оплата по СБП", PaymentMethod.SBP in methods, ""),
        ("Оплата картой", PaymentMethod.CARD in methods, ""),
        ("Частичный возврат", True, "в пределах оплаченного"),
        ("Повторный частичный возврат", True, "пока не возвращено всё"),
        ("Чек от банка", can.receipt_by_bank, "" if can.receipt_by_bank else "чеки выдаём сами"),
        ("Сохранённые карты на странице банка", can.keeps_cards, ""),
        ("Привязка карты без оплаты", can.binds_cards, "на странице банка" * can.binds_cards),
        ("Списание без клиента", charges, "с его согласия" if charges else ""),
        *([("Возврат таких списаний", returns, "" if returns else "в кабинете банка")] * charges),
        ("Отвязка карты в банке", unbinds, "" if unbinds else "портал забывает карту сам"),
    ]


def queue_words(waiting: Waiting) -> Sequence[str]:
    """Say what has to be done and was not yet, each kind with its count; nothing is silent."""
    counted = ((getattr(waiting, name), words) for name, words in _QUEUE)
    return [f"{words}: {count}" for count, words in counted if count]
