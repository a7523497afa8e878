"""What points may pay of a bill, and what a tier has off it: to the dong, and never off goods that are excluded."""

from __future__ import annotations

from fractions import Fraction

import pytest

from factories import make_program
from quen.errors import CurrencyMismatchError, ValidationFailedError
from quen.program.benefits import Allocation, Bill, BillLine
from quen.program.model import Goods, PaymentPolicy, PointsPolicy, Program, TierDiscount
from quen.rewards.model import (
    PayablePoints,
    bill_less,
    check_bill,
    check_lines,
    check_payment,
    paid_with,
    payable_points,
    tier_discount,
)

COFFEE = BillLine("1", "latte-m", "drinks", 2, 90_000)
CAKE = BillLine("2", "cake", "food", 1, 35_000)
CIGARETTES = BillLine("3", "smokes", "tobacco", 1, 75_000)
BILL = Bill(200_000, "VND", (COFFEE, CAKE, CIGARETTES))
NO_TOBACCO = Goods(categories=frozenset({"tobacco"}), skus=frozenset({"gift-card"}))
HALF = PaymentPolicy(minimum=50, multiple=10, max_share=Fraction(1, 2), excluded=NO_TOBACCO)


def with_policy(policy: PaymentPolicy | None) -> Program:
    return make_program(payment=policy)


def refusal(program: Program, points: int, bill: Bill | None) -> tuple[str, str] | None:
    try:
        check_payment(program, points, bill)
    except ValidationFailedError as error:
        [fault] = error.faults
        return fault.pointer, fault.code
    return None


@pytest.mark.parametrize(
    ("points", "bill", "refused"),
    [
        (1000, BILL, None),  # 100,000 is half of the bill
        (1010, BILL, ("/points", "above_maximum")),
        (40, BILL, ("/points", "below_minimum")),
        (55, BILL, ("/points", "not_a_multiple")),
        (50, None, ("/bill", "missing")),
        (50, Bill(200_000, "VND"), ("/bill/lines", "missing")),
        (50, Bill(75_000, "VND", (CIGARETTES,)), ("/points", "above_maximum")),
        (1000, Bill(200_000, "VND", (CIGARETTES, CAKE)), ("/points", "above_maximum")),
    ],
)
def test_the_programs_policy_decides_how_many_points_pay(
    points: int, bill: Bill | None, refused: tuple[str, str] | None
) -> None:
    assert refusal(with_policy(HALF), points, bill) == refused


def test_without_a_policy_any_points_pay_and_of_a_bill_that_is_shown_no_more_than_it_comes_to() -> None:
    assert refusal(with_policy(None), 7, None) is None
    assert refusal(with_policy(None), 2000, BILL) is None
    assert refusal(with_policy(None), 2001, BILL) == ("/points", "above_maximum")


def test_a_policy_that_asks_nothing_of_the_bill_needs_none() -> None:
    assert refusal(with_policy(PaymentPolicy(minimum=50)), 50, None) is None


def test_what_points_pay_is_shared_among_the_lines_that_they_may_pay() -> None:
    assert paid_with(with_policy(HALF), 1000, BILL) == Allocation(100_000, (("1", 72_000), ("2", 28_000)))
    assert paid_with(with_policy(None), 1, Bill(3, "VND", (BillLine("1", "a", None, 1, 3),))).amount == 3


def test_a_delivery_fee_is_not_paid_with_points() -> None:
    bill = Bill(50_000, "VND", (CAKE,), delivery_fee=15_000)
    assert payable_points(with_policy(None), bill, 10_000) == PayablePoints(1, 350, 1)


@pytest.mark.parametrize(
    ("active", "maximum"),
    [(10_000, 1000), (1000, 1000), (999, 990), (50, 50), (49, 0), (0, 0)],
)
def test_a_member_pays_with_what_they_have_in_steps_and_not_below_the_minimum(active: int, maximum: int) -> None:
    assert payable_points(with_policy(HALF), BILL, active) == PayablePoints(50, maximum, 10)


def test_where_nothing_is_left_to_pay_no_points_pay() -> None:
    assert payable_points(with_policy(HALF), Bill(75_000, "VND", (CIGARETTES,)), 5000).maximum == 0
    worthless = make_program(points=PointsPolicy(worth_points=1, worth_money=0))
    assert payable_points(worthless, BILL, 5000).maximum == 0


def test_the_most_points_are_worth_no_more_than_what_they_may_pay() -> None:
    thirds = make_program(points=PointsPolicy(worth_points=3, worth_money=100))
    payable = payable_points(thirds, Bill(100, "VND"), 1000)
    assert thirds.worth(payable.maximum).amount == 100
    assert thirds.worth(payable.maximum + 1).amount > 100


def test_a_tiers_discount_is_rounded_down_ends_at_its_maximum_and_spares_excluded_goods() -> None:
    five = TierDiscount(Fraction(5, 100), excluded=NO_TOBACCO)
    assert tier_discount(five, BILL) == Allocation(6250, (("1", 4500), ("2", 1750)))
    assert tier_discount(TierDiscount(Fraction(5, 100), maximum=5000), BILL).amount == 5000
    assert tier_discount(TierDiscount(Fraction(1, 3)), Bill(100, "VND")) == Allocation(33)
    assert tier_discount(None, BILL) == Allocation()


def test_what_is_off_is_no_longer_to_pay() -> None:
    left = bill_less(BILL, Allocation(6250, (("1", 4500), ("2", 1750))))
    assert left.total == 193_750
    assert [line.amount for line in left.lines] == [85_500, 33_250, 75_000]


def test_a_bill_is_in_the_programs_currency_and_more_than_its_delivery() -> None:
    with pytest.raises(CurrencyMismatchError):
        check_bill(make_program(), Bill(100, "USD"))
    with pytest.raises(ValidationFailedError) as refused:
        check_bill(make_program(), Bill(100, "VND", delivery_fee=101), pointer="")
    assert refused.value.faults[0].pointer == "/delivery_fee"


def test_excluded_goods_are_found_on_lines_alone() -> None:
    check_lines(None, Bill(100, "VND"))
    with pytest.raises(ValidationFailedError):
        check_lines(NO_TOBACCO, Bill(100, "VND"))
