"""What rules ask of the member is true as of the purchase, kept with it, and asked again of nobody after a return."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import NOON, make_program, make_purchase
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.earning.model import PurchaseLine, Tender
from quen.ledger.model import SetTier
from quen.members.model import Enrolment, Login
from quen.money import Money
from quen.program.model import (
    Cap,
    EarningRule,
    Goods,
    InBirthdayMonth,
    InSegments,
    InTiers,
    NthPurchase,
    OfAmount,
    Program,
    Tier,
)
from quen.program.model.segments import InAll, Range, Segment
from quen.returns.model import Goods as GoodsBack
from quen.returns.model import LineReturned
from tables import create_tables, open_mocked

PARTNER = "ptn_0000000000000001"
BASE = EarningRule("base", "purchase", points=1, per=10_000)
TIERS = (Tier("member", {"en": "Member"}), Tier("gold", {"en": "Gold"}, Fraction(2)))


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        yield House(client, create_tables(client), MovableClock())


def run(house: House, *rules: EarningRule, **changes: Any) -> Program:
    """Make these rules the program's."""
    program = replace(make_program(earning=rules), **changes)
    house.programs = FixedPrograms(program)
    return program


def buy(house: House, member_id: str, amount: int = 100_000, number: int = 1, **changes: Any) -> dict[str, int]:
    """What each rule gave."""
    purchase = replace(make_purchase(amount, purchase_id=f"B-{number}"), **changes)
    answer = house.purchases.record(PARTNER, member(member_id), purchase, "f").result
    return {share["rule_id"]: share["points"] for share in answer["entries"][0]["explanation"]}


def bring_back(house: House, amount: int, number: int = 1) -> int:
    goods = GoodsBack(f"R-{number}-{amount}", NOON, Money(amount, "VND"))
    return int(house.returns.record(PARTNER, f"B-{number}", goods, "f").result["points"]["reversed"])


def set_tier(house: House, member_id: str, tier: str) -> None:
    house.ledger.execute(member_id, SetTier(tier, None, "goodwill"), answer=lambda *_: {})


def test_the_tier_of_the_day_multiplies_and_a_return_goes_by_it_though_it_has_changed(house: House) -> None:
    run(house, BASE, tiers=TIERS)
    member_id = enrol(house)
    assert buy(house, member_id, number=1) == {"base": 10}
    set_tier(house, member_id, "gold")
    assert buy(house, member_id, number=2) == {"base": 10, "tier:gold": 10}
    set_tier(house, member_id, "")
    assert bring_back(house, 50_000, number=2) == 10


def test_every_second_purchase_counts_and_one_that_came_back_keeps_its_number(house: House) -> None:
    run(house, BASE, EarningRule("2nd", "purchase", bonus=9, when=NthPurchase(2, is_every=True)))
    member_id = enrol(house)
    given = [buy(house, member_id, number=number).get("2nd", 0) for number in (1, 2, 3)]
    bring_back(house, 100_000, number=1)
    given += [buy(house, member_id, number=number).get("2nd", 0) for number in (4, 5)]
    assert given == [0, 9, 0, 9, 0]


def test_bringing_purchases_back_gives_nobody_the_same_number_again(house: House) -> None:
    run(house, BASE, EarningRule("3rd", "purchase", bonus=9, when=NthPurchase(3)))
    member_id = enrol(house)
    assert [buy(house, member_id, number=number).get("3rd", 0) for number in (1, 2, 3)] == [0, 0, 9]
    bring_back(house, 100_000, number=1)
    assert buy(house, member_id, number=4).get("3rd", 0) == 0


def test_the_first_purchase_has_its_bonus_and_loses_it_only_with_the_whole_purchase(house: House) -> None:
    run(house, BASE, EarningRule("hello", "first_purchase", points=50))
    member_id = enrol(house)
    assert buy(house, member_id, number=1) == {"base": 10, "hello": 50}
    assert buy(house, member_id, number=2) == {"base": 10}
    assert bring_back(house, 60_000, number=1) == 6
    assert bring_back(house, 40_000, number=1) == 54


def test_the_month_of_birth_is_read_from_the_profile_where_a_rule_asks(house: House) -> None:
    run(house, BASE, EarningRule("birthday", "purchase", bonus=30, when=InBirthdayMonth()))
    login = Login("https://issuer.test", "sub-1", phone="+84901234567", email=None)
    born = Enrolment(phone="+84901234567", birthday=date(1990, 11, 3))
    lucky = house.members.enrol(login, born, house.clock.now()).member.member_id
    other = enrol(house, "+84901234568")
    assert buy(house, lucky, number=1) == {"base": 10, "birthday": 30}
    assert buy(house, other, number=2) == {"base": 10}
    assert bring_back(house, 50_000, number=1) == 5


def test_a_segment_goes_by_what_the_member_did_before(house: House) -> None:
    regulars = Segment("regulars", {"en": "Regulars"}, InAll("purchases", Range(2)))
    rule = EarningRule("thanks", "purchase", bonus=9, when=InSegments(frozenset({"regulars"})))
    run(house, BASE, rule, segments=(regulars,))
    member_id = enrol(house)
    given = [buy(house, member_id, number=number).get("thanks", 0) for number in (1, 2, 3)]
    assert given == [0, 0, 9]


def test_a_threshold_is_tested_again_on_what_remains(house: House) -> None:
    run(house, BASE, EarningRule("big", "purchase", bonus=40, when=OfAmount(80_000)))
    member_id = enrol(house)
    assert buy(house, member_id) == {"base": 10, "big": 40}
    assert bring_back(house, 20_000) == 2
    assert bring_back(house, 10_000) == 41


def test_less_of_a_bill_makes_no_rule_for_small_bills_apply_whatever_the_steps(house: House) -> None:
    run(house, BASE, EarningRule("small", "purchase", bonus=50, when=OfAmount(at_most=100_000)))
    member_id = enrol(house)
    assert buy(house, member_id, 200_000, number=1) == buy(house, member_id, 200_000, number=2) == {"base": 20}
    in_steps = sum(bring_back(house, amount, number=1) for amount in (50_000, 60_000))
    assert in_steps == bring_back(house, 110_000, number=2) == 11


def test_what_a_cap_had_rejected_does_not_come_back_with_less_of_a_bill(house: House) -> None:
    run(house, BASE, EarningRule("up-to-5", "purchase", points=1, per=10_000, caps=(Cap(5, "day", "reject"),)))
    member_id = enrol(house)
    assert buy(house, member_id, number=1) == {"base": 10, "up-to-5": 0}
    in_steps = sum(bring_back(house, amount, number=1) for amount in (60_000, 10_000, 30_000))
    assert in_steps == 10


def test_goods_are_kept_where_rules_ask_about_them_and_lines_that_come_back_lose_theirs(house: House) -> None:
    coffee = EarningRule("coffee", "purchase", points=5, each="item", goods=Goods(frozenset({"coffee"})))
    run(house, BASE, coffee)
    member_id = enrol(house)
    lines = (
        PurchaseLine("1", "latte", 2, Money(60_000, "VND"), "coffee"),
        PurchaseLine("2", "cake", 1, Money(40_000, "VND"), "cake"),
    )
    assert buy(house, member_id, lines=lines) == {"base": 10, "coffee": 10}
    returned = GoodsBack("R-1", NOON, lines=(line_back("1", 1, 30_000),))
    points = house.returns.record(PARTNER, "B-1", returned, "f").result["points"]
    assert points["reversed"] == 3 + 5


def line_back(line_id: str, quantity: int, amount: int) -> Any:

    return LineReturned(line_id, quantity, Money(amount, "VND"))


def test_what_was_paid_with_points_earns_nothing_and_many_returns_equal_one(house: House) -> None:
    run(house, BASE)
    member_id = enrol(house)
    tenders = (Tender("points", Money(40_000, "VND")), Tender("cash", Money(60_000, "VND")))
    assert buy(house, member_id, tenders=tenders, number=1) == {"base": 6}
    assert buy(house, member_id, tenders=tenders, number=2) == {"base": 6}
    small = sum(bring_back(house, amount, number=1) for amount in (7_000, 13_000, 21_000, 9_000))
    assert small == bring_back(house, 50_000, number=2)


def test_the_answer_says_which_rules_did_not_apply_and_explain_says_why_in_words(house: House) -> None:
    run(house, BASE, EarningRule("gold-only", "purchase", bonus=5, when=InTiers(frozenset({"gold"}))), tiers=TIERS)
    member_id = enrol(house)
    answer = house.purchases.record(PARTNER, member(member_id), make_purchase(125_500), "f").result
    assert answer["not_applied"] == [{"rule_id": "gold-only", "reason": "other_tier"}]
    assert answer["entries"][0]["explanation"][0]["before_rounding"] == "12.55"
    told = {rule["rule_id"]: rule for rule in house.statements.explain(member_id, "B-1")["rules"]}
    assert told["base"]["reason"]["vi"] == "Cho 12 điểm."
    assert told["gold-only"]["reason"] == {
        "vi": "Không dành cho hạng thành viên này.",
        "en": "Is for members of another tier.",
    }


def test_the_receipt_names_what_comes_next_and_what_expires_soon(house: House) -> None:
    run(house, replace(BASE, name={"vi": "Tích điểm", "en": "Base"}))
    member_id = enrol(house)
    answer = house.purchases.record(PARTNER, member(member_id), make_purchase(500_000), "f").result
    following = answer["rewards"]["next"]
    assert (following["reward_id"], following["missing_points"], following["purchases_like_this"]) == (
        "free-coffee",
        70,
        2,
    )
    assert answer["rewards"]["reachable"] == [{"reward_id": "mug", "points": 30}]
    assert answer["receipt_text"]["vi"] == (
        "Bạn được tích 50 điểm (Tích điểm: 50). Hiện có 50 điểm, trị giá 5.000 ₫."
        " Còn 70 điểm nữa là đổi được Cà phê miễn phí."
    )
    house.wall.instant = house.wall.instant.replace(year=2027, month=11, day=10)  # type: ignore[attr-defined]
    purchase = make_purchase(0, purchase_id="B-2", at=house.clock.now())
    later = house.purchases.record(PARTNER, member(member_id), purchase, "f").result
    assert later["receipt_text"]["en"].endswith("50 points can be spent until 30 November 2027.")
