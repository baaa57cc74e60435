"""Every "no" to a signed-in person becomes one entry of the journal, whichever view caught it.

The guard writes what it denies itself. A use case that refuses rolls its transaction back, and what
passed through there is written here when the answer is ready. What a stranger is refused goes to
the log instead: nobody from outside may fill a journal that is never emptied.
"""

import logging

from flask import Flask, Response, g, request

from portal.domain import clock
from portal.domain.transactions import REFUSED
from portal.usecases.denials import Knock, note_refusal
from portal.web.session import actor, visitor

_log = logging.getLogger(__name__)
#: The first word of an address -> the rows that its number names.
NAMED = frozenset({"payments", "refunds", "consultations", "users", "deliveries"})


def knock() -> Knock:
    """Describe the request for the journal: the rule of its address, without secrets in it."""
    noun, _, rest = request.path.strip("/").partition("/")
    number = rest.partition("/")[0]
    is_row = noun in NAMED and number.isascii() and number.isdigit() and int(number) < 2**63
    about = (noun, int(number)) if is_row else "doors"
    rule = request.url_rule.rule if request.url_rule else ""
    return Knock(f"{request.method} {rule}", about)


def _begin() -> None:
    REFUSED.set(())


def _tell(answer: Response) -> Response:
    refusals = REFUSED.get()
    REFUSED.set(())
    for refusal in refusals:
        if visitor() is None:
            _log.warning("request %s refused: %s", g.get("request_id"), refusal.code)
        else:
            note_refusal(knock(), refusal, actor=actor(), now=clock.now())
    return answer


def set_up(app: Flask) -> None:
    """Attach to the application."""
    app.before_request(_begin)
    app.after_request(_tell)
