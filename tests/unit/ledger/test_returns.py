"""Returns: what a purchase no longer earns is taken back, from where it hurts least, by the rules of its own day."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import NOON, make_account, make_program
from quen.earning.model import Purchase, PurchaseLine, price_purchase
from quen.errors import CurrencyMismatchError, ReturnExceedsPurchaseError, ValidationFailedError
from quen.ledger.model import (
    Account,
    BringUpToDate,
    Redeem,
    Reserve,
    rebuild,
)
from quen.money import Money
from quen.program.model import BasisPolicy, Cap, EarningRule, OfAmount, Program, Tier
from quen.returns.model import Goods, LineReturned, give_back, is_whole, kept_form, paid_back, read_sale, returned_form
from till import Till

PROGRAM = make_program()
PENDING = replace(PROGRAM, points=replace(PROGRAM.points, pending_days=7))
MONDAY = datetime(2026, 11, 23, 3, tzinfo=UTC)


def used_up(till: Till) -> dict[str, int]:
    """What the days have used up under the caps of rules."""
    return {key: points for key, points in till.account.caps.items() if "/visit@" not in key}


def test_a_full_return_leaves_the_account_as_it_was() -> None:
    till = Till(account=make_account((10, "2027-01-31")))
    before = till.account
    assert till.buy(1_255_000) == 125
    [entry] = till.bring_back(1_255_000)
    assert (entry.kind, entry.points, entry.reference.kind) == ("reverse", -125, "return")
    assert entry.lines == {"program.issued": 125, "member.active": -125}
    assert (till.account.lots, till.account.debt) == (before.lots, 0)


def test_a_partial_return_reprices_what_remains() -> None:
    till = Till()
    till.buy(99_000)  # 9.9: nine points
    till.bring_back(5_000)  # 94,000 still earn nine
    assert till.account.active == 9
    till.bring_back(5_000)
    assert till.account.active == 8


def test_a_hundred_small_returns_equal_one_big_one() -> None:
    small, big = Till(), Till()
    for till in (small, big):
        till.buy(1_234_567)
    for _ in range(100):
        small.bring_back(12_345)
    big.bring_back(1_234_500)
    assert small.worth == big.worth == 0
    assert small.account.lots == big.account.lots


def test_pending_points_are_taken_first_and_activate_no_more() -> None:
    till = Till(program=PENDING)
    till.buy(100_000, "other")
    till.buy(200_000)
    [entry] = till.bring_back(200_000)
    assert (entry.points, entry.lines) == (0, {"program.issued": 20, "member.pending": -20})
    assert till.account.pending == {"2026-11-29/2027-11-30": 10}


def test_its_own_lot_is_taken_before_other_points() -> None:
    till = Till(account=make_account((50, "2027-01-31"), (50, None)))
    till.buy(300_000)
    [entry] = till.bring_back(300_000)
    assert entry.lots == {"2027-11-30": -30}


def test_points_that_were_pending_at_the_sale_are_found_in_their_lot_afterwards() -> None:
    till = Till(program=PENDING, account=make_account((50, "2027-01-31")))
    till.buy(300_000)
    till.now += timedelta(days=8)
    till.do(BringUpToDate(till.now))
    [entry] = till.bring_back(300_000)
    assert entry.lots == {"2027-11-30": -30}


def test_spent_points_are_taken_from_the_others_then_owed_and_paid_back_by_the_next_purchase() -> None:
    till = Till(account=make_account((5, None)))
    till.buy(300_000)
    till.do(Reserve("red", 32, NOON + timedelta(days=1)))
    till.do(Redeem("red"))
    [entry] = till.bring_back(300_000)
    assert entry.lines == {"program.issued": 30, "member.active": -3, "member.debt": -27}
    assert (till.account.active, till.account.debt) == (0, 27)
    till.buy(400_000, "B-2")
    assert (till.account.active, till.account.debt) == (13, 0)
    assert till.entries[-1].lines == {"program.issued": -40, "member.debt": 27, "member.active": 13}


def test_beyond_the_programs_limit_of_debt_the_shop_bears_the_loss_and_says_so() -> None:
    till = Till(program=replace(PROGRAM, points=replace(PROGRAM.points, debt_limit=10)))
    till.buy(300_000)
    till.do(Reserve("red", 30, NOON + timedelta(days=1)))
    till.do(Redeem("red"))
    [reverse, write_off] = till.bring_back(300_000)
    assert reverse.lines == {"program.issued": 10, "member.debt": -10}
    assert (write_off.kind, write_off.lines) == ("write_off", {"program.issued": 20, "program.written_off": -20})
    assert till.account.debt == 10


def test_what_the_rules_of_its_day_gave_is_taken_back_though_the_program_has_changed() -> None:
    till = Till()
    till.buy(1_000_000)
    for rules in ((), (EarningRule("other", "purchase", points=7, per=1_000),)):
        changed = dataclasses.replace(
            till, program=make_program(earning=rules, version=2), entries=[], returns={"B-1": []}
        )
        [entry] = changed.bring_back(500_000)
        assert (entry.points, entry.program_version) == (-50, 1)


def test_a_return_gives_the_daily_cap_back() -> None:
    till = Till(now=MONDAY)
    assert till.buy(3_000_000, "B-1") == 300 + 200
    assert till.buy(1_000_000, "B-2") == 100
    till.bring_back(1_500_000, "B-1")
    assert used_up(till) == {"2026-11-23/double-star": 150}
    assert till.buy(1_000_000, "B-3") == 100 + 50
    till.bring_back(1_500_000, "B-1")
    till.bring_back(1_000_000, "B-3")
    assert used_up(till) == {}
    assert till.worth == 100


def test_qualifying_points_and_stamps_go_back_with_their_purchase_and_never_below_nothing() -> None:
    rules = (
        *PROGRAM.earning,
        EarningRule("status", "purchase", points=1, per=1_000, wallet="qualifying"),
        EarningRule("stamp", "purchase", points=1, wallet="stamps"),
    )
    till = Till(program=make_program(earning=rules))
    assert till.buy(300_000) == 30 + 300 + 1
    till.now += timedelta(days=30)
    till.buy(100_000, "B-2")
    assert till.account.counters == {"qualifying/2026-11": 300, "qualifying/2026-12": 100, "stamps": 2}
    [entry] = till.bring_back(200_000)
    assert entry.counters == {"qualifying/2026-11": -200}
    till.bring_back(100_000)
    assert till.account.counters == {"qualifying/2026-12": 100, "stamps": 1}


def test_points_that_paid_come_back_in_proportion_to_their_lots_and_live_for_the_grace_at_least() -> None:
    till = Till(account=make_account((10, "2026-11-30"), (30, "2027-06-30")))
    till.buy(100_000)
    till.do(Reserve("red", 20, NOON + timedelta(days=1)))
    till.do(Redeem("red"))
    paid = {"2026-11-30": 10, "2027-06-30": 10}
    half = paid_back(paid, Fraction(1, 2), {})
    assert half == {"2027-06-30": 10}
    till.bring_back(50_000, red=half)
    rest = paid_back(paid, Fraction(1), half)
    assert rest == {"2026-11-30": 10}
    [entry] = till.bring_back(50_000, red=rest)
    assert till.account.lots == {"2026-12-06": 10, "2027-06-30": 30}
    assert entry.lines["program.redeemed"] == -10


@given(st.lists(st.fractions(0, 1), max_size=8), st.dictionaries(st.sampled_from("abcd"), st.integers(1, 50)))
def test_any_split_of_a_return_gives_back_the_same_points_that_paid(
    shares: list[Fraction], paid: dict[str, int]
) -> None:
    back: dict[str, int] = {}
    for share in [*sorted(shares), Fraction(1)]:
        for lot, points in paid_back(paid, share, back).items():
            back[lot] = back.get(lot, 0) + points
        assert sum(back.values()) == int(sum(paid.values()) * share)
    assert back == paid


@given(st.integers(0, 5_000_000), st.integers(0, 5_000_000), st.integers(0, 250))
def test_what_is_left_after_a_return_is_what_the_rest_would_have_earned(amount: int, back: int, used: int) -> None:
    """Whatever else had used the day's cap before, and though the rounding of a part may be luckier than the whole's: then
    the cap is not used again for it, or it could be passed.
    """
    back = min(amount, back)
    half_more = replace(PROGRAM.earning[1], multiplier=Fraction(3, 2))
    program = make_program(earning=(PROGRAM.earning[0], half_more))
    key = "2026-11-23/double-star"
    caps = {key: used} if used else {}
    returning, rest = (Till(program=program, now=MONDAY, account=Account("mem", caps=caps)) for _ in range(2))
    returning.buy(amount)
    if back:
        returning.bring_back(back)
    rest.buy(amount - back)
    assert returning.worth == rest.worth
    assert 0 <= used_up(rest).get(key, 0) - used_up(returning).get(key, 0) <= 1


@given(
    st.integers(1, 5_000_000),
    st.lists(st.integers(1, 1_000_000), max_size=12),
    st.sampled_from([PROGRAM, PENDING]),
    st.randoms(use_true_random=False),
)
def test_any_split_and_any_order_of_returns_give_the_same_total(
    amount: int, parts: list[int], program: Program, random: Random
) -> None:
    """Two purchases of one capped day, returned in pieces in any order: what is left is what the rest earns by itself."""
    pieces: list[tuple[str, int]] = []
    for purchase_id in ("B-1", "B-2"):
        left = amount
        for part in parts:
            if part <= left:
                pieces.append((purchase_id, part))
                left -= part
    left_over = []
    for order in (pieces, random.sample(pieces, len(pieces))):
        till = Till(program=program, now=MONDAY)
        for purchase_id in ("B-1", "B-2"):
            till.buy(amount, purchase_id)
        for purchase_id, part in order:
            till.bring_back(part, purchase_id)
        left_over.append((till.worth, till.account.lots, till.account.pending, till.account.caps))
        assert rebuild("mem", till.entries) == till.account
    assert left_over[0] == left_over[1]


def test_more_than_is_left_is_refused() -> None:
    till = Till()
    till.buy(100_000)
    till.bring_back(60_000)
    with pytest.raises(ReturnExceedsPurchaseError):
        till.bring_back(40_001)
    with pytest.raises(ValidationFailedError):
        till.bring_back(0)


def sale_with_lines() -> Any:
    lines = (
        PurchaseLine("1", "latte", 2, Money(90_000, "VND")),
        PurchaseLine("2", "cake", 1, Money(35_000, "VND")),
    )
    purchase = Purchase("B-1", NOON, Money(125_000, "VND"), None, lines)
    return read_sale("B-1", {**kept_form(purchase, make_program()), "version": 1, "points": 12}, [])


def test_lines_are_returned_by_pieces_and_amounts_cumulatively() -> None:
    def goods(line_id: str, quantity: int, amount: int, currency: str = "VND") -> Goods:
        return Goods("R", NOON, lines=(LineReturned(line_id, quantity, Money(amount, currency)),))

    sale, amount = give_back(sale_with_lines(), goods("1", 1, 45_000))
    assert (amount, sale.remaining.total.amount) == (45_000, 80_000)
    assert [(line.line_id, line.quantity, line.amount.amount) for line in sale.remaining.lines] == [
        ("1", 1, 45_000),
        ("2", 1, 35_000),
    ]
    for refused in (goods("1", 2, 45_000), goods("1", 1, 45_001), goods("2", 2, 35_000)):
        with pytest.raises(ReturnExceedsPurchaseError):
            give_back(sale, refused)
    with pytest.raises(ValidationFailedError):
        give_back(sale, goods("3", 1, 1))
    with pytest.raises(CurrencyMismatchError):
        give_back(sale, goods("2", 1, 1, "USD"))
    with pytest.raises(ValidationFailedError):
        give_back(sale, Goods("R", NOON - timedelta(seconds=1), Money(1, "VND")))


def test_a_rule_that_only_the_rest_of_a_bill_is_small_enough_for_gives_back_nothing_of_a_cap() -> None:
    small = EarningRule("small", "purchase", bonus=10, when=OfAmount(at_most=50_000), caps=(Cap(10, "day"),))
    till = Till(replace(PROGRAM, earning=(small,)))
    assert till.buy(30_000, "B-1") == 10
    assert till.buy(100_000, "B-2") == 0
    till.bring_back(60_000, "B-2")
    till.bring_back(40_000, "B-2")
    assert list(used_up(till).values()) == [10]
    assert till.buy(30_000, "B-3") == 0


any_rules = st.lists(
    st.builds(
        EarningRule,
        st.sampled_from(["a", "b", "c"]),
        st.just("purchase"),
        bonus=st.integers(1, 30),
        when=st.builds(OfAmount, at_least=st.integers(0, 60), at_most=st.none() | st.integers(60, 100)),
        caps=st.tuples(st.builds(Cap, st.integers(1, 40), st.just("day"), st.sampled_from(["cap", "reject"]))),
    )
    | st.builds(
        EarningRule,
        st.sampled_from(["d", "e"]),
        st.just("purchase"),
        points=st.integers(1, 3),
        per=st.integers(1, 10),
        caps=st.tuples(st.builds(Cap, st.integers(1, 40), st.just("day"), st.sampled_from(["cap", "reject"]))),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda rule: rule.id,
)


@settings(deadline=None)
@given(any_rules, st.lists(st.integers(1, 100), min_size=1, max_size=3), st.data())
def test_whatever_comes_back_caps_have_what_they_gave_and_never_more(
    earning: list[EarningRule], amounts: list[int], data: st.DataObject
) -> None:
    till = Till(replace(PROGRAM, earning=tuple(earning)))
    till.buy(50, "kept")
    kept, worth = used_up(till), till.worth
    left = {f"B-{number}": amount for number, amount in enumerate(amounts)}
    for purchase_id, amount in left.items():
        till.buy(amount, purchase_id)
    while left:
        purchase_id = data.draw(st.sampled_from(sorted(left)))
        amount = data.draw(st.integers(1, left[purchase_id]))
        before = used_up(till)
        till.bring_back(amount, purchase_id)
        assert all(kept.get(key, 0) <= points <= before[key] for key, points in used_up(till).items())
        left[purchase_id] -= amount
        if not left[purchase_id]:
            del left[purchase_id]
    assert used_up(till) == kept
    assert till.worth == worth


def test_an_amount_that_is_the_whole_bill_brings_back_every_item_of_it() -> None:
    program = replace(PROGRAM, earning=(EarningRule("by-item", "purchase", points=1, each="item"),))
    sale, _ = give_back(sale_with_lines(), Goods("R-1", NOON, Money(25_000, "VND")))
    assert price_purchase(program, sale.remaining).points == 3
    sale, _ = give_back(sale, Goods("R-2", NOON, Money(100_000, "VND")))
    assert price_purchase(program, sale.remaining).points == 0


def test_a_delivery_fee_goes_with_the_last_piece_of_a_bill_of_nothing() -> None:
    earning = (EarningRule("base", "purchase", points=1, per=10_000),)
    program = replace(PROGRAM, earning=earning, basis=BasisPolicy(with_delivery=True))
    lines = (PurchaseLine("1", "gift", 2, Money(0, "VND")),)
    purchase = Purchase("B-1", NOON, Money(0, "VND"), None, lines, delivery_fee=Money(30_000, "VND"))
    sale = read_sale("B-1", {**kept_form(purchase, program), "version": 1, "points": 3}, [])
    assert price_purchase(program, sale.remaining).points == 3
    sale, _ = give_back(sale, Goods("R-1", NOON, lines=(LineReturned("1", 2, Money(0, "VND")),)))
    assert price_purchase(program, sale.remaining).points == 0


@pytest.mark.parametrize("amount", [0, None])
def test_a_delivery_fee_of_a_bill_of_nothing_without_lines_goes_with_its_first_return(amount: int | None) -> None:
    program = replace(PROGRAM, basis=BasisPolicy(with_delivery=True))
    purchase = Purchase("B-1", NOON, Money(0, "VND"), delivery_fee=Money(30_000, "VND"))
    kept = {**kept_form(purchase, program), "version": 1, "points": 3}
    sale = read_sale("B-1", kept, [])
    goods = Goods("R-1", NOON, None if amount is None else Money(amount, "VND"))
    after, returned = give_back(sale, goods)
    left = read_sale("B-1", kept, [returned_form(goods, returned, {"points": 3}, {})])
    assert [price_purchase(program, each.remaining).points for each in (sale, after, left)] == [3, 0, 0]
    assert (is_whole(sale, after), is_whole(left, give_back(left, goods)[0])) == (True, False)


@pytest.mark.parametrize("times", [{"tiers": (Tier("gold", {"en": "Gold"}, Fraction(2)),)}, {}])
def test_what_multiplies_a_visit_counts_it_once_a_day_and_store_and_goes_back_with_it(times: dict[str, Any]) -> None:
    visit = EarningRule("stop-by", "purchase", points=10, each="visit")
    double = EarningRule("double", "purchase", multiplier=Fraction(2))
    till = Till(replace(PROGRAM, earning=(visit,) if times else (visit, double), **times))
    bought = [till.buy(1000, f"B-{number}", store="d1") for number in range(3)]
    assert bought == [20, 0, 0]
    assert till.buy(1000, "B-3", store="d2") == 20
    till.bring_back(500, "B-1")
    till.bring_back(500, "B-0")
    assert till.worth == 40
    till.bring_back(500, "B-0")
    assert till.worth == 20
