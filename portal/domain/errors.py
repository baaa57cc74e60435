"""Every "no" of ours is a Refusal; anything else that is raised is a bug or an outage."""

from collections.abc import Mapping
from typing import ClassVar


class Refusal(Exception):
    """A business "no": nothing has moved, and ``code`` chooses the words that a person reads."""

    code: ClassVar[str] = "refused"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts: Mapping[str, object] = facts


class NotFound(Refusal):
    """The thing that was named does not exist, or not for this person."""

    code = "not_found"


class BadAmount(Refusal):
    """The text is not a sum of money that we can read without guessing."""

    code = "amount_unreadable"


class AlreadyMoved(Refusal):
    """Somebody or something was faster: the row no longer is in the state that was shown."""

    code = "already_moved"


class IllegalTransition(Refusal):
    """The state machine has no such edge."""

    code = "illegal_transition"


class NotStarted(Refusal):
    """A consultation cannot be completed before it begins."""

    code = "not_started"


class AlreadyPaid(Refusal):
    """The consultation is paid: a second payment would only become free balance."""

    code = "already_paid"


class NotPayable(Refusal):
    """The consultation cannot be paid: it is cancelled, free of charge or over."""

    code = "not_payable"


class AccountSuspended(Refusal):
    """The account takes no new payments now; what it has taken goes on being read and returned."""

    code = "account_suspended"


class WrongPassword(Refusal):
    """E-mail or password do not match, or the person is disabled; we never say which."""

    code = "wrong_password"


class TooManyAttempts(Refusal):
    """Sign-in is closed for a while for this e-mail or this address."""

    code = "too_many_attempts"


class TooManyViews(Refusal):
    """A person has saved as many views of lists as can be told apart."""

    code = "too_many_views"


class EmailTaken(Refusal):
    """Somebody already signs in with this e-mail."""

    code = "email_taken"
