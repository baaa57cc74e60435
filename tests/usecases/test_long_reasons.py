"""The longest comment that the form takes is kept whole; its reason in the journal is cut."""

from sqlalchemy import select

from portal.store.audit import AuditEntry
from portal.store.db import transaction
from tests import builders

LONGEST = "щ" * 1000


def test_the_longest_comment_is_kept(cancelled):
    refund_id = builders.ask(cancelled.anna, cancelled.payment, comment=LONGEST)

    with transaction() as session:
        reason = session.scalar(
            select(AuditEntry.reason).where(AuditEntry.action == "refund.request")
        )
    assert builders.refund(refund_id).comment == LONGEST
    assert reason == f"cancelled_by_client: {LONGEST}"[:1000]
