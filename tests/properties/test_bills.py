"""Whatever the bill and the policy: shares add up, no line gives more than it costs, and what may not pay never does."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from factories import make_program
from quen.errors import ValidationFailedError
from quen.program.benefits import Bill, BillLine
from quen.program.model import Goods, PaymentPolicy, PointsPolicy, Program, TierDiscount
from quen.rewards.model import bill_less, check_payment, paid_with, payable_points, tier_discount

CATEGORIES = ("drinks", "food", "tobacco")
EXCLUDED = Goods(categories=frozenset({"tobacco"}), skus=frozenset({"gift-card"}))
shares = st.fractions(Fraction(1, 1000), 1, max_denominator=1000)

lines = st.builds(
    lambda sku, category, quantity, amount: (sku, category, quantity, amount),
    st.sampled_from(["latte-m", "cake", "gift-card"]),
    st.sampled_from(CATEGORIES) | st.none(),
    st.integers(1, 9),
    st.integers(0, 10**8),
)


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    parts = draw(st.lists(lines, min_size=1, max_size=8))
    made = tuple(BillLine(str(number), *part) for number, part in enumerate(parts))
    fee = draw(st.integers(0, 50_000))
    reduction = draw(st.integers(0, 1000))
    return Bill(max(0, sum(line.amount for line in made) - reduction) + fee, "VND", made, fee)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    policy = draw(
        st.none()
        | st.builds(PaymentPolicy, st.integers(1, 500), st.integers(1, 50), shares, st.sampled_from([None, EXCLUDED]))
    )
    points = PointsPolicy(worth_points=draw(st.integers(1, 7)), worth_money=draw(st.integers(1, 1000)))
    return make_program(payment=policy, points=points)


@given(programs(), bills(), st.integers(0, 10**7))
def test_the_points_that_may_pay_are_taken_and_one_step_more_is_not(program: Program, bill: Bill, active: int) -> None:
    payable = payable_points(program, bill, active)
    assert payable.maximum % payable.multiple == 0
    assert payable.maximum <= active
    if payable.maximum:
        check_payment(program, payable.maximum, bill)
    step = max(payable.maximum + payable.multiple, payable.minimum + -payable.minimum % payable.multiple)
    try:
        check_payment(program, step, bill)
    except ValidationFailedError:
        return
    assert step > active  # the bill would take more than the member has


@given(programs(), bills())
def test_what_points_pay_adds_up_and_spares_excluded_goods(program: Program, bill: Bill) -> None:
    points = payable_points(program, bill, 10**9).maximum
    if not points:
        return
    off = paid_with(program, points, bill)
    policy = program.payment or PaymentPolicy()
    assert off.amount == program.worth(points).amount == sum(amount for _, amount in off.lines)
    assert off.amount * policy.max_share.denominator <= bill.goods * policy.max_share.numerator
    by_id = {line.line_id: line for line in bill.lines}
    for line_id, amount in off.lines:
        line = by_id[line_id]
        assert 0 < amount <= line.amount
        assert policy.excluded is None or not policy.excluded.include(line.sku or "", line.category)


@given(bills(), shares, st.none() | st.integers(1, 10**6), st.sampled_from([None, EXCLUDED]))
def test_a_discount_adds_up_ends_at_its_maximum_and_leaves_the_rest_to_pay(
    bill: Bill, percent: Fraction, maximum: int | None, excluded: Goods | None
) -> None:
    off = tier_discount(TierDiscount(percent, maximum, excluded), bill)
    left = bill_less(bill, off)
    assert off.amount == sum(amount for _, amount in off.lines)
    assert maximum is None or off.amount <= maximum
    assert off.amount <= percent * bill.goods
    assert left.total == bill.total - off.amount >= bill.delivery_fee
    assert all(line.amount >= 0 for line in left.lines)
    untouched = {line.line_id for line in bill.lines if excluded and excluded.include(line.sku or "", line.category)}
    assert untouched.isdisjoint(line_id for line_id, _ in off.lines)
