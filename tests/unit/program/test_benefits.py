"""What a benefit takes off a bill."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quen.program.benefits import (
    Allocation,
    Benefit,
    Bill,
    BillLine,
    benefit_form,
    discount,
    parse_benefit,
    share_out,
)

COFFEE = BillLine("1", "coffee", "drinks", 2, 90_000)
CAKE = BillLine("2", "cake", "food", 1, 35_000)
BILL = Bill(140_000, "VND", (COFFEE, CAKE), delivery_fee=15_000)


def test_an_amount_off_is_shared_among_the_lines_by_their_amounts():
    assert discount(Benefit("amount_off", amount=50_000), BILL) == Allocation(50_000, (("1", 36_000), ("2", 14_000)))


def test_the_odd_dong_goes_to_the_largest_remainder():
    thirds = Bill(3, "VND", tuple(BillLine(name, None, None, 1, 1) for name in "abc"))
    assert discount(Benefit("amount_off", amount=2), thirds) == Allocation(2, (("a", 1), ("b", 1)))


def test_never_more_is_off_than_the_goods_come_to():
    assert discount(Benefit("voucher", amount=500_000), BILL).amount == 125_000


def test_a_delivery_fee_is_not_goods():
    assert discount(Benefit("percent_off", percent=Fraction(1)), BILL).amount == 125_000


def test_a_bill_without_lines_is_of_unnamed_goods():
    bare = Bill(100_000, "VND")
    assert discount(Benefit("amount_off", amount=30_000), bare) == Allocation(30_000)
    assert discount(Benefit("amount_off", amount=30_000, skus=("coffee",)), bare) == Allocation()


@pytest.mark.parametrize("goods", [{"skus": ("cake",)}, {"categories": ("food",)}])
def test_what_is_for_some_goods_takes_off_those_lines_only(goods):
    assert discount(Benefit("amount_off", amount=50_000, **goods), BILL) == Allocation(35_000, (("2", 35_000),))


def test_a_line_that_is_cheaper_by_another_discount_is_never_given_away_twice():
    assert discount(Benefit("amount_off", amount=125_000), Bill(60_000, "VND", (COFFEE, CAKE))).amount == 60_000


def test_a_percentage_is_rounded_down_and_ends_at_its_maximum():
    third = Benefit("percent_off", percent=Fraction(1, 3))
    assert discount(third, BILL).amount == 41_666
    assert discount(Benefit("percent_off", percent=Fraction(1, 3), maximum=20_000), BILL).amount == 20_000


def test_a_free_product_is_one_piece_of_the_dearest_line_that_it_is_for():
    assert discount(Benefit("free_product", skus=("coffee", "cake")), BILL) == Allocation(45_000, (("1", 45_000),))
    assert discount(Benefit("free_product", skus=("tea",)), BILL) == Allocation()


def test_free_delivery_takes_the_fee_off_up_to_its_maximum():
    assert discount(Benefit("free_delivery"), BILL) == Allocation(15_000)
    assert discount(Benefit("free_delivery", maximum=10_000), BILL) == Allocation(10_000)


def test_below_its_minimum_nothing_is_off():
    benefit = Benefit("amount_off", amount=10_000, minimum_bill=125_000)
    assert discount(benefit, BILL).amount == 10_000
    assert discount(benefit, Bill(124_999, "VND")) == Allocation()


@pytest.mark.parametrize("kind", ["gift", "donation", "event_ticket", "partner_reward"])
def test_what_is_handed_over_takes_nothing_off(kind):
    assert discount(Benefit(kind, amount=10_000), BILL) == Allocation()


def test_a_benefit_is_kept_and_read_again_as_it_was():
    benefit = Benefit("percent_off", percent=Fraction(1, 8), maximum=9, minimum_bill=1, skus=("a",), categories=("b",))
    assert benefit_form(benefit)["percent"] == "12.5"
    assert parse_benefit(benefit_form(benefit)) == benefit
    ticket = Benefit("event_ticket", event={"name": "Concert"}, partner_id="p", cause="c", amount=3)
    assert parse_benefit(benefit_form(ticket)) == ticket


def test_there_is_no_other_kind():
    with pytest.raises(ValueError, match="miracle"):
        parse_benefit({"kind": "miracle"})


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20), st.data())
def test_shares_add_up_and_none_is_more_than_its_line(weights, data):
    amount = data.draw(st.integers(0, sum(weights)))
    shares = share_out(amount, weights)
    assert sum(shares) == amount
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


@given(
    st.sampled_from(["amount_off", "voucher", "percent_off", "free_product", "free_delivery"]),
    st.integers(0, 10**9),
    st.fractions(0, 1, max_denominator=1000),
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 10**8)), max_size=8),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)
def test_no_benefit_takes_more_than_the_bill_and_lines_add_up(kind, amount, percent, lines, fee, reduction):
    parts = tuple(BillLine(str(number), "s", None, count, price) for number, (count, price) in enumerate(lines))
    total = max(0, sum(line.amount for line in parts) - reduction)
    bill = Bill(total + fee, "VND", parts, fee)
    off = discount(Benefit(kind, amount=amount, percent=percent), bill)
    assert 0 <= off.amount <= bill.total
    if kind != "free_delivery" and parts:
        assert sum(share for _, share in off.lines) == off.amount
    assert all(0 < share <= parts[int(line_id)].amount for line_id, share in off.lines)
