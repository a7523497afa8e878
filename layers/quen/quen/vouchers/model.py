"""What a voucher is, what state it is in, and what each use makes of it. Pure.

A voucher has a face value and what is left of it. One that pays like money has them in the smallest unit, and may be
used in parts where its terms say so; any other is one use: face value 1. What is reserved is still left, and nobody else's
until its time is over; both that and the last day are decided when the voucher is looked at, so no job makes them true.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct
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
from quen.plain_text import refuse_controls
from quen.program.benefits import BILL_KINDS, MONEY_KINDS, Allocation, Benefit, Bill, discount

VoucherState = Literal["issued", "reserved", "redeemed", "partially_redeemed", "expired", "cancelled"]
BATCH = "vbt"
"""The prefix of a batch's id."""
GIFT = "gft"
"""The prefix of a gift's id; what else issues vouchers is a redemption."""

_NEEDS_BILL = BILL_KINDS - MONEY_KINDS - {"free_product"}


class Terms(Struct, frozen=True):
    """What all vouchers of one batch have in common. `last_day` is the day to whose 24:00 they live, `first_day` the one at
    whose 00:00 they begin (None: at once); `partial` says that one may be used in parts.
    """

    benefit: Benefit
    last_day: date
    first_day: date | None = None
    partial: bool = False

    @property
    def is_money(self) -> bool:
        """Whether it pays like money."""
        return self.benefit.kind in MONEY_KINDS

    @property
    def face(self) -> int:
        """The face value: money in the smallest unit, or one use."""
        return (self.benefit.amount or 0) if self.is_money else 1


class Reservation(Struct, frozen=True):
    """What one use has set aside, and until when."""

    use_id: str
    taken: int
    lapses_at: datetime


class Voucher(Struct, frozen=True):
    """One voucher: the n-th of its source. `member_id` is who alone may use it, None for whoever has the code.

    `grace_days` is how much longer than its last day it lives because a use was refunded.
    """

    voucher_id: str
    source_id: str
    number: int
    terms: Terms
    remaining: int
    member_id: str | None = None
    is_cancelled: bool = False
    grace_days: int = 0
    reservation: Reservation | None = None
    version: int = 1

    @property
    def last_day(self) -> date:
        """The day to whose 24:00 it lives."""
        return self.terms.last_day + timedelta(days=self.grace_days)

    @property
    def batch_id(self) -> str | None:
        """The batch that it was issued in, if it was."""
        return self.source_id if self.source_id.startswith(f"{BATCH}_") else None

    @property
    def redemption_id(self) -> str | None:
        """The redemption that it was bought with, if it was."""
        return None if self.source_id.startswith((f"{BATCH}_", f"{GIFT}_")) else self.source_id


class Moment(Struct, frozen=True):
    """An instant, and the program's calendar day at it."""

    now: datetime
    today: date


class Wanted(Struct, frozen=True):
    """What a till wants of a voucher: so much money of it, or what it takes off this bill; or all of it."""

    amount: Money | None = None
    bill: Bill | None = None

    @property
    def currencies(self) -> frozenset[str]:
        """Those that the till speaks of."""
        return frozenset(each.currency for each in (self.amount, self.bill) if each)


class Quote(Struct, frozen=True):
    """What a use takes of the voucher's value, and what it takes off the bill."""

    taken: int
    off: Allocation


def new_voucher(voucher_id: str, source_id: str, number: int, terms: Terms, member_id: str | None = None) -> Voucher:
    """A voucher as it is issued: all of its face value is left."""
    return Voucher(voucher_id, source_id, number, terms, terms.face, member_id)


def check_terms(terms: Terms) -> None:
    """Raises ValidationFailedError where the benefit says too little, or too much, for a voucher."""
    benefit = terms.benefit
    needed = {
        "amount": benefit.kind in MONEY_KINDS | {"donation"},
        "percent": benefit.kind == "percent_off",
        "cause": benefit.kind == "donation",
    }
    for name, is_needed in needed.items():
        if (getattr(benefit, name) is not None) != is_needed:
            code, sentence = ("missing", "needs it") if is_needed else ("not_allowed", "has none")
            raise ValidationFailedError.at(f"/benefit/{name}", code, f"A benefit of this kind {sentence}.")
    refuse_controls("/benefit/cause", benefit.cause or "")
    if benefit.percent is not None and not 0 < benefit.percent <= 1:
        raise ValidationFailedError.at("/benefit/percent", "out_of_range", "More than 0, and 100 at the most.")
    if benefit.kind == "free_product" and not benefit.skus and not benefit.categories:
        raise ValidationFailedError.at("/benefit/skus", "missing", "Say which product is free: skus or categories.")
    if terms.partial and not terms.is_money:
        raise ValidationFailedError.at("/partial", "not_allowed", "Only what pays like money is used in parts.")
    if terms.first_day and terms.first_day > terms.last_day:
        raise ValidationFailedError.at("/valid_from", "out_of_range", "It begins on its last day at the latest.")


def open_reservation(voucher: Voucher, now: datetime) -> Reservation | None:
    """The reservation that stands at that instant."""
    held = voucher.reservation
    return held if held and now < held.lapses_at else None


def state_of(voucher: Voucher, moment: Moment) -> VoucherState:
    """The voucher's state then. A reservation made in time stands until it lapses, the last day or not."""
    if voucher.is_cancelled:
        return "cancelled"
    if voucher.remaining == 0:
        return "redeemed"
    if open_reservation(voucher, moment.now):
        return "reserved"
    if moment.today > voucher.last_day:
        return "expired"
    return "issued" if voucher.remaining == voucher.terms.face else "partially_redeemed"


def check_usable(voucher: Voucher, moment: Moment) -> None:
    """Raises VoucherAlreadyRedeemedError, VoucherExpiredError, VoucherCancelledError, VoucherReservedError, and
    VoucherNotApplicableError before its first day.
    """
    refusals = {
        "cancelled": VoucherCancelledError,
        "redeemed": VoucherAlreadyRedeemedError,
        "reserved": VoucherReservedError,
        "expired": VoucherExpiredError,
    }
    if refusal := refusals.get(state_of(voucher, moment)):
        raise refusal
    if voucher.terms.first_day and moment.today < voucher.terms.first_day:
        raise VoucherNotApplicableError("The voucher is not valid yet.")


def quote(voucher: Voucher, wanted: Wanted) -> Quote:
    """What a use would take. One that is not used in parts is taken whole, however little that takes off the bill.

    Raises VoucherNotApplicableError where it takes nothing off this bill, or less is left than is asked for;
    ValidationFailedError where what it takes off cannot be said without a bill.
    """
    benefit = voucher.terms.benefit
    if wanted.amount is not None and not voucher.terms.is_money:
        raise ValidationFailedError.at("/amount", "not_allowed", "Only what pays like money is used by amount.")
    most = voucher.remaining if wanted.amount is None else wanted.amount.amount
    if most > voucher.remaining:
        raise VoucherNotApplicableError("Less is left of the voucher than that.")
    off = _off(replace(benefit, amount=most) if voucher.terms.is_money else benefit, wanted.bill, most)
    if wanted.bill and benefit.kind in BILL_KINDS and not off.amount:
        raise VoucherNotApplicableError
    return Quote(off.amount if voucher.terms.partial else voucher.remaining, off)


def reserve(voucher: Voucher, use_id: str, taken: int, lapses_at: datetime) -> Voucher:
    """The voucher with that much set aside for a use."""
    return replace(voucher, version=voucher.version + 1, reservation=Reservation(use_id, taken, lapses_at))


def take(voucher: Voucher, taken: int) -> Voucher:
    """The voucher with that much used; what was set aside for a use that is over is nobody's any more."""
    return replace(voucher, version=voucher.version + 1, remaining=voucher.remaining - taken, reservation=None)


def redeem(voucher: Voucher, use_id: str, now: datetime) -> Voucher:
    """The voucher with its reservation used. Raises VoucherCancelledError, ReservationExpiredError."""
    if voucher.is_cancelled:
        raise VoucherCancelledError
    return take(voucher, _own_reservation(voucher, use_id, now).taken)


def release(voucher: Voucher, use_id: str, now: datetime) -> Voucher:
    """The voucher with its reservation called off. Raises ReservationExpiredError."""
    _own_reservation(voucher, use_id, now)
    return replace(voucher, version=voucher.version + 1, reservation=None)


def give_back(voucher: Voucher, taken: int, today: date, grace_days: int) -> Voucher:
    """The voucher with a use refunded: it lives for the days of grace at least, but never for more than those beyond its own
    last day, however often it is used and refunded.

    Raises VoucherCancelledError, and TooLateError when even the grace is over.
    """
    if voucher.is_cancelled:
        raise VoucherCancelledError
    late = (today - voucher.terms.last_day).days
    if late > max(grace_days, voucher.grace_days):
        raise TooLateError("The voucher and its days of grace are over.")
    grace = max(voucher.grace_days, min(grace_days, grace_days + late))
    return replace(voucher, version=voucher.version + 1, remaining=voucher.remaining + taken, grace_days=grace)


def cancel(voucher: Voucher, moment: Moment) -> Voucher:
    """The voucher, dead, and with it a reservation that stands. Raises VoucherAlreadyRedeemedError, VoucherExpiredError."""
    state = state_of(voucher, moment)
    if state == "redeemed":
        raise VoucherAlreadyRedeemedError
    if state == "expired":
        raise VoucherExpiredError
    return replace(voucher, version=voucher.version + 1, is_cancelled=True, reservation=None)


def take_back(voucher: Voucher, moment: Moment) -> Voucher:
    """The voucher, dead, because the reward that it came with is undone: only where nothing of it was ever used.

    Raises VoucherAlreadyRedeemedError where a part of it was, VoucherReservedError while a till is at it.
    """
    if voucher.remaining < voucher.terms.face:
        raise VoucherAlreadyRedeemedError
    if open_reservation(voucher, moment.now):
        raise VoucherReservedError
    return replace(voucher, version=voucher.version + 1, is_cancelled=True, reservation=None)


def _off(benefit: Benefit, bill: Bill | None, most: int) -> Allocation:
    if bill:
        return discount(benefit, bill)
    if benefit.kind in _NEEDS_BILL or benefit.minimum_bill is not None:
        raise ValidationFailedError.at("/bill", "missing", "What the voucher takes off depends on the bill.")
    if benefit.kind in MONEY_KINDS:
        return Allocation(most if benefit.maximum is None else min(most, benefit.maximum))
    return Allocation()


def _own_reservation(voucher: Voucher, use_id: str, now: datetime) -> Reservation:
    held = open_reservation(voucher, now)
    if held is None or held.use_id != use_id:
        raise ReservationExpiredError
    return held
