"""Who has lapsed by their own rhythm, who is held out, and a win-back in a document."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import jsonschema_rs
import pytest

from quen.program.compiled import compile_program
from quen.program.document import json_schema, parse_document
from quen.program.model import Gift, Gifts, RewardGift, WinBackPolicy, next_monday
from unit.program.documents import faults_of, make_document

POINTS = Gifts(Gift(50))
MONTHLY = WinBackPolicy(Fraction("2.5"), POINTS, days_min=14, days_max=120)
FIRST = date(2026, 1, 1)
REWARD = {"id": "free-coffee", "valid_days": 21}
OFFER = {"after": "2.5", "points": 50}


def make_win_back(**changes: Any) -> dict[str, Any]:
    """The demo program with two tiers, which wins members back."""
    names = {"vi": "Hạng", "en": "Tier"}
    tiers = [{"id": "member", "name": names}, {"id": "gold", "name": names}]
    return deepcopy(make_document() | {"tiers": tiers, "win_back": OFFER | changes})


class TestRhythm:
    @pytest.mark.parametrize(
        ("purchases", "over", "waits"),
        [
            (4, 90, 75),  # every 30 days
            (10, 90, 25),
            (14, 13, 14),  # every day: but not after three
            (3, 365, 120),
            (5, 30, 19),  # 7.5 days, 18.75 of them
            (3, 0, 14),  # all on one day: the gap is a day at least
        ],
    )
    def test_members_lapse_after_so_many_of_their_own_gaps_within_bounds(
        self, purchases: int, over: int, waits: int
    ) -> None:
        last = FIRST + timedelta(days=over)
        assert MONTHLY.lapses_on(purchases, FIRST, last) == last + timedelta(days=waits)

    def test_who_has_bought_too_rarely_has_no_rhythm(self) -> None:
        assert MONTHLY.lapses_on(2, FIRST, FIRST + timedelta(days=10)) is None

    def test_a_single_purchase_is_no_reason_to_divide_by_nothing(self) -> None:
        policy = WinBackPolicy(Fraction(2), POINTS, purchases_min=1)
        assert policy.lapses_on(1, FIRST, FIRST) == FIRST + timedelta(days=30)

    def test_a_monday_is_its_own_and_every_other_day_waits_for_the_next(self) -> None:
        monday = date(2026, 11, 30)
        week = [monday + timedelta(days=number) for number in range(8)]
        assert [next_monday(day) for day in week] == [monday] + [monday + timedelta(days=7)] * 7


class TestHoldOut:
    MEMBERS = tuple(f"mem_{number:016}" for number in range(4000))

    def held_out(self, percent: int, program_id: str = "ca-phe-quen") -> set[str]:
        policy = WinBackPolicy(Fraction(2), POINTS, hold_out=Fraction(percent, 100))
        return {member_id for member_id in self.MEMBERS if policy.holds_out(program_id, member_id)}

    @pytest.mark.parametrize("percent", [0, 1, 10, 50, 99])
    def test_about_so_many_are_held_out_as_the_program_says(self, percent: int) -> None:
        expected = len(self.MEMBERS) * percent / 100
        assert abs(len(self.held_out(percent)) - expected) <= 4 * (expected * (1 - percent / 100)) ** 0.5

    def test_a_growing_share_keeps_those_whom_it_had(self) -> None:
        assert self.held_out(5) < self.held_out(10) < self.held_out(50)

    def test_another_program_holds_out_others(self) -> None:
        assert self.held_out(10) != self.held_out(10, "salon")

    def test_who_is_held_out_never_changes(self) -> None:
        """A new release that held out others would spoil every comparison that is running."""
        policy = WinBackPolicy(Fraction(2), POINTS, hold_out=Fraction(1, 10))
        held_out = [number for number in range(40) if policy.holds_out("ca-phe-quen", f"mem_{number:016}")]
        assert held_out == [5, 6, 11, 30]


VALID: list[dict[str, Any]] = [
    {},
    {"points": None, "reward": REWARD, "hold_out": "10", "days_min": 30, "days_max": 30, "channels": ["email", "sms"]},
    {"points": None, "by_tier": {"gold": {"points": 100}}, "purchases_min": 2},
    {"after": "0.001", "hold_out": "99.999"},
]


@pytest.mark.parametrize("changes", VALID)
def test_an_offer_within_bounds_is_valid_for_the_code_and_for_the_schema(changes: dict[str, Any]) -> None:
    document = make_win_back(**changes)
    assert faults_of(document) == []
    assert jsonschema_rs.is_valid(json_schema(), document)


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"points": None}, [("/win_back", "gives_nothing")]),
        ({"after": None}, [("/win_back/after", "type")]),
        ({"after": "0"}, [("/win_back/after", "out_of_range")]),
        ({"after": "two"}, [("/win_back/after", "format")]),
        ({"hold_out": "100"}, [("/win_back/hold_out", "out_of_range")]),
        ({"days_min": 181}, [("/win_back/days_min", "contradiction")]),
        ({"days_max": 29}, [("/win_back/days_min", "contradiction")]),
        ({"days_min": 0}, [("/win_back/days_min", "out_of_range")]),
        ({"purchases_min": 1}, [("/win_back/purchases_min", "out_of_range")]),
        ({"reward": {"id": "tea", "valid_days": 1}}, [("/win_back/reward/id", "unknown_reward")]),
        ({"by_tier": {"platinum": {"points": 1}}}, [("/win_back/by_tier/platinum", "unknown_tier")]),
        ({"channels": ["sms", "sms"]}, [("/win_back/channels/1", "duplicate")]),
    ],
)
def test_every_fault_is_named_by_its_place(changes: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    assert faults_of(make_win_back(**changes)) == faults


def test_a_stored_document_becomes_the_offer_that_it_says() -> None:
    document = make_win_back(reward=REWARD, by_tier={"gold": {"points": 100}}, hold_out="7.5", channels=["sms"])
    program = compile_program(parse_document(document).content, 1, datetime(2026, 1, 1, tzinfo=UTC))
    gifts = Gifts(Gift(50, RewardGift("free-coffee", 21)), {"gold": Gift(100)})
    offer = WinBackPolicy(Fraction("2.5"), gifts, hold_out=Fraction("0.075"), channels=("sms",))
    assert program.win_back == offer
    assert (offer.days_min, offer.days_max, offer.purchases_min) == (30, 180, 3)


def test_a_program_without_one_wins_nobody_back() -> None:
    program = compile_program(parse_document(make_document()).content, 1, datetime(2026, 1, 1, tzinfo=UTC))
    assert program.win_back is None
