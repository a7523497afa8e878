"""A voucher that points bought is used or called off, never both, on a DynamoDB that is exact about transactions."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from engine.test_races import RACERS, check_books, kinds, race
from factories import make_program
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.errors import VoucherAlreadyRedeemedError, VoucherCancelledError
from quen.program.benefits import Benefit
from quen.program.model import Reward, VoucherTerms
from quen.rewards.model import RewardWanted
from voucher_desk import FACE, left, use

pytestmark = pytest.mark.engine
BOUGHT = Reward("fifty", {"en": "Fifty"}, 20, benefit=Benefit("voucher", amount=FACE), voucher=VoucherTerms())


@pytest.fixture
def house(engine: Any, tables: dict[str, str]) -> House:
    made = House(engine, tables, MovableClock())
    made.programs = FixedPrograms(replace(make_program(), rewards=(BOUGHT,)))
    assert all((made.rewards, made.members, made.vouchers))  # made before the threads are
    return made


def test_a_bought_voucher_is_used_or_its_points_come_back_never_both(house: House) -> None:
    member_id = enrol(house)
    bought = house.rewards.reserve(
        member(member_id), RewardWanted("fifty"), idempotency_key="k", fingerprint="f"
    ).result
    [voucher] = bought["vouchers"]

    def act(number: int) -> Any:
        if number % 2:
            return house.rewards.release(bought["redemption_id"], member_id=member_id)
        return use(house, "redeem", voucher["code"], key=str(number), member=member(member_id))

    results = kinds(race(act))
    points = house.ledger.show_account(member_id)["points"]["active"]
    assert (points, left(house, voucher["code"])) in {(20, FACE), (0, 0)}
    if points:
        assert results == {"done": 1, "replay": RACERS // 2 - 1, VoucherCancelledError.__name__: RACERS // 2}
    else:
        assert results == {"done": 1, VoucherAlreadyRedeemedError.__name__: RACERS - 1}
    check_books(house, member_id)
