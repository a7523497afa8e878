"""Redemptions from asking to handing over: points held, spent or given back, once, by the right hands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import make_program, make_purchase
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.errors import (
    AlreadyRedeemedError,
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    RedemptionNotFoundError,
    ReservationExpiredError,
    RewardLimitReachedError,
    RewardNotFoundError,
    RewardOutOfStockError,
)
from quen.program.model import Reward
from quen.rewards.model import PointsWanted, RewardWanted
from tables import create_tables, open_mocked

TILL = "ptn_0000000000000001"
OTHER_TILL = "ptn_0000000000000002"


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        yield House(client, create_tables(client), MovableClock())


@pytest.fixture
def member_id(house: House) -> str:
    """A member with 320 points."""
    made = enrol(house)
    house.purchases.record(TILL, member(made), make_purchase(3_000_000), "f")
    return made


def ask(house: House, member_id: str, reward: str = "free-coffee", key: str = "k1") -> dict[str, object]:
    outcome = house.rewards.reserve(member(member_id), RewardWanted(reward), idempotency_key=key, fingerprint="f")
    return dict(outcome.result)


def test_a_member_reserves_a_reward_and_any_till_hands_it_over(house: House, member_id: str) -> None:
    asked = ask(house, member_id)
    assert (asked["state"], asked["points"], asked["quantity"]) == ("reserved", 120, 1)
    assert asked["expires_at"] == "2026-12-22T17:00:00Z"  # 24:00 in Saigon, thirty days on
    assert str(asked["code"]).replace("-", "").lower() == str(asked["redemption_id"]).removeprefix("red_")
    assert house.ledger.show_account(member_id)["points"] == {"active": 200, "pending": 0, "held": 120, "debt": 0}
    done = house.rewards.redeem(str(asked["redemption_id"]), partner_id=OTHER_TILL)
    assert done.result["state"] == "redeemed"
    assert house.ledger.show_account(member_id)["points"] == {"active": 200, "pending": 0, "held": 0, "debt": 0}
    assert house.rewards.redeem(str(asked["redemption_id"]), partner_id=OTHER_TILL).replayed
    with pytest.raises(AlreadyRedeemedError):
        house.rewards.redeem(str(asked["redemption_id"]), partner_id=TILL)
    with pytest.raises(AlreadyRedeemedError):
        house.rewards.release(str(asked["redemption_id"]), member_id=member_id)


def test_a_member_calls_their_own_redemption_off_and_the_points_are_back(house: House, member_id: str) -> None:
    redemption_id = str(ask(house, member_id)["redemption_id"])
    stranger = enrol(house, "+84907654321")
    for who in ({"member_id": stranger}, {"partner_id": TILL}):
        with pytest.raises(RedemptionNotFoundError):
            house.rewards.release(redemption_id, **who)
    released = house.rewards.release(redemption_id, member_id=member_id)
    assert released.result["account"]["points"]["active"] == 320
    assert house.rewards.release(redemption_id, member_id=member_id).replayed
    with pytest.raises(ReservationExpiredError):
        house.rewards.redeem(redemption_id, partner_id=TILL)


def test_a_tills_reservation_is_its_own_and_lapses_after_its_minutes(house: House, member_id: str) -> None:
    clock = house.clock
    assert isinstance(clock, MovableClock)
    reserved = house.rewards.reserve(
        member(member_id), PointsWanted(150, "B-77"), idempotency_key="k", fingerprint="f", partner_id=TILL
    )
    redemption_id = str(reserved.result["redemption_id"])
    assert reserved.result["worth"] == {"amount": 15_000, "currency": "VND"}
    assert reserved.result["expires_at"] == "2026-11-22T05:15:00Z"
    with pytest.raises(RedemptionNotFoundError):
        house.rewards.redeem(redemption_id, partner_id=OTHER_TILL)
    clock.advance(minutes=15)
    assert house.ledger.show_account(member_id)["points"]["active"] == 320
    with pytest.raises(ReservationExpiredError):
        house.rewards.redeem(redemption_id, partner_id=TILL)
    [shown], _ = house.rewards.list_redemptions(member_id, None, 10)
    assert shown["state"] == "lapsed"


def test_the_same_key_is_the_same_redemption_even_when_the_points_are_gone(house: House, member_id: str) -> None:
    first = ask(house, member_id)
    ask(house, member_id, key="k2")
    assert ask(house, member_id) == first
    with pytest.raises(IdempotencyKeyReusedError):
        house.rewards.reserve(member(member_id), RewardWanted("mug"), idempotency_key="k1", fingerprint="other")


def test_a_limit_for_each_member_counts_what_is_held_and_forgets_what_was_called_off(
    house: House, member_id: str
) -> None:
    redemption_id = str(ask(house, member_id, "mug")["redemption_id"])
    with pytest.raises(RewardLimitReachedError):
        ask(house, member_id, "mug", "k2")
    house.rewards.release(redemption_id, member_id=member_id)
    assert ask(house, member_id, "mug", "k3")["state"] == "reserved"


def test_a_lapsed_reservation_puts_its_piece_back_on_the_shelf(house: House, member_id: str) -> None:
    clock = house.clock
    assert isinstance(clock, MovableClock)
    mug = house.programs.current(clock.now()).load_reward("mug")
    ask(house, member_id, "mug")
    assert sum(house._stock.count_taken([mug.id])[mug.id].values()) == 1
    clock.instant = datetime(2027, 1, 1, tzinfo=UTC)
    house.ledger.bring_up_to_date(member_id, clock.now())
    assert sum(house._stock.count_taken([mug.id])[mug.id].values()) == 0
    assert ask(house, member_id, "mug", "k2")["state"] == "reserved"


def test_several_pieces_come_from_as_many_shards_as_it_takes(house: House, member_id: str) -> None:
    program = replace(make_program(), rewards=(Reward("pin", {"en": "Pin"}, 10, stock=6),))
    house.programs = FixedPrograms(program)
    for dependent in ("ledger", "rewards", "catalogue"):
        house.__dict__.pop(dependent, None)
    asked = house.rewards.reserve(member(member_id), RewardWanted("pin", 5), idempotency_key="k", fingerprint="f")
    assert house.catalogue.list_rewards(member_id, "en")[0]["available"]
    with pytest.raises(RewardOutOfStockError):
        house.rewards.reserve(member(member_id), RewardWanted("pin", 2), idempotency_key="k2", fingerprint="f")
    house.rewards.reserve(member(member_id), RewardWanted("pin"), idempotency_key="k3", fingerprint="f")
    assert not house.catalogue.list_rewards(member_id, "en")[0]["available"]
    house.rewards.release(str(asked.result["redemption_id"]), member_id=member_id)
    house.rewards.reserve(member(member_id), RewardWanted("pin", 5), idempotency_key="k4", fingerprint="f")


def test_a_till_may_type_the_code_that_the_member_shows(house: House, member_id: str) -> None:
    code = str(ask(house, member_id)["code"])
    assert house.rewards.redeem(code, partner_id=TILL).result["state"] == "redeemed"
    assert house.rewards.redeem(code.lower().replace("-", ""), partner_id=TILL).replayed


def test_called_off_points_whose_last_day_has_passed_are_gone_in_the_answer_too(house: House, member_id: str) -> None:
    clock = house.clock
    assert isinstance(clock, MovableClock)
    clock.instant = datetime(2027, 11, 20, tzinfo=UTC)
    redemption_id = str(ask(house, member_id)["redemption_id"])
    clock.instant = datetime(2027, 12, 5, tzinfo=UTC)
    released = house.rewards.release(redemption_id, member_id=member_id)
    assert released.result["account"]["points"]["active"] == 0
    assert house.ledger.show_account(member_id) == released.result["account"]


def test_the_catalogue_says_what_is_in_reach_and_what_is_missing(house: House) -> None:
    member_id = enrol(house)
    mug, coffee = house.catalogue.list_rewards(member_id, "en")
    assert (coffee["name"], coffee["reachable"], coffee["missing_points"]) == ("Free coffee", False, 100)
    assert (mug["available"], mug["reachable"], mug["missing_points"]) == (True, False, 10)
    assert house.catalogue.list_rewards(member_id, None)[1]["name"] == "Cà phê miễn phí"


def test_what_cannot_be_had_is_refused_and_holds_nothing(house: House, member_id: str) -> None:
    with pytest.raises(RewardNotFoundError):
        ask(house, member_id, "yacht")
    with pytest.raises(InsufficientPointsError):
        house.rewards.reserve(member(member_id), RewardWanted("free-coffee", 3), idempotency_key="k", fingerprint="f")
    for redemption_id in ("red_0000000000000000", "", "red_../../ACCOUNT", "mem_0000000000000000"):
        with pytest.raises(RedemptionNotFoundError):
            house.rewards.redeem(redemption_id, partner_id=TILL)
    assert house.ledger.show_account(member_id)["points"]["active"] == 320


def test_a_members_redemptions_come_newest_first_page_by_page(house: House, member_id: str) -> None:
    for number in range(3):
        ask(house, member_id, "mug" if number == 1 else "free-coffee", f"k{number}")
    page, following = house.rewards.list_redemptions(member_id, None, 2)
    rest, end = house.rewards.list_redemptions(member_id, following, 2)
    assert [shown["reward_id"] for shown in page] == ["free-coffee", "mug"]
    assert [shown["reward_id"] for shown in rest] == ["free-coffee"]
    assert end is None
