"""Every fault of a document is named by pointer and code, all at once; what is valid becomes canonical."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from quen.errors import ValidationFailedError
from quen.program.compiled import canonical_text
from quen.program.document import parse_document
from unit.program.documents import COFFEE_SHOP, MISSING, PROGRAMS, changed, faults_of, make_document


@pytest.mark.parametrize("name", [path.name for path in PROGRAMS.glob("*.yaml")])
def test_the_programs_that_come_with_the_house_are_valid(name: str) -> None:
    assert parse_document((PROGRAMS / name).read_text()).content["program"]["id"] == name.removesuffix(".yaml")


def test_the_contracts_own_example_is_valid() -> None:
    example = """
    program: {id: ca-phe-quen, name: Cà phê Quen, time_zone: Asia/Ho_Chi_Minh, currency: VND, locales: [vi, en]}
    points:
      worth: {points: 1, money: 100}
      rounding: floor
      pending: {days: 0}
      expiry: {months: 12, at: end_of_month}
      debt: {limit: 100000}
    earning:
      - {id: base, on: purchase, points: 1, per: 10000}
      - {id: double-star, on: purchase, multiplier: "2", when: {weekday: [mon]}, cap: {points: 200, per: day}}
      - {id: welcome, on: enrolment, points: 20}
    birthday: {points: 50, days_before: 0, feb_29: feb_28, channels: [email, sms]}
    rewards:
      - {id: free-coffee, name: {vi: Cà phê miễn phí, en: Free coffee}, points: 120, stock: null, per_member: null,
         expires_in_days: 30}
    messages: {from_email: hello@quen.example, sender_id: QUEN, quiet_hours: {from: "22:00", to: "07:00"}}
    """
    assert faults_of(example) == []


def test_a_program_that_uses_everything_the_ledger_can_do_is_valid() -> None:
    example = """
    program: {id: everything, name: Everything, time_zone: Asia/Ho_Chi_Minh, currency: VND, locales: [vi]}
    points:
      worth: {points: 1, money: 100}
      expiry: {inactive_months: 12, at: end_of_quarter, activities: [purchase, redemption, bonus]}
    earning:
      - {id: base, on: purchase, points: 1, per: 10000}
      - {id: member-days, on: purchase, points: 1, per: 10000, pending: {days: 14}, when: {weekday: [wed]}}
      - {id: later, on: purchase, multiplier: "2", wallet: points, pending: {days: 30}}
      - {id: status, on: purchase, points: 1, per: 1000, wallet: qualifying}
      - {id: visit, on: purchase, points: 5, wallet: qualifying}
      - {id: stamp, on: purchase, points: 1, wallet: stamps}
      - {id: double-stamps, on: purchase, multiplier: "2", wallet: stamps, when: {weekday: [tue]}, cap: {points: 2, per: day}}
      - {id: welcome, on: enrolment, points: 20, wallet: points}
    purchases: {accepted_days: 92}
    receipts: {claim_days: 92}
    refunds: {grace_days: 0}
    merges: {undo_days: 0}
    transfers: {per_day: 1000, minimum: 1000}
    stored_value: {maximum: 5000000}
    adjustments:
      limits: {support: 500, manager: 10000}
      approval_above: 2000
      reason_codes: [goodwill, correction, "2026.late_receipt"]
    """
    assert faults_of(example) == []


WRONG: list[tuple[str, Any, str, str]] = [
    # pointer of the change, value, pointer of the fault, code
    ("/program", MISSING, "/program", "missing"),
    ("/program", [], "/program", "type"),
    ("/typo", 1, "/typo", "unknown"),
    ("/points/expiri", {}, "/points/expiri", "unknown"),
    ("/program/id", "Cà phê", "/program/id", "format"),
    ("/program/id", "two--hyphens", "/program/id", "format"),
    ("/program/id", "line-break\n", "/program/id", "format"),
    ("/program/name", "", "/program/name", "length"),
    ("/program/name", "x" * 101, "/program/name", "length"),
    ("/program/name", "bell\a", "/program/name", "format"),
    ("/program/name", " blank", "/program/name", "format"),
    ("/program/name", "half \ud800", "/program/name", "type"),
    ("/program/time_zone", "Asia/Saigonn", "/program/time_zone", "time_zone_unknown"),
    ("/program/time_zone", "../../etc/passwd", "/program/time_zone", "time_zone_unknown"),
    ("/program/time_zone", "", "/program/time_zone", "time_zone_unknown"),
    ("/program/time_zone", "localtime", "/program/time_zone", "time_zone_unknown"),
    ("/program/currency", "vnd", "/program/currency", "currency_unknown"),
    ("/program/currency", "ZZZ", "/program/currency", "currency_unknown"),
    ("/program/locales", [], "/program/locales", "length"),
    ("/program/locales/1", "fr", "/program/locales/1", "not_allowed"),
    ("/program/locales/2", "vi", "/program/locales/2", "duplicate"),
    ("/points/worth", MISSING, "/points/worth", "missing"),
    ("/points/worth/points", 0, "/points/worth/points", "out_of_range"),
    ("/points/worth/money", 100.0, "/points/worth/money", "type"),
    ("/points/worth/money", "100", "/points/worth/money", "type"),
    ("/points/worth/money", True, "/points/worth/money", "type"),
    ("/points/worth/money", -1, "/points/worth/money", "out_of_range"),
    ("/points/worth/money", 10**400, "/points/worth/money", "out_of_range"),
    ("/points/rounding", "up", "/points/rounding", "not_allowed"),
    ("/points/pending/days", -1, "/points/pending/days", "out_of_range"),
    ("/points/expiry", "never", "/points/expiry", "type"),
    ("/points/expiry/months", 0, "/points/expiry/months", "out_of_range"),
    ("/points/expiry/days", 30, "/points/expiry", "exactly_one"),
    ("/points/expiry", {"at": "end_of_month"}, "/points/expiry", "exactly_one"),
    ("/points/expiry", {}, "/points/expiry", "exactly_one"),
    ("/points/expiry", {"fixed": "12-31", "at": "end_of_month"}, "/points/expiry/at", "contradiction"),
    ("/points/expiry", {"days": 7, "warning": {"days": [30, 7]}}, "/points/expiry/warning/days", "contradiction"),
    ("/points/expiry", {"days": 1, "warning": {}}, "/points/expiry/warning/days", "contradiction"),
    ("/points/expiry", {"months": 1, "warning": {"days": [28]}}, "/points/expiry/warning/days", "contradiction"),
    ("/points/expiry", {"fixed": "02-29"}, "/points/expiry/fixed", "format"),
    ("/points/expiry", {"fixed": "04-31"}, "/points/expiry/fixed", "format"),
    ("/points/expiry", {"fixed": "2027-12-31"}, "/points/expiry/fixed", "format"),
    ("/points/expiry/at", "end_of_week", "/points/expiry/at", "not_allowed"),
    ("/points/expiry/inactive_months", 12, "/points/expiry", "exactly_one"),
    ("/points/expiry/activities", ["purchase"], "/points/expiry/activities", "contradiction"),
    ("/points/expiry", {"activities": ["purchase"]}, "/points/expiry", "exactly_one"),
    ("/points/expiry", {"inactive_months": 0}, "/points/expiry/inactive_months", "out_of_range"),
    ("/points/expiry", {"inactive_months": 121}, "/points/expiry/inactive_months", "out_of_range"),
    ("/points/expiry", {"inactive_months": 6, "activities": []}, "/points/expiry/activities", "length"),
    (
        "/points/expiry",
        {"inactive_months": 6, "activities": ["transfer"]},
        "/points/expiry/activities/0",
        "not_allowed",
    ),
    ("/points/expiry", {"inactive_months": 6, "activities": ["bonus"] * 2}, "/points/expiry/activities/1", "duplicate"),
    ("/earning", {}, "/earning", "type"),
    ("/earning/2/id", "base", "/earning/2/id", "duplicate"),
    ("/earning/0/on", "purchse", "/earning/0/on", "unknown_event"),
    ("/earning/0/per", MISSING, "/earning/0/per", "missing"),
    ("/earning/0/points", None, "/earning/0/points", "missing"),
    ("/earning/0/points", 0, "/earning/0/points", "out_of_range"),
    ("/earning/1/points", 1, "/earning/1/points", "contradiction"),
    ("/earning/1/multiplier", 2, "/earning/1/multiplier", "type"),
    ("/earning/1/multiplier", 1.5, "/earning/1/multiplier", "type"),
    ("/earning/1/multiplier", "1,5", "/earning/1/multiplier", "format"),
    ("/earning/1/multiplier", "1e3", "/earning/1/multiplier", "format"),
    ("/earning/1/multiplier", "1.0005", "/earning/1/multiplier", "format"),
    ("/earning/1/multiplier", "٢", "/earning/1/multiplier", "format"),
    ("/earning/1/multiplier", "0.999", "/earning/1/multiplier", "out_of_range"),
    ("/earning/1/multiplier", "100.001", "/earning/1/multiplier", "out_of_range"),
    ("/earning/0", {"id": "hello", "on": "enrolment", "points": 1}, "/earning/1/multiplier", "nothing_to_multiply"),
    ("/earning/0/wallet", "stamps", "/earning/1/multiplier", "nothing_to_multiply"),
    (
        "/earning/5",
        {"id": "x", "on": "purchase", "multiplier": "2", "wallet": "gems"},
        "/earning/5/wallet",
        "not_allowed",
    ),
    ("/earning/0/wallet", "gems", "/earning/0/wallet", "not_allowed"),
    ("/earning/0/wallet", ["points"], "/earning/0/wallet", "not_allowed"),
    ("/earning/2/wallet", "stamps", "/earning/2/wallet", "contradiction"),
    ("/earning/2/pending", {"days": 1}, "/earning/2/pending", "contradiction"),
    ("/earning/3/pending", {"days": 1}, "/earning/3/pending", "contradiction"),
    ("/earning/4/pending", {"days": 1}, "/earning/4/pending", "contradiction"),
    ("/earning/4/points", MISSING, "/earning/4/points", "missing"),
    ("/earning/4/wallet", MISSING, "/earning/4/per", "missing"),
    ("/earning/4/wallet", "points", "/earning/4/per", "missing"),
    ("/earning/0/pending", {}, "/earning/0/pending/days", "missing"),
    ("/earning/0/pending", {"days": 366}, "/earning/0/pending/days", "out_of_range"),
    ("/earning/1/when/weekday", [], "/earning/1/when/weekday", "length"),
    ("/earning/1/when/weekday/1", "mon", "/earning/1/when/weekday/1", "duplicate"),
    ("/earning/1/when/weekday/1", "monday", "/earning/1/when/weekday/1", "not_allowed"),
    ("/earning/1/cap/per", "decade", "/earning/1/cap/per", "not_allowed"),
    ("/earning/1/cap/points", MISSING, "/earning/1/cap/points", "missing"),
    ("/earning/2/points", MISSING, "/earning/2/points", "missing"),
    ("/earning/2/per", 100, "/earning/2/per", "contradiction"),
    ("/earning/2/multiplier", "2", "/earning/2/multiplier", "contradiction"),
    ("/earning/2/when", {"weekday": ["mon"]}, "/earning/2/when", "contradiction"),
    ("/birthday/feb_29", "feb_29", "/birthday/feb_29", "not_allowed"),
    ("/birthday/channels/2", "email", "/birthday/channels/2", "duplicate"),
    ("/birthday/channels/0", "fax", "/birthday/channels/0", "not_allowed"),
    ("/birthday/days_before", 61, "/birthday/days_before", "out_of_range"),
    ("/rewards/1/id", "free-coffee", "/rewards/1/id", "duplicate"),
    ("/rewards/0/name/en", MISSING, "/rewards/0/name/en", "missing"),
    ("/rewards/0/name/fr", "Café", "/rewards/0/name/fr", "not_allowed"),
    ("/rewards/0/name", "Free coffee", "/rewards/0/name", "type"),
    ("/rewards/0/stock", -1, "/rewards/0/stock", "out_of_range"),
    ("/rewards/0/per_member", 0, "/rewards/0/per_member", "out_of_range"),
    ("/reservations/minutes", 0, "/reservations/minutes", "out_of_range"),
    ("/purchases", {"accepted_days": -1}, "/purchases/accepted_days", "out_of_range"),
    ("/purchases", {"accepted_days": 93}, "/purchases/accepted_days", "out_of_range"),
    ("/purchases", None, "/purchases", "type"),
    ("/receipts", {"claim_days": 0}, "/receipts/claim_days", "out_of_range"),
    ("/receipts", {"claim_days": 93}, "/receipts/claim_days", "out_of_range"),
    ("/refunds/grace_days", 366, "/refunds/grace_days", "out_of_range"),
    ("/refunds/grace_days", "14", "/refunds/grace_days", "type"),
    ("/merges", {"undo_days": 366}, "/merges/undo_days", "out_of_range"),
    ("/transfers/per_day", MISSING, "/transfers/per_day", "missing"),
    ("/transfers", {"per_day": 0}, "/transfers/per_day", "out_of_range"),
    ("/transfers/per_day", 9, "/transfers/minimum", "contradiction"),
    ("/transfers/minimum", 501, "/transfers/minimum", "contradiction"),
    ("/transfers/minimum", 0, "/transfers/minimum", "out_of_range"),
    ("/transfers/minimum", True, "/transfers/minimum", "type"),
    ("/stored_value", {}, "/stored_value/maximum", "missing"),
    ("/stored_value/maximum", 0, "/stored_value/maximum", "out_of_range"),
    ("/stored_value/maximum", 10**12 + 1, "/stored_value/maximum", "out_of_range"),
    ("/adjustments/limits/support", -1, "/adjustments/limits/support", "out_of_range"),
    ("/adjustments/limits/manager", "10", "/adjustments/limits/manager", "type"),
    ("/adjustments/limits/cashier", 10, "/adjustments/limits/cashier", "not_allowed"),
    ("/adjustments/approval_above", -1, "/adjustments/approval_above", "out_of_range"),
    ("/adjustments/reason_codes", ["goodwill", "goodwill"], "/adjustments/reason_codes/1", "duplicate"),
    ("/adjustments/reason_codes", ["good will"], "/adjustments/reason_codes/0", "format"),
    ("/adjustments/reason_codes", [".hidden"], "/adjustments/reason_codes/0", "format"),
    ("/adjustments/reason_codes", ["goodwill\n"], "/adjustments/reason_codes/0", "format"),
    ("/adjustments/reason_codes", ["x" * 65], "/adjustments/reason_codes/0", "length"),
    ("/adjustments/reason_codes", [f"r{n}" for n in range(51)], "/adjustments/reason_codes", "length"),
    ("/messages/from_email", "hello", "/messages/from_email", "format"),
    ("/messages/from_email", "a@b.example\nBcc: x@y.example", "/messages/from_email", "format"),
    ("/messages/sender_id", "TWELVE-CHARS", "/messages/sender_id", "format"),
    ("/messages/advertising", {"from": "09:00", "to": "09:00"}, "/messages/advertising/to", "contradiction"),
    ("/messages/advertising", {"from": "22:00"}, "/messages/advertising/to", "contradiction"),
    ("/messages/advertising", {"to": "07:00"}, "/messages/advertising/to", "contradiction"),
    ("/messages/advertising", {"refusal": {"vi": "Gọi 19001234"}}, "/messages/advertising/refusal/en", "missing"),
    ("/messages/advertising", {"refusal": {"vi": "a\nb", "en": "b"}}, "/messages/advertising/refusal/vi", "format"),
    ("/messages/quiet_hours/from", "24:00", "/messages/quiet_hours/from", "format"),
    ("/messages/quiet_hours/to", 420, "/messages/quiet_hours/to", "type"),
    ("/messages/quiet_hours/to", "22:00", "/messages/quiet_hours/to", "contradiction"),
    ("/messages/quiet_hours/to", MISSING, "/messages/quiet_hours/to", "missing"),
    ("/version", 0, "/version", "out_of_range"),
    ("/effective_from", "2026-12-01", "/effective_from", "format"),
    ("/effective_from", "2026-12-01T00:00:00", "/effective_from", "format"),
    ("/effective_from", "2026-13-01T00:00:00Z", "/effective_from", "format"),
]


@pytest.mark.parametrize(("where", "value", "pointer", "code"), WRONG)
def test_a_wrong_value_is_named_and_nothing_else_is(where: str, value: object, pointer: str, code: str) -> None:
    assert faults_of(changed(where, value)) == [(pointer, code)]


def test_a_warning_without_which_no_point_ends_goes_at_least_one_way() -> None:
    """Else nobody would be warned, and that would pass for nobody having wanted it."""
    silent = [{"kind": "earned", "channels": ["push"]}, {"kind": "expiring", "channels": []}]
    document = changed("/messages/kinds", silent)
    assert faults_of(document) == []
    document["points"]["expiry"]["warning"] = {"required": False}
    assert faults_of(document) == []
    document["points"]["expiry"]["warning"] = {"required": True}
    assert faults_of(document) == [("/messages/kinds/1/channels", "contradiction")]


def test_a_reward_without_any_name_lacks_it_in_every_locale() -> None:
    assert faults_of(changed("/rewards/0/name", {})) == [
        ("/rewards/0/name/vi", "missing"),
        ("/rewards/0/name/en", "missing"),
    ]


@pytest.mark.parametrize(
    "expiry",
    [
        {"days": 8, "warning": {"days": [30, 7], "required": True}},
        {"months": 1, "at": "end_of_month", "warning": {"days": [30]}},
        {"fixed": "12-31", "warning": {"days": [90]}},
        {"days": 2, "warning": {}},
    ],
)
def test_members_can_be_warned_where_one_stage_comes_before_the_end(expiry: dict[str, Any]) -> None:
    assert faults_of(changed("/points/expiry", expiry)) == []


def test_every_fault_is_named_at_once() -> None:
    document = make_document()
    document["program"]["time_zone"] = "Mars/Olympus"
    document["points"]["worth"]["money"] = 1.5
    document["earning"][2]["id"] = "base"
    document["rewards"][0]["name"].pop("vi")
    del document["messages"]["quiet_hours"]["to"]
    assert set(faults_of(document)) == {
        ("/program/time_zone", "time_zone_unknown"),
        ("/points/worth/money", "type"),
        ("/earning/2/id", "duplicate"),
        ("/rewards/0/name/vi", "missing"),
        ("/messages/quiet_hours/to", "missing"),
    }


@pytest.mark.parametrize("source", [None, [], 1, "text", b"", {}, "- a\n- b"])
def test_what_is_no_program_at_all_is_refused_not_a_defect(source: Any) -> None:
    assert faults_of(source)


def test_no_value_of_the_document_is_repeated_in_a_fault() -> None:
    document = make_document()
    document["program"] |= {"currency": "S3CRET", "id": "S3CRET!", "S3CRET value": "S3CRET", "name": "S3CRET\n"}
    document["points"] = {"worth": "S3CRET", "rounding": "S3CRET", "S3CRET" * 20: 1}
    with pytest.raises(ValidationFailedError) as refused:
        parse_document(document)
    assert "S3CRET" not in repr([refused.value.faults, refused.value.detail])


def test_the_number_of_faults_told_is_bounded() -> None:
    document = make_document() | {f"typo{number}": 1 for number in range(5000)}
    assert len(faults_of(document)) == 100


def test_defaults_are_written_out_so_that_a_later_default_changes_no_old_version() -> None:
    least = {
        "program": {"id": "p", "name": "P", "time_zone": "UTC", "currency": "USD", "locales": ["en"]},
        "points": {"worth": {"points": 1, "money": 1}},
    }
    assert parse_document(least).content == least | {
        "points": {
            "worth": {"points": 1, "money": 1},
            "rounding": "floor",
            "pending": {"days": 0},
            "debt": {"limit": 0},
        },
        "earning": [],
        "rewards": [],
        "reservations": {"minutes": 15},
        "purchases": {"accepted_days": 90},
        "receipts": {"claim_days": 30},
        "refunds": {"grace_days": 14},
        "merges": {"undo_days": 30},
        "adjustments": {"limits": {}, "reason_codes": []},
        "messages": {},
    }


def test_the_defaults_that_stand_beside_other_values_are_written_out_too() -> None:
    content = parse_document(changed("/points/expiry", {"inactive_months": 6})).content
    assert content["points"]["expiry"] == {"inactive_months": 6, "activities": ["purchase"]}
    assert [rule["wallet"] for rule in content["earning"]] == ["points", "points", "points", "qualifying", "stamps"]
    assert parse_document(changed("/transfers", {"per_day": 5})).content["transfers"] == {"per_day": 5, "minimum": 1}


def test_a_multiplier_needs_something_in_its_own_wallet() -> None:
    document = changed("/earning/4/wallet", "qualifying")
    document["earning"].append({"id": "double-stamps", "on": "purchase", "multiplier": "2", "wallet": "stamps"})
    assert faults_of(document) == [("/earning/5/multiplier", "nothing_to_multiply")]


def test_text_and_values_and_the_canonical_form_of_a_program_are_the_same_program() -> None:
    text = canonical_text(parse_document(COFFEE_SHOP.read_text()).content)
    assert canonical_text(parse_document(text).content) == text
    assert canonical_text(parse_document(json.loads(text)).content) == text
    assert canonical_text(parse_document(make_document()).content) == text


@pytest.mark.parametrize("written", ["none", None])
def test_points_that_never_expire_are_said_so(written: object) -> None:
    assert "expiry" not in parse_document(changed("/points/expiry", written)).content["points"]


def test_what_is_said_about_the_write_is_no_part_of_the_program() -> None:
    parsed = parse_document(make_document() | {"version": 3, "effective_from": "2026-12-01T00:00:00+07:00"})
    assert (parsed.read_as, parsed.effective_from) == (3, datetime(2026, 11, 30, 17, tzinfo=UTC))
    assert parsed.content == parse_document(make_document()).content
