"""What is stored becomes the program that requests use, fast and without pydantic."""

from __future__ import annotations

import json
import subprocess
import sys
import time as stopwatch
from collections.abc import Callable
from datetime import UTC, datetime, time
from fractions import Fraction
from pathlib import Path

import pytest

from quen.program.compiled import canonical_text, compile_program
from quen.program.document import parse_document
from quen.program.model import (
    AdjustmentPolicy,
    AdvertisingPolicy,
    Cap,
    Expiry,
    OnWeekdays,
    Program,
    StoredValuePolicy,
    TransferPolicy,
)
from unit.program.documents import COFFEE_SHOP, MISSING, changed, make_document

LAYER = Path(__file__).parents[3] / "layers" / "quen"
BEGAN = datetime(2026, 11, 22, tzinfo=UTC)
COMPILE_SECONDS_MAX = 0.005
LIMITS = {"owner": 3, "manager": 2, "support": 0}
RENEWED = Expiry("inactive_months", 6, "end_of_month", activities=frozenset({"redemption", "bonus"}))


def compiled(document: object) -> Program:
    return compile_program(json.loads(canonical_text(parse_document(document).content)), 7, BEGAN)  # type: ignore[arg-type]


def test_what_a_program_says_of_advertising_arrives_and_the_law_says_the_rest() -> None:
    refusal = {"vi": "Từ chối: gọi 19001234", "en": "To refuse: call 19001234"}
    said = compiled(changed("/messages/advertising", {"label": "[AD]", "refusal": refusal})).messages.advertising
    assert said == AdvertisingPolicy(label="[AD]", refusals=refusal)


def test_the_demo_program_arrives_whole() -> None:
    program = compiled(COFFEE_SHOP.read_text())
    assert (program.id, program.currency, program.locales, program.version) == ("ca-phe-quen", "VND", ("vi", "en"), 7)
    assert (program.time_zone.key, program.effective_from) == ("Asia/Ho_Chi_Minh", BEGAN)
    assert (program.points.worth_points, program.points.worth_money, program.points.debt_limit) == (1, 100, 100_000)
    assert program.points.expiry == Expiry("months", 12, "end_of_month")
    base, double_star, welcome, status, stamp = program.earning
    assert (base.points, base.per, base.multiplier, base.when) == (1, 10_000, None, None)
    assert (double_star.multiplier, double_star.when) == (Fraction(2), OnWeekdays(frozenset({0})))
    assert double_star.caps == (Cap(200, "day"),)
    assert (welcome.on, welcome.points) == ("enrolment", 20)
    assert (status.wallet, status.points, status.per) == ("qualifying", 1, 1000)
    assert (stamp.wallet, stamp.points, stamp.per) == ("stamps", 1, None)
    assert program.birthday is not None
    assert (program.birthday.points, program.birthday.channels) == (50, ("email", "sms"))
    tumbler = program.load_reward("tumbler")
    assert (tumbler.points, tumbler.stock, tumbler.per_member, tumbler.expires_in_days) == (1500, 50, 1, 60)
    assert (program.messages.quiet_from, program.messages.quiet_to) == (time(22), time(7))
    assert (program.reservation_minutes, program.accepted_days, program.grace_days, program.undo_days) == (
        15,
        90,
        14,
        30,
    )
    assert program.claim_days == 30
    assert (program.transfers, program.stored_value) == (TransferPolicy(500, 10), StoredValuePolicy(5_000_000))
    assert program.adjustments == AdjustmentPolicy({"support": 1000}, approval_above=20_000)


def test_a_program_knows_its_own_events_beside_those_that_every_program_knows() -> None:
    yoga = {"type": "yoga-class", "name": {"vi": "Lớp yoga", "en": "Yoga class"}}
    program = compiled(make_document() | {"events": [yoga]})
    assert all(map(program.knows_event, ["yoga-class", "visit", "review", "survey", "referral"]))
    assert not any(map(program.knows_event, ["purchase", "first_purchase", "enrolment", "swim-class", ""]))
    assert not compiled(make_document()).knows_event("yoga-class")


@pytest.mark.parametrize(
    ("written", "expiry"),
    [
        ("none", Expiry()),
        ({"days": 90}, Expiry("days", 90)),
        ({"months": 6}, Expiry("months", 6)),
        ({"fixed": "12-31"}, Expiry("fixed", month_day=(12, 31))),
        ({"months": 12, "at": "end_of_year"}, Expiry("months", 12, "end_of_year")),
        ({"days": 90, "at": "end_of_quarter"}, Expiry("days", 90, "end_of_quarter")),
        ({"inactive_months": 6}, Expiry("inactive_months", 6, activities=frozenset({"purchase"}))),
        ({"inactive_months": 6, "at": "end_of_month", "activities": ["redemption", "bonus"]}, RENEWED),
    ],
)
def test_every_way_to_expire_arrives(written: object, expiry: Expiry) -> None:
    assert compiled(changed("/points/expiry", written)).points.expiry == expiry


@pytest.mark.parametrize(
    ("pointer", "written", "setting", "value"),
    [
        ("/earning/0/pending", {"days": 14}, lambda program: program.earning[0].pending_days, 14),
        ("/earning/0/pending", {"days": 0}, lambda program: program.earning[0].pending_days, 0),
        ("/earning/3/wallet", "stamps", lambda program: program.earning[3].wallet, "stamps"),
        ("/earning/3/per", MISSING, lambda program: program.earning[3].per, None),
        ("/purchases", {"accepted_days": 30}, lambda program: program.accepted_days, 30),
        ("/receipts", {"claim_days": 7}, lambda program: program.claim_days, 7),
        ("/refunds/grace_days", 0, lambda program: program.grace_days, 0),
        ("/merges", {"undo_days": 7}, lambda program: program.undo_days, 7),
        ("/transfers", {"per_day": 900}, lambda program: program.transfers, TransferPolicy(900, 1)),
        ("/transfers", {"per_day": 900, "minimum": 50}, lambda program: program.transfers, TransferPolicy(900, 50)),
        ("/transfers", MISSING, lambda program: program.transfers, None),
        ("/stored_value/maximum", 200_000, lambda program: program.stored_value, StoredValuePolicy(200_000)),
        ("/stored_value", MISSING, lambda program: program.stored_value, None),
        ("/adjustments", MISSING, lambda program: program.adjustments, AdjustmentPolicy()),
        ("/adjustments/limits", LIMITS, lambda program: program.adjustments.limits, LIMITS),
        ("/adjustments/approval_above", 0, lambda program: program.adjustments.approval_above, 0),
        ("/adjustments/reason_codes", ["goodwill"], lambda program: program.adjustments.reason_codes, ("goodwill",)),
    ],
)
def test_what_the_document_says_the_program_has(
    pointer: str, written: object, setting: Callable[[Program], object], value: object
) -> None:
    assert setting(compiled(changed(pointer, written))) == value


def test_a_multiplier_of_stamps_multiplies_stamps() -> None:
    rule = {
        "id": "double-stamps",
        "on": "purchase",
        "multiplier": "2",
        "wallet": "stamps",
        "when": {"weekday": ["tue"]},
    }
    doubled = compiled(changed("/earning/5", rule)).earning[5]
    assert (doubled.multiplier, doubled.wallet, doubled.when) == (Fraction(2), "stamps", OnWeekdays(frozenset({1})))


def test_what_an_earlier_document_could_not_say_has_the_value_that_it_always_meant() -> None:
    content = parse_document(make_document()).content
    for section in ("purchases", "receipts", "refunds", "merges", "transfers", "stored_value", "adjustments"):
        content.pop(section)
    for rule in content["earning"]:
        rule.pop("wallet")
    program = compile_program(content, 1, BEGAN)
    assert (program.accepted_days, program.claim_days, program.grace_days, program.undo_days) == (90, 30, 14, 30)
    assert (program.transfers, program.stored_value, program.adjustments) == (None, None, AdjustmentPolicy())
    assert {(rule.wallet, rule.pending_days) for rule in program.earning} == {("points", None)}


def test_a_rewards_first_name_is_in_the_programs_first_locale() -> None:
    program = compiled(changed("/program/locales", ["en", "vi"]))
    assert next(iter(program.rewards[0].name)) == "en"


def test_compiling_takes_no_noticeable_time() -> None:
    text = canonical_text(parse_document(COFFEE_SHOP.read_text()).content)
    fastest = min(_timed(text) for _ in range(5))
    assert fastest < COMPILE_SECONDS_MAX


def _timed(text: str) -> float:
    started = stopwatch.process_time()
    compile_program(json.loads(text), 1, BEGAN)
    return stopwatch.process_time() - started


def test_a_request_that_only_reads_the_program_loads_neither_pydantic_nor_yaml() -> None:
    code = (
        "import sys; import quen.program.service, quen.program.compiled, quen.earning.model, quen.earning.receipt; "
        "print(sorted({'pydantic', 'pydantic_core', 'yaml'} & set(sys.modules)))"
    )
    environment = {"PYTHONPATH": str(LAYER)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"
