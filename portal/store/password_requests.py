"""Who asked for a link to a new password: a row for every address, known or not (law 1)."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.db import Base


class PasswordRequest(Base):
    """One address typed by a stranger; removed as soon as a job has looked whose it is.

    The door does the same for every address, so that its time tells nobody who is here; and an
    address is no argument of a job, where it would be seen (I-47).
    """

    __tablename__ = "password_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    #: Whom the journal will name: where they asked from.
    label: Mapped[str] = mapped_column(String(200))
    user_id: Mapped[int | None]
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(300))
    request_id: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime]
