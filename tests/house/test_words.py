"""Everything that a person may meet has Russian words, and every name is in the glossary."""

import re

import pytest

from portal.domain.consultations import CancelledBy, ConsultationStatus, PaidState
from portal.domain.ledger import AccountKind, TransferReason
from portal.domain.payments import Incident, MoneyState, PaymentMethod, PaymentStatus
from portal.domain.permissions import Permission
from portal.domain.refunds import NextStep, RefundReason, RefundRule, RefundStatus
from portal.domain.slots import SlotStatus
from portal.domain.sms import SmsFailure
from portal.store.deliveries import DeliveryStatus
from portal.web.event_words import EVENTS
from portal.web.labels import LABELS, SHAPES
from portal.web.refund_words import REASONS, STEPS
from portal.web.sms_words import FAILED
from tests.house.sources import ROOT, string_arguments

SHOWN = (
    PaymentStatus,
    PaymentMethod,
    MoneyState,
    Incident,
    RefundStatus,
    RefundReason,
    ConsultationStatus,
    CancelledBy,
    PaidState,
    DeliveryStatus,
    SlotStatus,
    TransferReason,
    AccountKind,
    Permission,
)
IN_BADGES = (
    PaymentStatus,
    MoneyState,
    RefundStatus,
    ConsultationStatus,
    PaidState,
    DeliveryStatus,
    SlotStatus,
)
IN_GLOSSARY = (Permission, RefundStatus, PaymentStatus, ConsultationStatus, SlotStatus)
#: Who writes into the journal: use cases, and what several of them share.
NOTING = sorted(
    path for floor in ("usecases", "store") for path in (ROOT / "portal" / floor).glob("*.py")
)
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


@pytest.mark.parametrize("kind", SHOWN)
def test_every_value_has_russian_words(kind):
    assert [value for value in kind if not CYRILLIC.search(LABELS.get(value, ""))] == []


@pytest.mark.parametrize("kind", IN_BADGES)
def test_every_badge_has_a_shape_beside_its_colour(kind):
    assert [value for value in kind if value not in SHAPES] == []


def test_a_value_that_two_kinds_share_has_words_of_its_own_in_each():
    statuses = (PaymentStatus.FAILED, RefundStatus.FAILED, DeliveryStatus.FAILED)

    assert [LABELS[status] for status in statuses] == [
        "Не оплачен",
        "Не прошёл",
        "Ошибка обработки",
    ]


def test_every_rule_of_a_refund_has_a_reason_in_russian():
    assert [rule for rule in RefundRule if not CYRILLIC.search(REASONS.get(rule, ""))] == []


def test_every_failure_of_an_sms_has_words():
    assert [why for why in SmsFailure if not CYRILLIC.search(FAILED.get(why, ""))] == []


def test_every_next_step_has_words():
    assert set(STEPS) == set(NextStep)


def test_every_event_of_the_journal_has_words():
    codes = {
        code
        for path in NOTING
        for name in ("note", "note_denied")
        for code in string_arguments(path, name, 2)
    }

    assert [code for code in sorted(codes) if not CYRILLIC.search(EVENTS.get(code, ""))] == []


@pytest.mark.parametrize("kind", IN_GLOSSARY)
def test_every_member_is_in_the_glossary(kind):
    words = set(re.findall(r"`([^`]+)`", (ROOT / "docs" / "glossary.md").read_text()))

    assert [f"{kind.__name__}.{value.name}" for value in kind if value.name not in words] == []
