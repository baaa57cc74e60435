"""What is called Freedom Pay's at our door: the corpus K187-K201 of reliability.md §4."""

from urllib.parse import parse_qsl, urlencode

import pytest

from portal.domain.payments import PaymentStatus
from portal.domain.ports import BadSignature, BankMisconfigured, BindingOutcome, EventKind
from portal.sandbox.freedompay.papers import write_paper
from portal.sandbox.freedompay.seals import seal_of, with_seal
from tests.banks.freedompay_answers import (
    BINDING,
    OPERATION,
    REFERENCE,
    RESULT,
    SECRET,
    Bank,
    connector,
    form,
    in_xml,
    status,
)


def replaced(body: bytes, **changes: str | None) -> bytes:
    """Change fields of a sealed message and leave its seal alone."""
    fields = {**dict(parse_qsl(body.decode(), keep_blank_values=True)), **changes}
    return urlencode({name: v for name, v in fields.items() if v is not None}).encode()


def renamed(body: bytes, **names: str) -> bytes:
    pairs = parse_qsl(body.decode(), keep_blank_values=True)
    return urlencode([(names.get(name, name), value) for name, value in pairs]).encode()


GENUINE = form(RESULT)
SEAL = dict(parse_qsl(GENUINE.decode()))["pg_sig"]
BOMB = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><response>&b;</response>'
THIEF = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><response><a>&x;</a></response>'
DEEP = "<response>" + "<a>" * 400 + "</a>" * 400 + "</response>"
SEALS = {
    "none": replaced(GENUINE, pg_sig=None),
    "empty": replaced(GENUINE, pg_sig=""),
    "upper case": replaced(GENUINE, pg_sig=SEAL.upper()),
    "31 characters": replaced(GENUINE, pg_sig=SEAL[1:]),
    "33 characters": replaced(GENUINE, pg_sig=f"{SEAL}0"),
    "of another kind": replaced(GENUINE, pg_sig="ё" * 32),
    "for check": form(RESULT, "check"),
    "for binding": form(RESULT, "binding"),
    "for the way back": form(RESULT, "wait"),
    "without a script": form(RESULT, None),
    "with the old salt": replaced(form(RESULT), pg_salt="aaaaaaaaaaaaaaaa"),
    "of another account": form(RESULT, secret="another-secret"),
}
ODD_VALUES = {
    "result 01": {"pg_result": "01"},
    "result true": {"pg_result": "true"},
    "result with a space": {"pg_result": "1 "},
    "result in other digits": {"pg_result": "١"},
    "captured yes": {"pg_captured": "yes"},
    "three decimals": {"pg_amount": "1500.000"},
    "an exponent": {"pg_amount": "15e2"},
    "a comma": {"pg_amount": "1500,00"},
    "a minus": {"pg_amount": "-1500.00"},
    "two in one": {"pg_order_id": f"{REFERENCE};{OPERATION}"},
    "a letter in the id": {"pg_payment_id": "1814725568x"},
    "an empty id": {"pg_payment_id": ""},
}
LOOKALIKES = ("PG_RESULT", "Pg_Payment_Id", " pg_amount", "PG_SIG", "pg_result ")
FORMS = {
    "nothing": b"",
    "json": b'{"pg_result": 1}',
    "no form": b"hello",
    "not UTF-8": GENUINE + b"&note=%ff",
    "an amount twice": form(RESULT) + b"&pg_amount=1500.00",
    "an unknown name twice": GENUINE + b"&note=1&note=1",
    "two seals": GENUINE + b"&pg_sig=" + SEAL.encode(),
    "XML and a form": in_xml(RESULT, "result") + b"&" + GENUINE,
    "two papers": in_xml(RESULT, "result") + b"&pg_xml=x",
    "a bomb": urlencode({"pg_xml": BOMB}).encode(),
    "a thief": urlencode({"pg_xml": THIEF}).encode(),
    "a deep one": urlencode({"pg_xml": DEEP}).encode(),
    "a torn one": urlencode({"pg_xml": "<response><pg_result>1"}).encode(),
    "another root": urlencode({"pg_xml": "<html><pg_result>1</pg_result></html>"}).encode(),
    "too many fields": b"&".join(b"a%d=1" % n for n in range(300)),
}


@pytest.mark.parametrize("body", SEALS.values(), ids=SEALS.keys())
def test_a_message_without_the_right_seal_is_refused(body):
    with pytest.raises(BadSignature):
        connector().parse_webhook(body, "result")


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS.keys())
def test_a_message_of_another_form_or_of_two_meanings_is_refused(body):
    with pytest.raises(BadSignature):
        connector().parse_webhook(body, "result")


@pytest.mark.parametrize("changes", ODD_VALUES.values(), ids=ODD_VALUES.keys())
def test_a_sealed_value_in_odd_clothes_is_refused(changes):
    with pytest.raises(BadSignature):
        connector().parse_webhook(form({**RESULT, **changes}), "result")


@pytest.mark.parametrize("name", LOOKALIKES)
def test_a_name_that_looks_like_one_of_the_banks_is_refused(name):
    with pytest.raises(BadSignature):
        connector().parse_webhook(form({**RESULT, name: "1"}), "result")


@pytest.mark.parametrize("missing", ["pg_payment_id", "pg_order_id", "pg_amount", "pg_result"])
def test_a_sealed_message_without_a_field_of_every_message_is_refused(missing):
    with pytest.raises(BadSignature):
        connector().parse_webhook(
            form({name: value for name, value in RESULT.items() if name != missing}), "result"
        )


def test_a_field_given_another_name_keeps_the_seal_and_is_refused():
    forged = renamed(form(RESULT), pg_result="pg_resultat")

    pairs = parse_qsl(forged.decode())
    assert dict(pairs)["pg_sig"] == seal_of("result", pairs, SECRET)
    with pytest.raises(BadSignature):
        connector().parse_webhook(forged, "result")


@pytest.mark.parametrize("cut", ["pg_order_id", "pg_amount"])
def test_two_values_merged_into_one_keep_the_seal_and_are_refused(cut):
    message = with_seal("result", sorted(RESULT.items()), SECRET)
    names = sorted(name for name, _ in message if name != "pg_sig")
    values = dict(message)
    after = names[names.index(cut) + 1]
    values[cut] = f"{values[cut]};{values.pop(after)}"

    assert seal_of("result", list(values.items()), SECRET) == values["pg_sig"]
    with pytest.raises(BadSignature):
        connector().parse_webhook(urlencode(values).encode(), "result")


def test_a_decline_dressed_up_as_a_success_is_only_a_hint_to_read_the_operation():
    declined = {**RESULT, "pg_result": "0", "pg_captured": "0", "pg_testing_mode": "1"}
    dress = {
        "pg_result": "pg_recurring_profile_id",
        "pg_salt": "pg_reference",
        "pg_testing_mode": "pg_result",
    }
    forged = renamed(form(declined), **dress)
    bank = Bank(get_status3=status(pg_payment_status="error", pg_captured="0"))

    event = connector(testing_mode=True).parse_webhook(forged, "result")
    found = bank.connector(testing_mode=True).read_operation(event.operation_id)

    assert (event.claims["pg_result"], event.operation_id) == ("1", OPERATION)
    assert (found.status, found.lines) == (PaymentStatus.FAILED, ())


def test_a_genuine_result_is_a_hint_with_the_operation_and_our_reference():
    event = connector().parse_webhook(GENUINE, "result")

    assert (event.kind, event.is_ours) == (EventKind.PAYMENT, True)
    assert (event.operation_id, event.reference) == (OPERATION, REFERENCE)


@pytest.mark.parametrize("amount", ["1500", "1500.0", "97.1", "2.00"])
def test_zeros_at_the_end_and_other_sums_are_left_to_the_reading(amount):
    assert connector().parse_webhook(form({**RESULT, "pg_amount": amount}), "result").is_ours


def test_what_is_kept_of_a_message_names_nobody_and_holds_no_token():
    body = form({**RESULT, "pg_card_token": BINDING["pg_card_token"]})

    event = connector().parse_webhook(body, "result")

    told = f"{event.kept} {event.claims}"
    secrets = ("77010000000", "example.test", "TEST", "1981", "ef741cfc", "pg_sig", "pg_salt")
    assert [each for each in secrets if each in told] == []
    assert dict(parse_qsl(event.kept))["pg_result"] == "1"


def test_unknown_names_are_sealed_and_not_used():
    extra = {**RESULT, "Pg_result_url_method": "POST", "note": "a;b", "zz": "undefined"}

    event = connector().parse_webhook(form(extra), "result")

    assert (event.is_ours, "note" in event.claims) == (True, False)


@pytest.mark.parametrize("changes", [{"pg_testing_mode": "1"}, {"pg_currency": "RUB"}])
def test_a_message_of_the_other_mode_or_currency_is_not_ours(changes, caplog):
    assert connector().parse_webhook(form({**RESULT, **changes}), "result").is_ours is False
    assert ("other mode" in caplog.text) is ("pg_testing_mode" in changes)


@pytest.mark.parametrize("date", ["2036-01-01 00:00:00", "2026-02-30 25:00:00", ""])
def test_the_banks_clock_decides_nothing(date):
    assert connector().parse_webhook(form({**RESULT, "pg_payment_date": date}), "result").is_ours


def test_a_hold_is_genuine_too():
    held = form({**RESULT, "pg_captured": "0"})

    assert connector().parse_webhook(held, "result").claims["pg_captured"] == "0"


def test_a_binding_comes_as_xml_and_is_about_a_card():
    event = connector().parse_webhook(in_xml(BINDING, "binding"), "binding")

    assert (event.kind, event.is_ours, event.operation_id) == (EventKind.CARD, True, "1814725900")
    assert (event.reference, event.claims["pg_country"]) == ("BIND-u-7-1", "KZ")
    assert "ef741cfc" not in f"{event.kept} {event.claims}"


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, BindingOutcome.BOUND),
        ({"pg_country": ""}, BindingOutcome.BOUND),
        ({"pg_country": "RU"}, BindingOutcome.RUSSIAN),
        ({"pg_status": "error", "pg_country": "RU"}, BindingOutcome.DECLINED),
        ({"pg_status": "error", "pg_error_code": "10005"}, BindingOutcome.DECLINED),
    ],
)
def test_a_binding_hints_how_it_ended_and_whose_card_it_is(changes, outcome):
    event = connector().parse_webhook(in_xml({**BINDING, **changes}, "binding"), "binding")

    assert event.outcome is outcome


def test_empty_elements_of_real_messages_are_sealed_and_break_nothing():
    real = {**BINDING, "pg_order_id": "", "pg_recurring_profile_id": ""}

    event = connector().parse_webhook(in_xml(real, "binding"), "binding")

    assert (event.reference, event.operation_id) == (None, "1814725900")


def test_a_result_may_come_as_xml_as_well():
    assert connector().parse_webhook(in_xml(RESULT, "result"), "result").reference == REFERENCE


@pytest.mark.parametrize("door", ["payment", "check", "", "RESULT"])
def test_the_bank_knows_two_doors_only(door):
    with pytest.raises(BankMisconfigured):
        connector().parse_webhook(GENUINE, door)


def test_a_nested_field_has_no_value_of_its_own():
    nested = [("pg_result", [("a", "1")]), *list(RESULT.items())[:6], ("x", "1")]
    paper = write_paper(with_seal("result", nested, SECRET))

    with pytest.raises(BadSignature):
        connector().parse_webhook(urlencode({"pg_xml": paper}).encode(), "result")
