"""What is going on around a use case here: whether its transaction is open, what was refused."""

from contextvars import ContextVar

from portal.domain.errors import Refusal

#: The network may not be used while a database transaction is open (law 3).
IS_OPEN: ContextVar[bool] = ContextVar("transaction_is_open", default=False)
#: The refusals that have rolled a transaction back; a door empties it and tells the journal.
REFUSED: ContextVar[tuple[Refusal, ...]] = ContextVar("refused", default=())


def forbid_open_transaction(doing: str) -> None:
    """Raise RuntimeError when a transaction is open, so that no bank call can hide inside one."""
    if IS_OPEN.get():
        raise RuntimeError(f"{doing} inside a database transaction: mark and commit first")
