"""Perks as the document says them: what arrives in the program, and which fault is named where."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from quen.errors import ValidationFailedError
from quen.program.benefits import Benefit
from quen.program.compiled import canonical_text, compile_program
from quen.program.document import parse_document
from quen.program.document.checks import find_contradictions
from quen.program.model import Goods, Perk, Program, Quota, TierDiscount
from unit.program.documents import faults_of, make_document

NAMES = {"vi": "Tên", "en": "Name"}
TIERS = [{"id": tier, "name": NAMES} for tier in ("member", "silver", "gold")]
PAID = {"price": 49_000, "period": {"months": 1}}
PLANS = [{"id": "vip", "name": NAMES, **PAID}]
REWARDS = [
    {"id": "coffee", "name": NAMES, "points": 120},
    {"id": "cake", "name": NAMES, "points": 10, "window": {"from": "2026-12-01"}},
]
PERK = "/perks/0"


BASE = make_document()


def document(*perks: dict[str, Any], **sections: object) -> dict[str, Any]:
    """The demo program with tiers, a plan and two rewards, one of which begins later, and these perks."""
    known = {"tiers": TIERS, "memberships": PLANS, "rewards": REWARDS, "categories": [{"id": "tobacco"}]}
    return BASE | known | {"perks": [*perks]} | sections


def perk(kind: str = "text", **members: object) -> dict[str, Any]:
    return {"id": "it", "name": NAMES, "kind": kind} | members


def compiled(source: dict[str, Any]) -> Program:
    content = json.loads(canonical_text(parse_document(source).content))
    return compile_program(content, 1, datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("said", "made"),
    [
        (perk(), Perk("it", NAMES)),
        (
            perk(terms=NAMES, tiers=["silver", "gold"], plans=["vip"], worth=20_000),
            Perk("it", NAMES, terms=NAMES, tiers=("silver", "gold"), plans=("vip",), worth=20_000),
        ),
        (
            perk(tiers=["silver", "gold"], quota={"uses": {"silver": 0, "gold": 4}, "per": "month"}),
            Perk("it", NAMES, tiers=("silver", "gold"), quota=Quota("month", by_holder={"silver": 0, "gold": 4})),
        ),
        (
            perk(plans=["vip"], quota={"uses": 4, "per": "membership_period"}),
            Perk("it", NAMES, plans=("vip",), quota=Quota("membership_period", 4)),
        ),
        (
            perk("free_delivery", maximum=30_000, minimum_bill=100_000),
            Perk("it", NAMES, "free_delivery", delivery=Benefit("free_delivery", maximum=30_000, minimum_bill=100_000)),
        ),
        (
            perk(
                "percent_off", percent="15", maximum=50_000, excluded={"categories": ["tobacco"]}, when="birthday_month"
            ),
            Perk(
                "it",
                NAMES,
                "percent_off",
                discount=TierDiscount(Fraction(3, 20), 50_000, Goods(categories=frozenset({"tobacco"}))),
                is_for_birthday_month=True,
            ),
        ),
        (perk("multiplier", multiplier="1.5"), Perk("it", NAMES, "multiplier", multiplier=Fraction(3, 2))),
        (
            perk("early_access", days=3, rewards=["cake"]),
            Perk("it", NAMES, "early_access", early_days=3, rewards=("cake",)),
        ),
        (
            perk("event_invitation", at="2026-12-24T19:00:00+07:00", place="Quận 1"),
            Perk("it", NAMES, "event_invitation", at=datetime(2026, 12, 24, 12, tzinfo=UTC), place="Quận 1"),
        ),
    ],
)
def test_every_kind_of_perk_arrives(said: dict[str, Any], made: Perk) -> None:
    assert compiled(document(said)).perks == (made,)


def test_a_document_that_was_stored_before_there_were_perks_has_none() -> None:
    content = json.loads(canonical_text(parse_document(make_document()).content))
    assert (
        compile_program({name: part for name, part in content.items() if name != "perks"}, 1, datetime.now(UTC)).perks
        == ()
    )


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ({"id": "it", "name": NAMES}, [(PERK, "not_allowed")]),
        (perk("gift"), [(PERK, "not_allowed")]),
        (perk(percent="10"), [(f"{PERK}/percent", "unknown")]),
        (perk(name={"vi": "Tên"}), [(f"{PERK}/name/en", "missing")]),
        (perk(terms={"en": "Terms"}), [(f"{PERK}/terms/vi", "missing")]),
        (perk(id="coffee"), [(f"{PERK}/id", "duplicate")]),
        (perk(tiers=["platinum"]), [(f"{PERK}/tiers/0", "unknown_tier")]),
        (perk(tiers=["gold", "gold"]), [(f"{PERK}/tiers/1", "duplicate")]),
        (perk(plans=["gold"]), [(f"{PERK}/plans/0", "unknown_plan")]),
        (perk("percent_off", percent="101"), [(f"{PERK}/percent", "out_of_range")]),
        (perk("percent_off", percent="0"), [(f"{PERK}/percent", "out_of_range")]),
        (
            perk("percent_off", percent="5", excluded={"categories": ["spirits"]}),
            [(f"{PERK}/excluded/categories/0", "unknown_category")],
        ),
        (perk("multiplier", multiplier="0.5"), [(f"{PERK}/multiplier", "out_of_range")]),
        (perk("multiplier", multiplier="1.0"), [(f"{PERK}/multiplier", "never")]),
        (
            perk("multiplier", multiplier="2", quota={"uses": 1, "per": "day"}),
            [(f"{PERK}/quota", "unknown")],
        ),
        (perk("early_access", days=3, rewards=["tea"]), [(f"{PERK}/rewards/0", "unknown_reward")]),
        (perk("early_access", days=3, rewards=["coffee"]), [(f"{PERK}/rewards/0", "never")]),
        (perk(quota={"uses": 1, "per": "ever"}), [(f"{PERK}/quota/per", "not_allowed")]),
        (perk(quota={"uses": 0, "per": "day"}), [(f"{PERK}/quota/uses", "out_of_range")]),
        (
            perk(tiers=["gold"], quota={"uses": {"silver": 1}, "per": "day"}),
            [(f"{PERK}/quota/uses/gold", "missing"), (f"{PERK}/quota/uses/silver", "contradiction")],
        ),
        (perk(tiers=["gold"], quota={"uses": {"gold": 0}, "per": "day"}), [(f"{PERK}/quota/uses", "never")]),
        (perk(quota={"uses": 1, "per": "membership_period"}), [(f"{PERK}/quota/per", "contradiction")]),
        (
            perk(tiers=["gold"], plans=["vip"], quota={"uses": 1, "per": "membership_period"}),
            [(f"{PERK}/quota/per", "contradiction")],
        ),
    ],
)
def test_a_perk_that_cannot_stand_is_named_with_its_place(said: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    assert sorted(faults_of(document(said))) == faults


def test_two_perks_have_two_ids() -> None:
    assert faults_of(document(perk(), perk())) == [("/perks/1/id", "duplicate")]


def test_where_no_reward_begins_later_nothing_is_had_early() -> None:
    assert faults_of(document(perk("early_access", days=3), rewards=REWARDS[:1])) == [(PERK, "never")]


def test_uses_of_a_tier_and_a_plan_of_one_name_could_be_eithers() -> None:
    said = perk(tiers=["gold"], plans=["gold"], quota={"uses": {"gold": 1}, "per": "day"})
    assert faults_of(document(said, memberships=[{"id": "gold", "name": NAMES, **PAID}])) == [
        (f"{PERK}/quota/uses/gold", "contradiction")
    ]


def test_every_fault_is_a_sentence() -> None:
    said = perk(
        id="coffee", tiers=["platinum"], plans=["gold"], quota={"uses": {"silver": 0}, "per": "membership_period"}
    )
    with pytest.raises(ValidationFailedError) as refused:
        parse_document(document(said))
    assert len(refused.value.faults) == 6
    assert all(fault.message.endswith(".") and len(fault.message) > 30 for fault in refused.value.faults)


def test_whatever_stands_there_is_looked_at_and_nothing_breaks() -> None:
    values = [None, 1, "x", True, [], [[]], [{}], {}, {"a": {}}, {"a": []}]
    members = ["id", "name", "terms", "tiers", "plans", "rewards", "quota", "multiplier", "percent", "kind"]
    for kind, member, value in product(("early_access", "multiplier", "percent_off", "text"), members, values):
        find_contradictions(document(perk(kind) | {member: value}))
        find_contradictions(document(perk(kind, quota={"uses": value, "per": value})))
