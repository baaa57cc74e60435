"""Words about rights: how they are grouped, why a change is refused, what it will bring."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from portal.domain.access import (
    AccessRefusal,
    AlreadyHeld,
    ExpiresInThePast,
    HeldLower,
    HeldShorter,
    LastSuperAdmin,
    MatrixChanged,
    NoSumHere,
    NotHeld,
    NotYourself,
    OutOfPlace,
    RoleInUse,
    RoleNotEditable,
    RoleTaken,
    StrongerPerson,
)
from portal.domain.money import Money
from portal.domain.permissions import Permission, Role
from portal.domain.refunds import RefundRule
from portal.store.holders import People
from portal.web.formats import money, plural, when_long
from portal.web.labels import LABELS

#: The rows of the matrix, in groups that follow the menu.
GROUPS: tuple[tuple[str, tuple[Permission, ...]], ...] = (
    ("Платежи", (Permission.PAYMENTS_READ, Permission.PAYMENTS_EXPORT)),
    (
        "Возвраты",
        (
            Permission.REFUNDS_CREATE,
            Permission.REFUNDS_AFTER_COMPLETION,
            Permission.REFUNDS_RESOLVE,
        ),
    ),
    (
        "Консультации",
        (
            Permission.CONSULTATIONS_READ,
            Permission.CONSULTATIONS_BOOK,
            Permission.CONSULTATIONS_CANCEL,
            Permission.CONSULTATIONS_COMPLETE,
        ),
    ),
    (
        "Пользователи",
        (Permission.USERS_READ, Permission.USERS_CONTACTS, Permission.CARDS_MANAGE),
    ),
    (
        "Система",
        (
            Permission.DELIVERIES_READ,
            Permission.DELIVERIES_REPLAY,
            Permission.BANKS_MANAGE,
            Permission.AUDIT_READ,
            Permission.ACCESS_READ,
            Permission.ACCESS_GRANT,
        ),
    ),
    ("Свои консультации клиента", (Permission.OWN_CANCEL, Permission.OWN_REFUND)),
)

NOTHING_CHANGED = "Ничего не изменилось."
#: Whom a person may ask, when nobody is named.
A_SUPER_ADMIN = "другой супер-администратор"

_WORDS: dict[type[AccessRefusal], Callable[[dict[str, Any]], str]] = {
    NotYourself: lambda _: "Свои права, свою роль и свой доступ человек не меняет.",
    NotHeld: lambda facts: (
        f"У вас нет права «{facts['right']}», поэтому выдать или отозвать его вы не можете."
    ),
    HeldShorter: lambda facts: (
        f"Ваше право действует до {facts['until']} по Москве: выдать его можно не дольше."
    ),
    HeldLower: lambda facts: (
        f"Ваше право ограничено суммой {facts['limit']}: "
        "возвращать деньги по нему можете только вы, другим его не выдать."
    ),
    StrongerPerson: lambda facts: (
        f"У этого человека есть право «{facts['right']}», которого нет у вас."
    ),
    AlreadyHeld: lambda facts: (
        f"Право «{facts['right']}» уже даёт роль этого человека, без срока и без лимита."
    ),
    ExpiresInThePast: lambda _: "Этот срок уже прошёл.",
    NoSumHere: lambda facts: f"Право «{facts['right']}» не двигает деньги: лимит суммы не нужен.",
    LastSuperAdmin: lambda _: (
        "Это последний супер-администратор. Сначала назначьте другого: "
        "иначе права не сможет менять никто."
    ),
    RoleNotEditable: lambda _: "У супер-администратора всегда все права.",
    OutOfPlace: lambda facts: (
        f"Право «{facts['right']}» не для всех людей этой роли. "
        "Одному человеку его можно выдать на его странице."
    ),
    RoleTaken: lambda _: "Роль с таким названием уже есть. Выберите другое название.",
    RoleInUse: lambda _: "Удалить можно только добавленную роль, в которой нет людей.",
    MatrixChanged: lambda _: (
        "Пока вы отмечали права, кто-то сохранил другие. Ниже — права на сейчас: "
        "отметьте нужное и сохраните ещё раз."
    ),
}
#: Refusals that another person can lift.
_ASK = (NotYourself, NotHeld, HeldShorter, HeldLower, StrongerPerson)


def refusal_words(refusal: AccessRefusal, super_admins: Sequence[str]) -> str:
    """Say what was refused and why, that nothing has moved, and who can do it."""
    facts = {name: _fact(value) for name, value in refusal.facts.items()}
    permission = refusal.facts.get("permission")
    facts["right"] = LABELS[permission] if isinstance(permission, Permission) else ""
    who = ", ".join(super_admins) or A_SUPER_ADMIN
    step = f" Это может сделать: {who}." if isinstance(refusal, _ASK) else ""
    return f"{_WORDS[type(refusal)](facts)} {NOTHING_CHANGED}{step}"


def _fact(value: object) -> object:
    if isinstance(value, datetime):
        return when_long(value)
    return money(value) if isinstance(value, Money) else value


def rights_words(permissions: Iterable[Permission]) -> list[str]:
    """Name rights in the order of the matrix."""
    wanted = frozenset(permissions)
    return [LABELS[each] for _, rights in GROUPS for each in rights if each in wanted]


def people_words(people: People) -> str:
    """Say how many people, and the first of their names."""
    if not people.count:
        return "никто: в этой роли сейчас нет людей"
    rest = people.count - len(people.names)
    tail = f" и ещё {rest}" if rest else ""
    words = plural(people.count, "человек", "человека", "человек")
    return f"{people.count} {words}: {', '.join(people.names)}{tail}"


def until_words(expires_at: datetime | None) -> str:
    """Say until when a right holds: one that ends at midnight by its last day, as it was typed."""
    if expires_at is None:
        return "бессрочно"
    day, _, hour = when_long(expires_at - timedelta(minutes=1)).rpartition(", ")
    return f"по {day} включительно" if hour == "23:59" else f"до {when_long(expires_at)}"


def column_words(role: str, *, is_own: bool, is_stronger: bool) -> str:
    """Say why the column of a role cannot be edited; nothing when it can."""
    if role == Role.SUPER_ADMIN:
        return (
            "У супер-администратора всегда все права: так никто не закроет доступ всем сразу. "
            "Права клиентов на своё ему не нужны."
        )
    if is_own:
        return "Это ваша роль: свои права человек не меняет."
    return "В роли есть права, которых нет у вас." if is_stronger else ""


def warnings(
    role: str, added: frozenset[Permission], after: frozenset[Permission], lonely: Sequence[str]
) -> list[str]:
    """Say what a change of a role brings that is easy to overlook.

    ``lonely`` names the rights that only super-admins will hold.
    """
    found = [
        f"Кроме супер-администраторов, ни у кого не останется права «{name}»." for name in lonely
    ]
    if Permission.ACCESS_GRANT in added:
        found.append("Люди этой роли смогут выдавать права другим.")
    if role == Role.CLIENT and added:
        found.append("Это право получат все клиенты, и нынешние, и будущие.")
    if Permission.REFUNDS_CREATE in after and Permission.PAYMENTS_READ not in after:
        found.append("Без права «Смотреть платежи» кнопок возврата не видно.")
    if Permission.ACCESS_GRANT in after and Permission.ACCESS_READ not in after:
        found.append("Без права «Смотреть права» страница прав не открывается.")
    return found


#: Rules that bar this person from this payment, while another person may go on.
NOT_THIS_ONE = {
    RefundRule.AFTER_COMPLETION: "но не после консультации: нужно отдельное право",
    RefundRule.OVER_LIMIT: "но лимит уже израсходован",
}
#: Doors by the part of the portal that they belong to: what «Посмотреть как…» goes through.
DOORS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Платежи",
        (
            ("payments.show_list", "Список платежей и поиск"),
            ("payments.show", "Карточка платежа"),
            ("payments.sync", "Кнопка «Спросить банк»"),
            ("refunds.create", "Кнопка «Вернуть деньги»"),
            ("refunds.cancel", "Кнопка «Отменить возврат»"),
            ("refunds.show", "Страница возврата"),
            ("resolutions.new", "Решение о неизвестном возврате"),
        ),
    ),
    (
        "Консультации",
        (
            ("consultations.show_list", "Список консультаций"),
            ("consultations.show", "Карточка консультации"),
            ("consultations.cancel", "Кнопка «Отменить консультацию»"),
            ("consultations.complete", "Кнопка «Завершить»"),
        ),
    ),
    (
        "Пользователи",
        (
            ("users.show_list", "Список людей и их балансы"),
            ("users.show", "Карточка человека и выписка"),
        ),
    ),
    (
        "Система",
        (
            ("deliveries.show_list", "События банков"),
            ("audit.show_list", "Журнал"),
            ("matrix.show", "Права доступа"),
            ("matrix.save", "Кнопка «Применить изменения»"),
            ("holders.show_list", "Люди и их права"),
            ("grants.grant", "Кнопки «Выдать право» и «Отозвать»"),
            ("grants.set_role", "Кнопка «Сменить роль»"),
            ("grants.set_admission", "Кнопка «Отключить»"),
        ),
    ),
    (
        "Личный кабинет",
        (
            ("account.show", "Свои консультации и баланс"),
            ("account.cancel", "Кнопка «Отменить» у своей консультации"),
            ("own_refunds.create", "Кнопка «Вернуть деньги» у своей консультации"),
        ),
    ),
)
