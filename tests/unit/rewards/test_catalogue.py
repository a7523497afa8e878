"""Windows, stores, limits and the order in which rewards are shown."""

from __future__ import annotations

from datetime import date

import pytest

from factories import make_program
from quen.errors import RewardNotAvailableError, StoreNotEligibleError, ValidationFailedError
from quen.program.benefits import Benefit
from quen.program.model import Reward
from quen.program.model.rewards import DayWindow
from quen.rewards.model import Offer, by_reach, check_gates, is_available, is_shown
from quen.shards.model import capacities, plan_pieces, shard_names, store_of

NAME = {"en": "Mug"}
DECEMBER = DayWindow(date(2026, 12, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("day", "is_offered", "is_in_the_catalogue"),
    [
        (date(2026, 11, 23), False, False),
        (date(2026, 11, 24), False, True),
        (date(2026, 12, 1), True, True),
        (date(2026, 12, 31), True, True),
        (date(2027, 1, 1), False, False),
    ],
)
def test_a_reward_is_had_in_its_window_and_shown_a_week_before(
    day: date, is_offered: bool, is_in_the_catalogue: bool
) -> None:
    reward = Reward("mug", NAME, 30, window=DECEMBER)
    assert is_shown(reward, day) is is_in_the_catalogue
    if is_offered:
        check_gates(reward, day, None)
    else:
        with pytest.raises(RewardNotAvailableError):
            check_gates(reward, day, None)


@pytest.mark.parametrize("gate", [{"stores": ("d1", "d3")}, {"stock_by_store": {"d1": 5, "d3": 0}}])
def test_a_reward_of_some_stores_wants_one_of_them_named(gate: dict[str, object]) -> None:
    reward = Reward("mug", NAME, 30, **gate)  # type: ignore[arg-type]
    check_gates(reward, date(2026, 12, 1), "d3")
    with pytest.raises(StoreNotEligibleError):
        check_gates(reward, date(2026, 12, 1), "d2")
    with pytest.raises(ValidationFailedError) as refused:
        check_gates(reward, date(2026, 12, 1), None)
    assert refused.value.faults[0].pointer == "/store_id"


@pytest.mark.parametrize(
    ("per", "day", "period"),
    [
        ("ever", date(2026, 12, 31), ""),
        ("day", date(2026, 12, 31), "2026-12-31/day"),
        ("week", date(2026, 12, 31), "2027-01-03/week"),
        ("month", date(2026, 2, 1), "2026-02-28/month"),
        ("year", date(2026, 2, 1), "2026-12-31/year"),
    ],
)
def test_a_limit_counts_in_periods_of_the_programs_calendar(per: str, day: date, period: str) -> None:
    assert Reward("mug", NAME, 30, per_member=1, limit_per=per).period_on(day) == period  # type: ignore[arg-type]


def test_what_was_had_in_another_period_leaves_room_in_this_one() -> None:
    reward = Reward("mug", NAME, 30, per_member=1, limit_per="month")
    had = {"mug/2026-11-30/month": 1}
    assert not is_available(reward, had, date(2026, 11, 30), None, is_for_member=True)
    assert is_available(reward, had, date(2026, 12, 1), None, is_for_member=True)
    assert not is_available(reward, had, date(2026, 12, 1), 0, is_for_member=True)
    assert not is_available(reward, had, date(2026, 12, 1), None, is_for_member=False)


def test_what_is_within_reach_comes_first_by_its_value_and_then_what_lacks_least() -> None:
    voucher = Reward("voucher", NAME, 100, benefit=Benefit("voucher", amount=50_000))
    cheap = Reward("mug", NAME, 30)
    far, farther = Reward("bike", NAME, 900), Reward("car", NAME, 9000)
    gone = Reward("pin", NAME, 1)
    offers = [
        Offer(farther, 9000, 8800, None),
        Offer(gone, 1, 0, 0, is_available=False),
        Offer(cheap, 30, 0, None),
        Offer(far, 900, 700, None),
        Offer(voucher, 100, 0, None),
    ]
    assert [offer.reward.id for offer in by_reach(offers, make_program())] == ["voucher", "mug", "bike", "car", "pin"]


@pytest.mark.parametrize("store_id", ["", "district-1", "a@b"])
def test_shards_are_named_by_number_and_store_and_share_the_stock(store_id: str) -> None:
    names = shard_names(store_id)
    assert {store_of(name) for name in names} == {store_id}
    assert capacities(10, {}, store_id) == dict(zip(names, (3, 3, 2, 2), strict=True))


def test_a_further_attempt_begins_at_the_next_shard() -> None:
    [first], [second] = (plan_pieces(capacities(100, {}), {}, 1, "red_a", attempt=attempt) or {} for attempt in (0, 1))
    assert int(second) == (int(first) + 1) % len(shard_names())


def test_a_stores_pieces_come_from_its_own_shards() -> None:
    capacity = capacities(5, {}, "d1")
    plan = plan_pieces(capacity, {}, 5, "red_a")
    assert plan is not None
    assert sum(plan.values()) == 5
    assert {store_of(shard) for shard in plan} == {"d1"}
    assert plan_pieces(capacity, plan, 1, "red_a") is None


@pytest.mark.parametrize(
    ("total", "taken", "capacity"),
    [
        (22, (10, 10, 0, 0), (10, 10, 1, 1)),
        (22, (5, 10, 0, 0), (5, 10, 4, 3)),
        (20, (12, 4, 0, 0), (12, 4, 2, 2)),
        (20, (10, 10, 3, 0), (10, 10, 3, 0)),
        (80, (-50, 60, 60, 0), (-40, 60, 60, 0)),
    ],
)
def test_what_a_shard_has_given_beyond_its_share_the_others_have_less(
    total: int, taken: tuple[int, ...], capacity: tuple[int, ...]
) -> None:
    assert tuple(capacities(total, dict(zip(shard_names(), taken, strict=True))).values()) == capacity
