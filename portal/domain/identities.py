"""Who somebody is at Yandex, and every "no" of the second step (E4, I-43)."""

from dataclasses import dataclass

from portal.domain.errors import Refusal


@dataclass(frozen=True, slots=True)
class YandexAccount:
    """An account at Yandex: ``id`` is who it is, ``login`` is only shown and may change."""

    id: str
    login: str


class YandexRefusal(Refusal):
    """A "no" of the second step: the session and the binding are as they were."""

    code = "yandex"


class YandexUnavailable(YandexRefusal):
    """Yandex does not answer, or answers nothing that can be read."""

    code = "yandex_unavailable"


class YandexRefused(YandexRefusal):
    """Yandex answered and we do not believe it or it said no; ``kind`` says what was wrong."""

    code = "yandex_refused"


class CancelledAtYandex(YandexRefusal):
    """The person pressed "deny" on the page of Yandex."""

    code = "cancelled_at_yandex"


class CallbackUnreadable(YandexRefusal):
    """The browser came back without the state or the code, or with more than one of them."""

    code = "callback_unreadable"


class FlowUnknown(YandexRefusal):
    """Nobody here has asked for this answer."""

    code = "flow_unknown"


class FlowUsed(YandexRefusal):
    """This answer was taken already."""

    code = "flow_used"


class FlowExpired(YandexRefusal):
    """The answer came too late."""

    code = "flow_expired"


class FlowElsewhere(YandexRefusal):
    """Somebody else, or another browser, had asked for this answer."""

    code = "flow_elsewhere"


class NotBound(YandexRefusal):
    """No account at Yandex is bound to the person."""

    code = "not_bound"


class OtherAccount(YandexRefusal):
    """Another account at Yandex is bound; ``login`` has come, ``bound`` was expected."""

    code = "other_account"


class BoundAlready(YandexRefusal):
    """The person has an account bound: it is taken off before another one is put on."""

    code = "bound_already"


class AccountTaken(YandexRefusal):
    """This account at Yandex is bound to another person."""

    code = "account_taken"


class PersonDisabled(YandexRefusal):
    """A disabled person confirms nothing."""

    code = "person_disabled"


class WrongCode(YandexRefusal):
    """The one-time code does not match, is used, is old, or was tried too often."""

    code = "wrong_code"
