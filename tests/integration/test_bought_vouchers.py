"""Vouchers that points buy: had at once, kept without their code, and dead before the points are back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import make_program
from house import FixedPrograms, House, MovableClock, adjust, enrol, member
from quen.errors import (
    InsufficientPointsError,
    RedemptionNotFoundError,
    RewardLimitReachedError,
    ValidationFailedError,
    VoucherAlreadyRedeemedError,
    VoucherCancelledError,
    VoucherExpiredError,
    VoucherReservedError,
)
from quen.ledger.documents import DocumentKey
from quen.program.benefits import Benefit
from quen.program.model import Reward, VoucherTerms
from quen.rewards.model import RewardWanted
from tables import create_tables, open_mocked
from voucher_desk import close, issue_code, left, use

TILL = "ptn_0000000000000001"
FIFTY = Reward(
    "fifty",
    {"en": "Fifty"},
    100,
    stock=30,
    per_member=25,
    benefit=Benefit("voucher", amount=50_000),
    voucher=VoucherTerms(partial=True, valid_days=30),
)


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        made = House(client, create_tables(client), MovableClock())
        made.programs = FixedPrograms(replace(make_program(), rewards=(FIFTY,)))
        yield made


@pytest.fixture
def member_id(house: House) -> str:
    """A member with 520 points."""
    made = enrol(house)
    adjust(house, made, 500)
    return made


def buy(
    house: House, member_id: str, quantity: int = 1, key: str = "k", partner_id: str | None = None
) -> dict[str, Any]:
    """By the member, or by a till for them."""
    wanted = RewardWanted("fifty", quantity)
    who = member(member_id)
    done = house.rewards.reserve(who, wanted, idempotency_key=key, fingerprint="f", partner_id=partner_id)
    return dict(done.result)


def codes(bought: dict[str, Any]) -> list[str]:
    return [voucher["code"] for voucher in bought["vouchers"]]


def active(house: House, member_id: str) -> int:
    return int(house.ledger.show_account(member_id)["points"]["active"])


def test_a_voucher_is_had_at_once_and_its_code_pays(house: House, member_id: str) -> None:
    bought = buy(house, member_id)
    [voucher] = bought["vouchers"]
    assert (bought["state"], bought["points"]) == ("redeemed", 100)
    assert bought["benefit"] == {"kind": "voucher", "amount": 50_000, "partial": True, "valid_days": 30}
    assert (voucher["face_value"]["amount"], voucher["valid_until"]) == (50_000, "2026-12-21")
    assert (active(house, member_id), left(house, voucher["code"])) == (420, 50_000)
    assert buy(house, member_id) == bought
    used = use(house, "redeem", voucher["code"], 20_000, member=member(member_id)).result
    assert used["remaining_value"]["amount"] == 30_000


def test_its_code_is_shown_to_its_member_and_kept_nowhere(house: House, member_id: str) -> None:
    bought = buy(house, member_id)
    [shown], _ = house.rewards.list_redemptions(member_id, None, 10)
    assert codes(shown) == codes(bought)
    kept = house.ledger.find_document(DocumentKey(f"REDEMPTION#{bought['redemption_id']}"))
    assert kept
    assert codes(bought)[0] not in str(kept)


def test_called_off_the_voucher_is_dead_and_the_points_are_back(house: House, member_id: str) -> None:
    bought = buy(house, member_id)
    off = house.rewards.release(bought["redemption_id"], member_id=member_id)
    assert (off.result["state"], active(house, member_id)) == ("refunded", 520)
    with pytest.raises(VoucherCancelledError):
        use(house, "redeem", codes(bought)[0], 20_000, member=member(member_id))
    assert house.rewards.release(bought["redemption_id"], member_id=member_id).replayed
    assert active(house, member_id) == 520
    assert sum(house._stock.count_taken(["fifty"])["fifty"].values()) == 0
    [shown], _ = house.rewards.list_redemptions(member_id, None, 10)
    assert shown["state"] == "refunded"


def test_once_any_of_it_was_used_no_points_come_back(house: House, member_id: str) -> None:
    bought = buy(house, member_id)
    reserved = use(house, "reserve", codes(bought)[0], 20_000, member=member(member_id)).result
    with pytest.raises(VoucherReservedError):
        house.rewards.release(bought["redemption_id"], member_id=member_id)
    close(house, reserved["use_id"], "redeem")
    with pytest.raises(VoucherAlreadyRedeemedError):
        house.rewards.release(bought["redemption_id"], member_id=member_id)
    assert (active(house, member_id), left(house, codes(bought)[0])) == (420, 30_000)


def test_a_voucher_that_a_member_bought_no_partner_undoes(house: House, member_id: str) -> None:
    bought = buy(house, member_id)
    with pytest.raises(RedemptionNotFoundError):
        house.rewards.refund(bought["redemption_id"], partner_id=TILL)
    assert (active(house, member_id), left(house, codes(bought)[0])) == (420, 50_000)


def test_what_a_till_bought_it_undoes_as_long_as_nothing_of_it_was_used(house: House, member_id: str) -> None:
    first, second = (buy(house, member_id, key=key, partner_id=TILL) for key in ("one", "two"))
    use(house, "redeem", codes(first)[0], 20_000, member=member(member_id))
    with pytest.raises(VoucherAlreadyRedeemedError):
        house.rewards.refund(first["redemption_id"], partner_id=TILL)
    assert house.rewards.refund(second["redemption_id"], partner_id=TILL).result["points_refunded"] == 100
    assert active(house, member_id) == 420


def test_several_are_bought_together_and_die_together(house: House, member_id: str) -> None:
    bought = buy(house, member_id, 3)
    assert len(set(codes(bought))) == 3
    use(house, "redeem", codes(bought)[1], 50_000, member=member(member_id))
    with pytest.raises(VoucherAlreadyRedeemedError):
        house.rewards.release(bought["redemption_id"], member_id=member_id)
    assert [left(house, code) for code in codes(bought)] == [50_000, 0, 50_000]


def ending(house: House, on: str = "2026-12-21") -> list[str]:
    """The ids of the vouchers that the index shows for that last day, read in pages of one."""
    found: list[str] = []
    for shard in range(8):
        cursor = None
        while True:
            page, cursor = house._voucher_store.list_ending(shard, date.fromisoformat(on), cursor, 1)
            found += page
            if cursor is None:
                break
    return sorted(found)


def test_it_is_found_by_its_last_day_as_long_as_something_of_it_is_left(house: House, member_id: str) -> None:
    bought = buy(house, member_id, 3)
    first, second, third = (voucher["voucher_id"] for voucher in bought["vouchers"])
    assert ending(house) == sorted([first, second, third])
    assert (ending(house, "2026-12-20"), ending(house, "2026-12-22")) == ([], [])
    use(house, "redeem", codes(bought)[0], 20_000, member=member(member_id))
    use(house, "reserve", codes(bought)[1], 50_000, key="2", member=member(member_id))
    house.vouchers.cancel(third)
    assert ending(house) == sorted([first, second])
    use(house, "redeem", codes(bought)[0], 30_000, key="3", member=member(member_id))
    assert ending(house) == [second]


def test_its_end_moves_with_the_grace_of_a_refund(house: House, member_id: str) -> None:
    bought = buy(house, member_id)
    used = use(house, "redeem", codes(bought)[0], 50_000, member=member(member_id)).result
    assert ending(house) == []
    house.wall.advance(days=28)  # its last day but one
    close(house, used["use_id"], "refund")
    [voucher] = house.vouchers.list_own(member_id, None, 10)[0]
    assert voucher["valid_until"] > "2026-12-21"
    assert ending(house, voucher["valid_until"]) == [voucher["voucher_id"]]


def test_a_voucher_for_whoever_has_its_code_is_found_by_no_day(house: House) -> None:
    issue_code(house)
    assert ending(house, "2026-12-31") == []


def test_what_cannot_be_bought_issues_nothing(house: House, member_id: str) -> None:
    with pytest.raises(InsufficientPointsError):
        buy(house, member_id, 6)
    adjust(house, member_id, 5000, "more")
    with pytest.raises(ValidationFailedError):
        buy(house, member_id, 21)
    buy(house, member_id, 20, "many")
    with pytest.raises(RewardLimitReachedError):
        buy(house, member_id, 6, "too many")
    assert sum(house._stock.count_taken(["fifty"])["fifty"].values()) == 20


def test_a_voucher_that_is_over_is_called_off_by_no_member(house: House, member_id: str) -> None:
    bought = buy(house, member_id)
    house.wall.advance(days=30)
    with pytest.raises(VoucherExpiredError):
        house.rewards.release(bought["redemption_id"], member_id=member_id)
    assert active(house, member_id) == 420


def test_points_live_no_longer_for_a_voucher_that_was_bought_and_called_off(house: House) -> None:
    member_id = enrol(house)
    adjust(house, member_id, 80, expires_on=date(2026, 11, 30))
    bought = buy(house, member_id)
    house.wall.advance(days=9)
    house.rewards.release(bought["redemption_id"], member_id=member_id)
    assert active(house, member_id) == 20
