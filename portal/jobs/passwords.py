"""Jobs about forgotten passwords: whose address was typed is looked up where nobody waits."""

from portal.domain import clock
from portal.jobs.letters import deliver
from portal.jobs.queue import nudge
from portal.usecases.passwords import answer_request


def answer(request_id: int) -> None:
    """Answer a request for a link by a letter, or by nothing."""
    letter_id = answer_request(request_id, now=clock.now())
    if letter_id is not None:
        nudge(deliver, letter_id)
