"""What becomes of a voucher: states by time and use, and what each use takes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from msgspec.structs import replace

from quen.errors import (
    ReservationExpiredError,
    TooLateError,
    ValidationFailedError,
    VoucherAlreadyRedeemedError,
    VoucherCancelledError,
    VoucherExpiredError,
    VoucherNotApplicableError,
    VoucherReservedError,
)
from quen.money import Money
from quen.program.benefits import Benefit, Bill, BillLine
from quen.vouchers.model import (
    Moment,
    Terms,
    Voucher,
    Wanted,
    cancel,
    check_terms,
    check_usable,
    give_back,
    new_voucher,
    quote,
    redeem,
    release,
    reserve,
    state_of,
    take,
    take_back,
)

LAST = date(2026, 11, 30)
NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
MOMENT = Moment(NOW, date(2026, 11, 22))
LATER = NOW + timedelta(minutes=15)
AFTERWARDS = Moment(NOW, date(2026, 12, 1))
BILL = Bill(80_000, "VND", (BillLine("1", "coffee", None, 1, 80_000),))


def voucher(benefit: Benefit | None = None, *, partial: bool = False, first_day: date | None = None) -> Voucher:
    terms = Terms(benefit or Benefit("amount_off", amount=100_000), LAST, first_day, partial)
    return new_voucher("vch_1", "vbt_1", 0, terms)


def money(amount: int) -> Wanted:
    return Wanted(Money(amount, "VND"))


def test_a_voucher_of_money_that_is_not_partial_is_taken_whole_however_small_the_bill() -> None:
    quoted = quote(voucher(), Wanted(bill=BILL))
    assert (quoted.taken, quoted.off.amount, quoted.off.lines) == (100_000, 80_000, (("1", 80_000),))
    used = take(voucher(), quoted.taken)
    assert (used.remaining, state_of(used, MOMENT)) == (0, "redeemed")


def test_a_partial_one_is_taken_in_parts_and_says_so() -> None:
    quoted = quote(voucher(partial=True), Wanted(bill=BILL))
    assert (quoted.taken, quoted.off.amount) == (80_000, 80_000)
    used = take(voucher(partial=True), quoted.taken)
    assert (used.remaining, state_of(used, MOMENT)) == (20_000, "partially_redeemed")
    assert quote(used, Wanted(bill=BILL)).taken == 20_000
    assert quote(used, money(15_000)).taken == 15_000
    with pytest.raises(VoucherNotApplicableError):
        quote(used, money(20_001))
    assert state_of(take(used, 20_000), MOMENT) == "redeemed"


def test_an_amount_and_a_bill_together_take_the_smaller() -> None:
    assert quote(voucher(partial=True), Wanted(Money(90_000, "VND"), BILL)).taken == 80_000
    assert quote(voucher(partial=True), Wanted(Money(9_000, "VND"), BILL)).taken == 9_000


def test_what_is_no_money_is_one_use() -> None:
    percent = voucher(Benefit("percent_off", percent=Fraction(1, 4)))
    assert percent.remaining == 1
    quoted = quote(percent, Wanted(bill=BILL))
    assert (quoted.taken, quoted.off.amount) == (1, 20_000)
    gift = quote(voucher(Benefit("gift")), Wanted())
    assert (gift.taken, gift.off.amount) == (1, 0)
    with pytest.raises(ValidationFailedError):
        quote(percent, money(1))


@pytest.mark.parametrize(
    "benefit",
    [
        Benefit("percent_off", percent=Fraction(1, 4)),
        Benefit("free_delivery"),
        Benefit("amount_off", amount=1, minimum_bill=2),
        Benefit("gift", minimum_bill=2),
    ],
)
def test_what_depends_on_the_bill_wants_to_see_it(benefit: Benefit) -> None:
    with pytest.raises(ValidationFailedError):
        quote(voucher(benefit), Wanted())


@pytest.mark.parametrize(
    "benefit",
    [
        Benefit("amount_off", amount=1, minimum_bill=80_001),
        Benefit("amount_off", amount=1, skus=("tea",)),
        Benefit("free_product", skus=("tea",)),
        Benefit("free_delivery"),
    ],
)
def test_what_takes_nothing_off_the_bill_is_not_used_up_for_it(benefit: Benefit) -> None:
    with pytest.raises(VoucherNotApplicableError):
        quote(voucher(benefit), Wanted(bill=BILL))


def test_a_reservation_keeps_others_away_until_its_minute_and_not_beyond() -> None:
    held = reserve(voucher(), "vus_1", 100_000, LATER)
    assert state_of(held, MOMENT) == "reserved"
    with pytest.raises(VoucherReservedError):
        check_usable(held, MOMENT)
    assert state_of(redeem(held, "vus_1", LATER - timedelta(seconds=1)), MOMENT) == "redeemed"
    assert state_of(held, replace(MOMENT, now=LATER)) == "issued"
    check_usable(held, replace(MOMENT, now=LATER))
    for use_id, now in (("vus_1", LATER), ("vus_2", NOW)):
        with pytest.raises(ReservationExpiredError):
            redeem(held, use_id, now)
        with pytest.raises(ReservationExpiredError):
            release(held, use_id, now)
    assert state_of(release(held, "vus_1", NOW), MOMENT) == "issued"


def test_it_lives_to_the_end_of_its_last_day_and_what_is_reserved_in_time_stands() -> None:
    assert state_of(voucher(), Moment(NOW, LAST)) == "issued"
    assert state_of(voucher(), AFTERWARDS) == "expired"
    with pytest.raises(VoucherExpiredError):
        check_usable(voucher(), AFTERWARDS)
    held = reserve(voucher(), "vus_1", 100_000, LATER)
    assert state_of(held, AFTERWARDS) == "reserved"
    assert state_of(take(voucher(), 100_000), AFTERWARDS) == "redeemed"


def test_before_its_first_day_it_is_issued_and_not_yet_usable() -> None:
    early = voucher(first_day=date(2026, 11, 23))
    assert state_of(early, MOMENT) == "issued"
    with pytest.raises(VoucherNotApplicableError):
        check_usable(early, MOMENT)
    check_usable(early, replace(MOMENT, today=date(2026, 11, 23)))


def test_a_refund_gives_the_value_back_and_the_days_of_grace_once() -> None:
    used = take(voucher(partial=True), 70_000)
    back = give_back(used, 70_000, date(2026, 12, 10), 14)
    assert (back.remaining, back.last_day) == (100_000, date(2026, 12, 14))
    check_usable(back, Moment(NOW, date(2026, 12, 14)))
    again = give_back(take(back, 70_000), 70_000, date(2026, 12, 14), 14)
    assert again.last_day == date(2026, 12, 14)
    with pytest.raises(TooLateError):
        give_back(used, 70_000, date(2026, 12, 15), 14)


@pytest.mark.parametrize(
    ("refunded_on", "last_day"),
    [
        (date(2026, 11, 2), date(2026, 11, 30)),
        (date(2026, 11, 16), date(2026, 11, 30)),
        (date(2026, 11, 17), date(2026, 12, 1)),
        (date(2026, 11, 30), date(2026, 12, 14)),
        (date(2026, 12, 1), date(2026, 12, 14)),
    ],
)
def test_a_refund_in_good_time_lengthens_nothing(refunded_on: date, last_day: date) -> None:
    back = give_back(take(voucher(partial=True), 70_000), 70_000, refunded_on, 14)
    assert back.last_day == last_day


def test_who_cancels_kills_a_reservation_too_and_nothing_comes_back_to_the_dead() -> None:
    dead = cancel(reserve(voucher(), "vus_1", 100_000, LATER), MOMENT)
    assert (state_of(dead, MOMENT), dead.reservation) == ("cancelled", None)
    for refused in (
        lambda: check_usable(dead, MOMENT),
        lambda: redeem(dead, "vus_1", NOW),
        lambda: give_back(dead, 1, LAST, 0),
    ):
        with pytest.raises(VoucherCancelledError):
            refused()
    with pytest.raises(VoucherAlreadyRedeemedError):
        cancel(take(voucher(), 100_000), MOMENT)
    with pytest.raises(VoucherExpiredError):
        cancel(voucher(), AFTERWARDS)


def test_a_reward_s_voucher_is_taken_back_only_where_nobody_used_any_of_it() -> None:
    assert state_of(take_back(voucher(), MOMENT), MOMENT) == "cancelled"
    with pytest.raises(VoucherAlreadyRedeemedError):
        take_back(take(voucher(partial=True), 1), MOMENT)
    held = reserve(voucher(), "vus_1", 100_000, LATER)
    with pytest.raises(VoucherReservedError):
        take_back(held, MOMENT)
    assert state_of(take_back(held, replace(MOMENT, now=LATER)), MOMENT) == "cancelled"


@pytest.mark.parametrize(
    ("terms", "pointer"),
    [
        (Terms(Benefit("amount_off"), LAST), "/benefit/amount"),
        (Terms(Benefit("gift", amount=1), LAST), "/benefit/amount"),
        (Terms(Benefit("percent_off"), LAST), "/benefit/percent"),
        (Terms(Benefit("percent_off", percent=Fraction(101, 100)), LAST), "/benefit/percent"),
        (Terms(Benefit("percent_off", percent=Fraction(0)), LAST), "/benefit/percent"),
        (Terms(Benefit("donation", amount=1), LAST), "/benefit/cause"),
        (Terms(Benefit("free_product"), LAST), "/benefit/skus"),
        (Terms(Benefit("gift"), LAST, partial=True), "/partial"),
        (Terms(Benefit("gift"), LAST, date(2026, 12, 1)), "/valid_from"),
    ],
)
def test_terms_that_make_no_sense_are_refused_where_they_are_wrong(terms: Terms, pointer: str) -> None:
    with pytest.raises(ValidationFailedError) as refused:
        check_terms(terms)
    assert refused.value.faults[0].pointer == pointer


def test_terms_that_make_sense_are_taken() -> None:
    for benefit in (Benefit("amount_off", amount=1), Benefit("percent_off", percent=Fraction(1)), Benefit("gift")):
        check_terms(Terms(benefit, LAST, LAST))
