"""A flash sale on a DynamoDB that is exact about transactions: as many get a piece as there are pieces, the rest are told so.

Nobody is told to try again, nobody pays without getting one, and not one piece more is given than there was.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest
from msgspec.structs import replace

from factories import make_program
from house import FixedPrograms, House, MovableClock
from quen.dynamodb import commit
from quen.errors import QuenError, RewardOutOfStockError
from quen.ledger.documents import Outcome
from quen.ledger.items import AccountItem, member_key, read_account
from quen.ledger.model import verify
from quen.members.model import MemberReference
from quen.program.model import Reward
from quen.rewards.model import RewardWanted

pytestmark = pytest.mark.engine

AT_ONCE = 64
OPENED_TOGETHER = 40
POINTS = 20
"""What joining gives, and what a piece costs."""


@dataclass(frozen=True)
class Sale:
    """So many racers for so many pieces; `store_id` is where these are, and another store has none to give."""

    racers: int
    pieces: int
    store_id: str | None = None

    @property
    def reward(self) -> Reward:
        if self.store_id is None:
            return Reward("mug", {"en": "Mug"}, POINTS, stock=self.pieces)
        return Reward("mug", {"en": "Mug"}, POINTS, stock_by_store={self.store_id: self.pieces, "elsewhere": 1000})


def run(engine: Any, tables: dict[str, str], sale: Sale) -> tuple[House, list[str], list[Any]]:
    """The sale: as many at once as connections are there, and the next as soon as one has its answer."""
    house = House(engine, tables, MovableClock())
    house.programs = FixedPrograms(replace(make_program(), rewards=(sale.reward,)))
    assert house.rewards  # made before the threads are
    members = [f"mem_{number:016d}" for number in range(sale.racers)]
    for start in range(0, len(members), OPENED_TOGETHER):
        opened = members[start : start + OPENED_TOGETHER]
        commit(engine, [write for one in opened for write in house.ledger.opening(one, house.clock.now())[0]])
    barrier = Barrier(AT_ONCE)

    def want(number: int) -> Any:
        if number < AT_ONCE:
            barrier.wait()
        wanted = RewardWanted("mug", store_id=sale.store_id)
        who = MemberReference(member_id=members[number])
        try:
            return house.rewards.reserve(who, wanted, idempotency_key="mine", fingerprint="f")
        except QuenError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return house, members, list(pool.map(want, range(sale.racers)))


def check(house: House, members: list[str], results: list[Any], sale: Sale) -> None:
    kinds = Counter("got one" if isinstance(result, Outcome) else type(result).__name__ for result in results)
    assert kinds == {"got one": sale.pieces, RewardOutOfStockError.__name__: sale.racers - sale.pieces}
    items = AccountItem.batch_get([(member_key(member_id), "ACCOUNT") for member_id in members], consistent_read=True)
    accounts = {item.PK: read_account(item.PK.removeprefix("MEMBER#"), item) for item in items}
    for member_id, result in zip(members, results, strict=True):
        account = accounts[member_key(member_id)]
        got_one = isinstance(result, Outcome)
        assert (account.active, account.held) == ((0, POINTS) if got_one else (POINTS, 0))
    taken = house._stock.count_taken_everywhere("mug")
    assert sum(taken.values()) == sale.pieces
    assert all(not sale.store_id or shard.endswith(f"@{sale.store_id}") for shard in taken)
    for account in [*accounts.values()][:: max(1, sale.racers // 20)]:
        assert verify(account, house._ledger_store.read_history(account.member_id)) is None


@pytest.mark.parametrize(
    "sale",
    [
        pytest.param(Sale(500, 100), marks=pytest.mark.long),
        Sale(120, 24, "district-1"),
        pytest.param(Sale(500, 100, "district-1"), marks=pytest.mark.long),
    ],
    ids=str,
)
def test_a_rush_gives_away_exactly_what_there_is(engine: Any, tables: dict[str, str], sale: Sale) -> None:
    check(*run(engine, tables, sale), sale)
