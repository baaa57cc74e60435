"""The list of people with their balances, and a client's statement (E3, C2, C3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.domain.ledger import USER_KINDS, AccountKind
from portal.domain.money import Currency, Money
from portal.domain.search import Token, TokenKind
from portal.store.cards import BoundCard
from portal.store.ledger import LedgerAccount, Transfer
from portal.store.lists import (
    WORDS,
    Criteria,
    Page,
    PageRequest,
    Searched,
    Sort,
    fetch,
    line_without,
    matching,
    words_of,
)
from portal.store.users import User

LIST = Searched(User, User.id, User.search_text)
SORT = Sort("-id", User.id, User.id, falls=True)


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Whom the person asked to see."""

    tokens: tuple[Token, ...] = ()
    role: str | None = None
    has_free_money: bool = False
    has_card: bool = False
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class Balance:
    """A client's money in one currency: free, put aside for consultations, on its way back."""

    available: Money
    reserved: Money
    in_transit: Money

    @property
    def total(self) -> Money:
        """All that we hold for the client in this currency."""
        return self.available + self.reserved + self.in_transit


@dataclass(frozen=True, slots=True)
class UserRow:
    """One line of the list of people."""

    id: int
    name: str
    email: str
    phone: str | None
    role: str
    is_active: bool
    balances: Sequence[Balance]


def list_users(session: Session, wanted: UserFilter) -> Page[UserRow]:
    """Return one page of people, newest first, with their balances: two statements."""
    rows = select(User.id, User.name, User.email, User.phone, User.role, User.is_active)
    criteria = Criteria(words_of(wanted.tokens), _conditions(wanted))
    found = fetch(session, rows, matching(session, LIST, criteria, SORT), SORT, wanted.page)
    balances = balances_of(session, [row.id for row in found.items])
    people = [_row(row._mapping, balances) for row in found.items]
    return Page(people, found.next, found.previous, found.total)


def _row(values: Any, balances: Mapping[int, Sequence[Balance]]) -> UserRow:
    taken = {name: values[name] for name in ("id", "name", "email", "phone", "role", "is_active")}
    return UserRow(**taken, balances=balances.get(values["id"], ()))


def _conditions(wanted: UserFilter) -> list[ColumnElement[bool]]:
    conditions = [_token(token) for token in wanted.tokens if token.kind not in WORDS]
    if wanted.role is not None:
        conditions.append(User.role == wanted.role)
    if wanted.has_free_money:
        free = select(LedgerAccount.user_id).where(
            LedgerAccount.kind == AccountKind.USER_AVAILABLE, *_is_held()
        )
        conditions.append(User.id.in_(free))
    if wanted.has_card:
        bound = select(BoundCard.user_id).where(BoundCard.unbound_at.is_(None))
        conditions.append(User.id.in_(bound))
    return conditions


def _token(token: Token) -> ColumnElement[bool]:
    if token.kind is TokenKind.EMAIL:
        return User.email == token.text
    if token.kind in (TokenKind.NUMBER, TokenKind.ID):
        return User.id == int(token.text)
    return line_without(User.search_text, token)


def balances_of(session: Session, user_ids: Iterable[int]) -> Mapping[int, Sequence[Balance]]:
    """Return the balances of several people, a Balance for each currency that ever moved."""
    rows = session.execute(
        select(
            LedgerAccount.user_id,
            LedgerAccount.currency,
            LedgerAccount.kind,
            LedgerAccount.balance_minor,
        ).where(LedgerAccount.user_id.in_(list(user_ids)))
    )
    sums: dict[tuple[int, Currency], dict[AccountKind, int]] = {}
    for user_id, currency, kind, minor in rows:
        if user_id is not None:
            sums.setdefault((user_id, currency), {})[kind] = minor
    found: dict[int, list[Balance]] = {}
    for (user_id, currency), by_kind in sorted(sums.items(), key=lambda each: each[0][1].place):
        parts = [Money(by_kind.get(kind, 0), currency) for kind in USER_KINDS]
        found.setdefault(user_id, []).append(Balance(*parts))
    return found


def _is_held() -> tuple[ColumnElement[bool], ...]:
    """Say that a client's account holds something, in the words of its partial index."""
    nothing: ColumnElement[int] = literal_column("0")
    return LedgerAccount.balance_minor > nothing, LedgerAccount.user_id.is_not(None)


def totals_held(session: Session) -> Sequence[Balance]:
    """Return what is held for all clients together, by currency (C2)."""
    rows = session.execute(
        select(LedgerAccount.currency, LedgerAccount.kind, func.sum(LedgerAccount.balance_minor))
        .where(*_is_held())
        .group_by(LedgerAccount.currency, LedgerAccount.kind)
    )
    sums: dict[Currency, dict[AccountKind, int]] = {}
    for currency, kind, minor in rows:
        sums.setdefault(currency, {})[kind] = int(minor)
    return [
        Balance(*(Money(by_kind.get(kind, 0), currency) for kind in USER_KINDS))
        for currency, by_kind in sorted(sums.items(), key=lambda each: each[0].place)
    ]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer as the client's statement tells it, and what was held after it."""

    transfer: Transfer
    came: Money | None
    went: Money | None
    held: Money


def statement(session: Session, user_id: int, *, limit: int = 500) -> Sequence[StatementLine]:
    """Return the last movements of a client's money, oldest first, each with the sum held after.

    ``came`` and ``went`` are None when the money only changed its place among the client's own
    accounts; held starts from the balance now and is reckoned back, so that it always ends there.
    """
    own = select(LedgerAccount.id).where(LedgerAccount.user_id == user_id)
    transfers = session.scalars(
        select(Transfer)
        .options(joinedload(Transfer.source), joinedload(Transfer.destination))
        .where(or_(Transfer.source_id.in_(own), Transfer.destination_id.in_(own)))
        .order_by(Transfer.id.desc())
        .limit(limit)
    ).all()
    held = {balance.total.currency: balance.total for balance in _balances(session, user_id)}
    lines = []
    for transfer in transfers:
        comes = transfer.destination.user_id == user_id
        goes = transfer.source.user_id == user_id
        after = held[transfer.currency]
        came = transfer.amount if comes and not goes else None
        went = transfer.amount if goes and not comes else None
        lines.append(StatementLine(transfer, came, went, after))
        zero = Money(0, transfer.currency)
        held[transfer.currency] = after - (came or zero) + (went or zero)
    return lines[::-1]


def _balances(session: Session, user_id: int) -> Sequence[Balance]:
    return balances_of(session, [user_id]).get(user_id, ())
