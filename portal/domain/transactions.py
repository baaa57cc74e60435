"""Whether a database transaction is open here: the network may not be used while one is (law 3)."""

from contextvars import ContextVar

IS_OPEN: ContextVar[bool] = ContextVar("transaction_is_open", default=False)


def forbid_open_transaction(doing: str) -> None:
    """Raise RuntimeError when a transaction is open, so that no bank call can hide inside one."""
    if IS_OPEN.get():
        raise RuntimeError(f"{doing} inside a database transaction: mark and commit first")
