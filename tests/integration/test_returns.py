"""Returns at a till: once each, exact in any split, with what had paid for the goods, and nobody else's business."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import NOON, make_program, make_purchase
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.errors import (
    AlreadyRedeemedError,
    AlreadyReturnedError,
    NotRedeemedError,
    PurchaseNotFoundError,
    RedemptionNotFoundError,
    ReturnAlreadyRecordedError,
    ReturnExceedsPurchaseError,
    ValidationFailedError,
)
from quen.ledger.documents import Outcome
from quen.money import Money
from quen.returns.model import Goods
from quen.rewards.model import PointsWanted, RewardWanted
from tables import create_tables, open_mocked

PARTNER = "ptn_1"


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        yield House(client, create_tables(client), MovableClock())


def buy(house: House, member_id: str, amount: int, purchase_id: str = "B-1") -> Any:
    return house.purchases.record(
        PARTNER, member(member_id), make_purchase(amount, purchase_id=purchase_id, at=house.clock.now()), "f"
    ).result


def bring_back(
    house: House, amount: int, return_id: str = "R-1", purchase_id: str = "B-1", print_: str = "r"
) -> Outcome:
    goods = Goods(return_id, house.clock.now(), Money(amount, "VND"))
    return house.returns.record(PARTNER, purchase_id, goods, print_)


def pay(house: House, member_id: str, points: int, purchase_id: str = "B-1") -> str:
    reserved = house.rewards.reserve(
        member(member_id),
        PointsWanted(points, purchase_id),
        idempotency_key=f"pay-{purchase_id}",
        fingerprint="p",
        partner_id=PARTNER,
    )
    redemption_id = str(reserved.result["redemption_id"])
    house.rewards.redeem(redemption_id, partner_id=PARTNER)
    return redemption_id


def points(house: House, member_id: str) -> dict[str, int]:
    shown: dict[str, int] = house.ledger.show_account(member_id)["points"]
    return shown


def test_a_return_answers_what_it_took_and_what_remains(house: House) -> None:
    member_id = enrol(house)
    buy(house, member_id, 1_255_000)
    answer = bring_back(house, 255_000).result
    assert (answer["returned"]["amount"], answer["remaining"]["amount"]) == (255_000, 1_000_000)
    assert answer["points"] == {"reversed": 25, "written_off": 0, "given_back": 0}
    assert [(entry["kind"], entry["points"]) for entry in answer["entries"]] == [("reverse", -25)]
    assert answer["account"]["points"]["active"] == 120
    assert answer["receipt_text"] == {
        "vi": "Trả hàng: trừ 25 điểm. Hiện có 120 điểm, trị giá 12.000 ₫.",
        "en": "Goods returned: 25 points taken back. You have 120 points, worth 12,000 VND.",
    }
    status = house.purchases.load(PARTNER, "B-1")
    assert [(shown["return_id"], shown["points"]["reversed"]) for shown in status["returns"]] == [("R-1", 25)]


def test_the_same_return_again_is_the_first_answer_whatever_came_after(house: House) -> None:
    member_id = enrol(house)
    buy(house, member_id, 100_000)
    first = bring_back(house, 60_000)
    bring_back(house, 40_000, "R-2")
    again = bring_back(house, 60_000)
    assert (again.result, again.replayed) == (first.result, True)
    with pytest.raises(ReturnAlreadyRecordedError):
        bring_back(house, 50_000, print_="other")
    with pytest.raises(ReturnExceedsPurchaseError):
        bring_back(house, 1, "R-3")
    assert points(house, member_id)["active"] == 20


def test_a_return_of_an_unknown_purchase_works_once_the_sale_has_arrived(house: House) -> None:
    member_id = enrol(house)
    with pytest.raises(PurchaseNotFoundError):
        bring_back(house, 100_000)
    buy(house, member_id, 100_000)
    assert bring_back(house, 100_000).result["account"]["points"]["active"] == 20
    with pytest.raises(PurchaseNotFoundError):
        house.returns.record("ptn_2", "B-1", Goods("R-9", NOON, Money(1, "VND")), "r")


def test_what_paid_for_the_goods_comes_back_with_them_and_only_once(house: House) -> None:
    """A purchase partly paid with points: half of it comes back, then the till refunds the redemption, then the rest."""
    member_id = enrol(house)
    buy(house, member_id, 1_000_000, "before")
    buy(house, member_id, 200_000)
    redemption_id = pay(house, member_id, 100)
    assert points(house, member_id)["active"] == 20 + 100 + 20 - 100
    answer = bring_back(house, 100_000).result
    assert answer["points"] == {"reversed": 10, "written_off": 0, "given_back": 50}
    assert answer["account"]["points"]["active"] == 40 - 10 + 50
    refund = house.rewards.refund(redemption_id, partner_id=PARTNER)
    assert (refund.result["state"], refund.result["points_refunded"]) == ("refunded", 50)
    assert house.rewards.refund(redemption_id, partner_id=PARTNER) == Outcome(refund.result, replayed=True)
    rest = bring_back(house, 100_000, "R-2").result
    assert rest["points"] == {"reversed": 10, "written_off": 0, "given_back": 0}
    assert rest["account"]["points"]["active"] == 20 + 100
    assert house.purchases.load(PARTNER, "B-1")["payments"] == [
        {"redemption_id": redemption_id, "points": 100, "points_returned": 100}
    ]


def test_a_return_never_lowers_a_balance_below_what_it_was_before_the_sale(house: House) -> None:
    member_id = enrol(house)
    buy(house, member_id, 1_000_000, "before")
    buy(house, member_id, 0)  # wholly paid with points: the till reports a total of nothing
    redemption_id = pay(house, member_id, 100)
    assert bring_back(house, 0).result["points"] == {"reversed": 0, "written_off": 0, "given_back": 100}
    assert points(house, member_id)["active"] == 120
    with pytest.raises(AlreadyReturnedError):
        house.rewards.refund(redemption_id, partner_id=PARTNER)


def test_a_refunded_reward_gives_its_points_its_piece_and_its_turn_back(house: House) -> None:
    member_id = enrol(house)
    buy(house, member_id, 1_000_000)
    reserve = lambda key: house.rewards.reserve(  # noqa: E731
        member(member_id), RewardWanted("mug"), idempotency_key=key, fingerprint=key
    )
    redemption_id = str(reserve("one").result["redemption_id"])
    with pytest.raises(NotRedeemedError):
        house.rewards.refund(redemption_id, partner_id=PARTNER)
    redeemed = house.rewards.redeem(redemption_id, partner_id=PARTNER)
    before = points(house, member_id)["active"]
    with pytest.raises(RedemptionNotFoundError):
        house.rewards.refund(redemption_id, partner_id="ptn_2")
    house.clock.advance(days=400)  # type: ignore[attr-defined] # the test's own clock
    house.rewards.refund(redemption_id, partner_id=PARTNER)
    account = house.ledger.show_account(member_id)
    assert account["expiring"] == [{"on": "2028-01-10", "points": 30}]  # the old lot is over: the grace of 14 days
    assert (before, account["points"]["active"]) == (90, 30)
    buy(house, member_id, 1_000_000, "B-2")
    assert reserve("two").result["state"] == "reserved"  # one per member, and it was given back
    assert house.rewards.redeem(redemption_id, partner_id=PARTNER) == Outcome(redeemed.result, replayed=True)
    with pytest.raises(AlreadyRedeemedError):
        house.rewards.release(redemption_id, member_id=member_id)


def test_a_return_is_decided_by_the_version_of_its_purchase(house: House) -> None:
    member_id = enrol(house)
    buy(house, member_id, 1_000_000)
    first = house.programs.program

    class Changed(FixedPrograms):
        def version(self, number: int) -> Any:
            return first if number == 1 else self.program

    house.__dict__.pop("returns", None)
    house.programs = Changed(make_program(version=2, earning=()))
    house.ledger._programs = house.programs
    assert bring_back(house, 500_000).result["points"]["reversed"] == 50


@pytest.mark.parametrize(("hours", "pointer"), [(-1, "/occurred_at"), (1, "/occurred_at")])
def test_a_return_happens_after_its_purchase_and_not_in_the_future(house: House, hours: int, pointer: str) -> None:
    buy(house, enrol(house), 100_000)
    goods = Goods("R-1", house.clock.now() + timedelta(hours=hours), Money(1, "VND"))
    with pytest.raises(ValidationFailedError) as refused:
        house.returns.record(PARTNER, "B-1", goods, "r")
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_a_purchase_of_an_earlier_version_of_quen_can_be_returned(house: House) -> None:
    """Its document kept no award: the answer it got says what it earned."""
    member_id = enrol(house)
    buy(house, member_id, 1_000_000)
    table = boto3.resource("dynamodb", region_name="us-east-1").Table(house.settings.ledger_table)
    old = '{"total":[1000000,"VND"],"occurred_at":"2026-11-22T05:00:00Z"}'
    table.update_item(
        Key={"PK": f"PURCHASE#{PARTNER}#B-1", "SK": "DOCUMENT"},
        UpdateExpression="SET details = :old",
        ExpressionAttributeValues={":old": old},
    )
    assert bring_back(house, 500_000).result["points"]["reversed"] == 50


def test_a_return_of_pending_points_waits_for_nothing(house: House) -> None:
    program = make_program()
    house.programs = FixedPrograms(replace(program, points=replace(program.points, pending_days=7)))
    member_id = enrol(house)
    buy(house, member_id, 1_000_000)
    answer = bring_back(house, 400_000).result
    assert (answer["entries"][0]["points"], answer["entries"][0]["changes"]["pending"]) == (-40, -40)
    assert answer["account"]["points"] == {"active": 20, "pending": 60, "held": 0, "debt": 0}
