"""Statements, the bookings behind them and disputes, the same to partners and to staff."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from quen.http.bodies import whole
from quen.http.paging import PageQuery
from quen.http.scalars import Count, Cursor, Day, Instant

MONTHS_MAX = 24

Month = Annotated[str, Meta(pattern=whole("20[0-9]{2}-(0[1-9]|1[0-2])"), examples=["2026-11"])]
Category = Literal["issued", "reversed", "redeemed", "refunded", "expired"]
Hash = Annotated[str, Meta(description="SHA-256, hex.")]
Due = Annotated[
    int, Meta(description="What the partner owes, in the smallest unit; negative: the program owes it to the partner.")
]
Price = Annotated[str, Meta(description="Money for one point, in the smallest unit, as a decimal.", examples=["100"])]


class MonthsQuery(PageQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of months, which are longer than other items."""

    limit: Annotated[int, Meta(ge=1, le=MONTHS_MAX)] = 12


class CategoryTotal(TypedDict):
    """Points, and their worth at the prices of their days."""

    points: int
    money: int


class StatementTotals(TypedDict):
    """The sums of a statement's lines."""

    issued: CategoryTotal
    reversed: CategoryTotal
    redeemed: CategoryTotal
    refunded: CategoryTotal
    expired: CategoryTotal


class CorrectionLine(TypedDict):
    """What an accepted dispute adds, at the price of the day that it is about."""

    dispute_id: str
    day: Day
    category: Category
    points: int
    price: Price
    money: int
    due: Due
    billing: Literal["prepaid", "postpaid"]


class StatementLine(TypedDict):
    """A category of a local day: `money` is the points' worth, rounded once, `due` what is owed of it. What was bought ahead
    (`prepaid`) is not owed again: it leaves the pack.
    """

    day: Day
    category: Category
    points: int
    bookings: Count
    price: Price
    money: int
    due: Due
    billing: Literal["prepaid", "postpaid"]


class Pack(TypedDict):
    """Points that were bought ahead, and what was paid for them in the smallest unit; negative where some were withdrawn."""

    pack_id: str
    bought_on: Day
    points: int
    paid: int


class PackAccount(TypedDict):
    """The month of what was bought ahead: what was left before, what was bought, what was given away of it, what is left."""

    before: int
    bought: list[Pack]
    used: int
    left: int


class PartnerStatement(TypedDict):
    """A month. `late` are lines of earlier months that came after those were closed. `stated_bookings` counts by
    month what is in lines by now. A closed one never changes: `hash` is
    that of this very object without `hash`, as JSON with sorted names, without spaces, in UTF-8; `previous_hash` is that of
    the month before (the first one's is zeros).
    """

    partner_id: str
    month: Month
    state: Literal["open", "closed"]
    closed_at: Instant | None
    currency: str
    lines: list[StatementLine]
    late: list[StatementLine]
    corrections: list[CorrectionLine]
    totals: StatementTotals
    due: Due
    pack: PackAccount
    stated_bookings: dict[str, Count]
    previous_hash: Hash
    hash: Hash | None


class PartnerMonth(TypedDict):
    """A month in a list. The sums of an open one stand in the statement itself, which is drawn when it is asked for."""

    month: Month
    state: Literal["open", "closed"]
    closed_at: Instant | None
    currency: str | None
    totals: StatementTotals | None
    due: Due | None
    hash: Hash | None


class PartnerMonthPage(TypedDict):
    """Months, the newest first."""

    items: list[PartnerMonth]
    next_cursor: Cursor | None


class Correction(TypedDict):
    """Points that are added to a category."""

    category: Category
    points: int


class Dispute(TypedDict):
    """What a partner says is wrong with a month, and what became of it: a `correction` is a line of the next statement."""

    dispute_id: str
    partner_id: str
    month: Month
    day: Day
    entry_id: str | None
    purchase_id: str | None
    points: int | None
    reason: str
    state: Literal["opened", "accepted", "rejected"]
    opened_at: Instant
    resolved_at: Instant | None
    correction: Correction | None
    note: str | None
