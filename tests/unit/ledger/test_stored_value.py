"""Money that a member keeps with the shop: what moves it, and within which bounds."""

from __future__ import annotations

from typing import Literal

import pytest

from factories import NOON, make_program
from quen.errors import (
    InsufficientStoredValueError,
    MemberNotActiveError,
    StoredValueLimitReachedError,
    ValidationFailedError,
)
from quen.ledger.model import Account, MoveStoredValue, SetState, decide, folded
from quen.money import AMOUNT_MAX
from quen.program.model import Program, StoredValuePolicy

MAXIMUM = 500_000
PROGRAM = make_program(stored_value=StoredValuePolicy(MAXIMUM))
Activity = Literal["load", "redeem", "refund", "adjust"]


def move(account: Account, activity: Activity, amount: int, program: Program = PROGRAM) -> Account:
    return folded(account, decide(account, MoveStoredValue("sva_1", activity, amount), program, NOON))


def holding(amount: int, program: Program = PROGRAM) -> Account:
    return move(Account("mem"), "adjust", amount, program)


@pytest.mark.parametrize("activity", ["load", "redeem", "refund", "adjust"])
def test_nothing_is_no_amount(activity: Activity) -> None:
    with pytest.raises(ValidationFailedError):
        move(holding(10), activity, 0)


@pytest.mark.parametrize("activity", ["load", "redeem", "refund"])
def test_a_negative_amount_turns_no_activity_into_its_opposite(activity: Activity) -> None:
    with pytest.raises(ValidationFailedError):
        move(holding(10), activity, -5)


@pytest.mark.parametrize("activity", ["load", "adjust"])
def test_no_account_is_filled_above_what_the_program_lets_one_hold(activity: Activity) -> None:
    assert move(holding(MAXIMUM - 1), activity, 1).wallet("stored_value") == MAXIMUM
    with pytest.raises(StoredValueLimitReachedError):
        move(holding(MAXIMUM), activity, 1)


def test_what_is_above_a_lowered_maximum_can_be_spent_and_taken_out() -> None:
    lowered = make_program(stored_value=StoredValuePolicy(100))
    rich = holding(MAXIMUM)
    assert move(rich, "redeem", 1, lowered).wallet("stored_value") == MAXIMUM - 1
    assert move(rich, "adjust", -1, lowered).wallet("stored_value") == MAXIMUM - 1


def test_a_payment_goes_back_though_the_account_was_filled_up_since() -> None:
    paid = move(holding(MAXIMUM), "redeem", 100)
    assert move(move(paid, "load", 100), "refund", 100).wallet("stored_value") == MAXIMUM + 100


@pytest.mark.parametrize("activity", ["refund", "adjust"])
def test_no_account_ever_holds_more_than_money_can_be(activity: Activity) -> None:
    without = make_program()
    with pytest.raises(StoredValueLimitReachedError):
        move(holding(AMOUNT_MAX, without), activity, 1, without)


def test_no_account_is_ever_below_zero() -> None:
    for activity, amount in (("redeem", 11), ("adjust", -11)):
        with pytest.raises(InsufficientStoredValueError):
            move(holding(10), activity, amount)  # type: ignore[arg-type] # one of the four


def test_money_comes_back_to_an_account_that_was_closed_and_nobody_else_moves_it() -> None:
    open_account = holding(10)
    closed = folded(open_account, decide(open_account, SetState("closed", "left"), PROGRAM, NOON))
    assert move(closed, "refund", 5).wallet("stored_value") == 15
    for activity, amount in (("load", 5), ("redeem", 5), ("adjust", -10)):
        with pytest.raises(MemberNotActiveError):
            move(closed, activity, amount)  # type: ignore[arg-type] # one of the four
