"""What perks take off a bill: of all discounts the largest, never two; then the delivery; counted ones where they help."""

from __future__ import annotations

from fractions import Fraction

import pytest

from quen.errors import ValidationFailedError
from quen.program.benefits import Allocation, Benefit, Bill, BillLine
from quen.program.model import Goods, Perk, Quota, TierDiscount
from quen.rewards.model import Relief, relief

COFFEE = BillLine("1", "latte-m", "drinks", 2, 90_000)
CIGARETTES = BillLine("2", "smokes", "tobacco", 1, 60_000)
BILL = Bill(170_000, "VND", (COFFEE, CIGARETTES), delivery_fee=20_000)
TOBACCO = Goods(categories=frozenset({"tobacco"}))
GOLD = TierDiscount(Fraction(1, 10))
DAILY = Quota("day", 1)


def percent(perk_id: str, percent: int, quota: Quota | None = None, excluded: Goods | None = None) -> Perk:
    discount = TierDiscount(Fraction(percent, 100), excluded=excluded)
    return Perk(perk_id, {"en": perk_id}, "percent_off", quota=quota, discount=discount)


def delivery(perk_id: str, maximum: int | None = None, minimum: int | None = None, quota: Quota | None = None) -> Perk:
    benefit = Benefit("free_delivery", maximum=maximum, minimum_bill=minimum)
    return Perk(perk_id, {"en": perk_id}, "free_delivery", quota=quota, delivery=benefit)


def names(found: Relief) -> list[tuple[str, int, bool]]:
    return [(one.perk.id, one.off.amount, one.is_applied) for one in found.perks]


def test_who_has_no_perks_has_what_the_tier_takes_off() -> None:
    found = relief(GOLD, [], BILL)
    assert (found.discount.amount, found.perks, found.left.total) == (15_000, (), 155_000)


@pytest.mark.parametrize(
    ("perks", "amount", "applied"),
    [
        ([percent("five", 5)], 15_000, []),  # the tier's is larger
        ([percent("ten", 10)], 15_000, []),  # the tier's counts on a tie
        ([percent("five", 5), percent("twenty", 20), percent("fifteen", 15)], 30_000, [("twenty", 30_000, True)]),
        ([percent("fifth-of-coffee", 20, excluded=TOBACCO)], 18_000, [("fifth-of-coffee", 18_000, True)]),
    ],
)
def test_of_all_discounts_the_largest_counts_alone(
    perks: list[Perk], amount: int, applied: list[tuple[str, int, bool]]
) -> None:
    found = relief(GOLD, [(perk, None) for perk in perks], BILL)
    assert (found.discount.amount, names(found)) == (amount, applied)


def test_the_delivery_fee_comes_off_after_the_discount_and_is_no_goods() -> None:
    found = relief(GOLD, [(delivery("some", 5_000), None), (delivery("all"), None)], BILL)
    assert names(found) == [("all", 20_000, True)]
    assert (found.left.total, found.left.delivery_fee, found.left.goods) == (135_000, 0, 135_000)


def test_delivery_for_large_bills_looks_at_what_is_left_of_the_goods() -> None:
    assert names(relief(None, [(delivery("large", minimum=140_000), None)], BILL)) == [("large", 20_000, True)]
    assert names(relief(GOLD, [(delivery("large", minimum=140_000), None)], BILL)) == []


def test_a_counted_perk_is_offered_where_it_takes_more_than_what_is_had_anyway() -> None:
    perks = [(percent("eight", 8, DAILY), 1), (percent("twenty", 20, DAILY), 1), (percent("used-up", 50, DAILY), 0)]
    found = relief(GOLD, perks, BILL)
    assert (found.discount.amount, names(found)) == (15_000, [("twenty", 30_000, False)])
    assert [one.uses_left for one in found.perks] == [1]


def test_a_counted_delivery_is_offered_only_where_the_fee_is_not_free_yet() -> None:
    counted = (delivery("counted", quota=DAILY), 2)
    assert names(relief(None, [counted], BILL)) == [("counted", 20_000, False)]
    assert names(relief(None, [counted, (delivery("all"), None)], BILL)) == [("all", 20_000, True)]
    assert relief(None, [counted], BILL).left == BILL


def test_where_goods_are_excluded_the_bill_must_tell_its_lines() -> None:
    with pytest.raises(ValidationFailedError) as refused:
        relief(None, [(percent("some", 10, excluded=TOBACCO), None)], Bill(100_000, "VND"))
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/lines", "missing")]


def test_what_is_off_adds_up_line_by_line() -> None:
    found = relief(None, [(percent("third", 33), None)], BILL)
    assert found.discount == Allocation(49_500, (("1", 29_700), ("2", 19_800)))
    assert sum(line.amount for line in found.left.lines) == found.left.goods
