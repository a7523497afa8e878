"""Sixteen at once, on a DynamoDB that is exact about transactions: the sum is right and the answers are the right ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from msgspec.structs import replace

from factories import make_program, make_purchase
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.errors import (
    ConflictRetryError,
    InsufficientPointsError,
    MemberAlreadyExistsError,
    RewardOutOfStockError,
)
from quen.ledger.documents import Outcome
from quen.ledger.model import verify
from quen.members.model import Enrolment, Login
from quen.program.model import Reward
from quen.rewards.model import PointsWanted, RewardWanted

pytestmark = pytest.mark.engine
RACERS = 16
PARTNER = "ptn_0000000000000001"


@pytest.fixture
def house(engine: Any, tables: dict[str, str]) -> House:
    made = House(engine, tables, MovableClock())
    assert all((made.purchases, made.rewards, made.members))  # made before the threads are
    return made


def race(act: Callable[[int], Any]) -> list[Any]:
    """What each racer got: an outcome or an error; all start at once, and who lost every race tries again."""
    barrier = Barrier(RACERS)

    def run(number: int) -> Any:
        barrier.wait()
        while True:
            try:
                return act(number)
            except ConflictRetryError:
                continue
            except Exception as error:  # noqa: BLE001 - the outcome is the point
                return error

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(run, range(RACERS)))


def kinds(results: list[Any]) -> Counter[str]:
    return Counter(
        ("replay" if result.replayed else "done") if isinstance(result, Outcome) else type(result).__name__
        for result in results
    )


def check_books(house: House, member_id: str) -> None:
    store = house._ledger_store
    assert verify(store.load(member_id), store.read_history(member_id)) is None


def test_sixteen_burns_of_one_whole_balance_spend_it_once(house: House) -> None:
    member_id = enrol(house)
    results = race(
        lambda number: house.rewards.reserve(
            member(member_id), PointsWanted(20), idempotency_key=f"k{number}", fingerprint="f", partner_id=PARTNER
        )
    )
    assert kinds(results) == {"done": 1, InsufficientPointsError.__name__: RACERS - 1}
    assert house.ledger.show_account(member_id)["points"] == {"active": 0, "pending": 0, "held": 20, "debt": 0}
    check_books(house, member_id)


def test_sixteen_identical_purchases_earn_once_and_get_one_answer(house: House) -> None:
    member_id = enrol(house)
    results = race(lambda _: house.purchases.record(PARTNER, member(member_id), make_purchase(500_000), "same"))
    assert kinds(results) == {"done": 1, "replay": RACERS - 1}
    assert len({str(result.result) for result in results}) == 1
    assert house.ledger.show_account(member_id)["points"]["active"] == 70
    check_books(house, member_id)


def test_sixteen_different_purchases_all_count(house: House) -> None:
    member_id = enrol(house)
    results = race(
        lambda number: house.purchases.record(
            PARTNER, member(member_id), make_purchase(10_000, purchase_id=f"B-{number}"), f"f{number}"
        )
    )
    assert kinds(results) == {"done": RACERS}
    assert house.ledger.show_account(member_id)["points"]["active"] == 20 + RACERS
    check_books(house, member_id)


def test_redeem_and_release_at_once_end_a_redemption_one_way(house: House) -> None:
    member_id = enrol(house)
    reserved = house.rewards.reserve(
        member(member_id), PointsWanted(20), idempotency_key="k", fingerprint="f", partner_id=PARTNER
    )
    redemption_id = str(reserved.result["redemption_id"])
    results = race(
        lambda number: (
            house.rewards.redeem(redemption_id, partner_id=PARTNER)
            if number % 2
            else house.rewards.release(redemption_id, partner_id=PARTNER)
        )
    )
    points = house.ledger.show_account(member_id)["points"]
    assert points in (
        {"active": 20, "pending": 0, "held": 0, "debt": 0},
        {"active": 0, "pending": 0, "held": 0, "debt": 0},
    )
    assert kinds(results)["done"] == 1
    assert kinds(results)["replay"] == RACERS // 2 - 1
    check_books(house, member_id)


def test_sixteen_enrolments_of_one_phone_make_one_member_with_one_welcome(house: House) -> None:
    phone = "+84907654321"

    def enrol_with(number: int) -> Any:
        login = Login("https://issuer.test", f"login-{number}", phone=phone)
        return house.members.enrol(login, Enrolment(phone=phone), house.clock.now())

    results = race(enrol_with)
    made = [result for result in results if not isinstance(result, Exception)]
    assert len(made) == 1
    assert all(isinstance(one, MemberAlreadyExistsError) for one in results if one not in made)
    assert house.ledger.show_account(made[0].member.member_id)["points"]["active"] == 20


def test_the_last_pieces_of_a_reward_go_to_as_many_members_as_there_are_pieces(house: House) -> None:
    program = replace(make_program(), rewards=(Reward("mug", {"en": "Mug"}, 10, stock=5),))
    house.programs = FixedPrograms(program)
    for dependent in ("ledger", "rewards", "members", "purchases"):
        house.__dict__.pop(dependent, None)
    members = [enrol(house, f"+849011111{number:02d}") for number in range(RACERS)]
    results = race(
        lambda number: house.rewards.reserve(
            member(members[number]), RewardWanted("mug"), idempotency_key="k", fingerprint="f"
        )
    )
    assert kinds(results) == {"done": 5, RewardOutOfStockError.__name__: RACERS - 5}
    winner = next(number for number, result in enumerate(results) if isinstance(result, Outcome))
    house.rewards.release(str(results[winner].result["redemption_id"]), member_id=members[winner])
    loser = next(number for number, result in enumerate(results) if isinstance(result, RewardOutOfStockError))
    again = house.rewards.reserve(member(members[loser]), RewardWanted("mug"), idempotency_key="k", fingerprint="f")
    assert again.result["state"] == "reserved"
