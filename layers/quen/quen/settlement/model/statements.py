"""A statement: what a partner and the program owe each other for one local month, line by line.

An open one is drawn whenever somebody asks; a closed one is kept for ever, hashed, and names the hash of the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from msgspec import Struct, field

from quen.partners.model.terms import Billing, Terms
from quen.settlement.model.bookings import CATEGORIES, NOTHING, Category, Slot, Sum
from quen.settlement.model.prices import due_for, money_for, price_of, taken_from_pack, terms_for

GENESIS = "0" * 64
"""What the first statement of a partner names as the one before."""

MONTHS_READ_AGAIN = 3
"""So many earlier months are read again for what came late. The stream keeps a fact for a day, the queue of what could not be
read for two weeks: after three months nothing can come any more."""


class Line(Struct, frozen=True):
    """One category of one local day. `money` is its worth at `price` (a decimal text), `due` what the partner owes of it."""

    day: date
    category: Category
    points: int
    bookings: int
    price: str
    money: int
    due: int
    billing: Billing

    @property
    def slot(self) -> Slot:
        """What it is about."""
        return Slot(self.day, self.category)


class Correction(Struct, frozen=True):
    """Points (signed) that a dispute adds to a category, by the terms of the day that it is about."""

    dispute_id: str
    day: date
    category: Category
    points: int


class CorrectionLine(Struct, frozen=True):
    """A correction as a line."""

    dispute_id: str
    line: Line


class Pack(Struct, frozen=True):
    """Points that were bought ahead on a local day, and what was paid for them; fewer than none where some were withdrawn."""

    pack_id: str
    bought_on: date
    points: int
    paid: int = 0


class PackAccount(Struct, frozen=True):
    """The month of the points that were bought ahead: `before` were left, some were bought, `used` were given away."""

    before: int = 0
    bought: tuple[Pack, ...] = ()
    used: int = 0

    @property
    def left(self) -> int:
        """What is left at the end; negative where more was given away, and the terms said to go on."""
        return self.before + sum(pack.points for pack in self.bought) - self.used


class CategoryTotal(Struct, frozen=True):
    """A category over all lines of a statement."""

    points: int = 0
    money: int = 0


class Statement(Struct, frozen=True):
    """`lines` are of the month itself, `late` of earlier months and came after those were closed, `corrections` of disputes;
    `stated_bookings` is how many bookings of this month and of those before it are in lines by now.

    `closed_at` is None while it is open; `hash` covers all but itself and is empty until then.
    """

    partner_id: str
    month: str
    currency: str
    lines: tuple[Line, ...] = ()
    late: tuple[Line, ...] = ()
    corrections: tuple[CorrectionLine, ...] = ()
    pack: PackAccount = PackAccount()
    stated_bookings: Mapping[str, int] = field(default_factory=dict)
    closed_at: datetime | None = None
    previous_hash: str = GENESIS
    hash: str = ""

    @property
    def all_lines(self) -> tuple[Line, ...]:
        """Whatever adds up to the totals."""
        return (*self.lines, *self.late, *(correction.line for correction in self.corrections))

    @property
    def due(self) -> int:
        """What the partner owes the program; negative: the program owes it to the partner."""
        return sum(line.due for line in self.all_lines)

    def total(self, category: Category) -> CategoryTotal:
        """The sum of the lines of that category."""
        lines = [line for line in self.all_lines if line.category == category]
        return CategoryTotal(sum(line.points for line in lines), sum(line.money for line in lines))

    @property
    def totals(self) -> dict[Category, CategoryTotal]:
        """Every category, those without lines too."""
        return {category: self.total(category) for category in CATEGORIES}


def line_of(slot: Slot, found: Sum, terms: Iterable[Terms]) -> Line:
    """The line of what was found, by the terms in force on its day."""
    in_force = terms_for(tuple(terms), slot.day)
    price = price_of(in_force, slot.category)
    money = money_for(found.points, price)
    due = due_for(money, slot.category, in_force.billing)
    return Line(slot.day, slot.category, found.points, found.bookings, price, money, due, in_force.billing)


def used_of(lines: Iterable[Line]) -> int:
    """How many points these lines took from the pack."""
    return sum(taken_from_pack(line.points, line.category, line.billing) for line in lines)


def stated_by(statements: Iterable[Statement]) -> dict[Slot, Sum]:
    """What these statements have stated of bookings, whether in time or late; corrections are none."""
    stated: dict[Slot, Sum] = {}
    for statement in statements:
        for line in (*statement.lines, *statement.late):
            stated[line.slot] = stated.get(line.slot, NOTHING) + Sum(line.points, line.bookings)
    return stated
