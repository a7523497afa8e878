"""Drawing a statement: of the month's own bookings, of what came late for earlier ones, of what disputes correct.

Rule: a booking is stated once. Every drawing counts the three months before its own again, and where one has more bookings than
were stated, reads it and takes what is there beyond what its statement and the later ones have stated. So what comes after a
month was closed is in the next one that is closed, wherever between reading and keeping it came.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct, field

from quen.partners.model.terms import Terms
from quen.settlement.model.bookings import MonthSums, Slot, Sum, Sums, beyond
from quen.settlement.model.months import month_of
from quen.settlement.model.statements import (
    GENESIS,
    Correction,
    CorrectionLine,
    Line,
    Pack,
    PackAccount,
    Statement,
    line_of,
    stated_by,
    used_of,
)


class Books(Struct, frozen=True):
    """What is read for one drawing. `own` are the month's bookings, `again` those of the closed months before it that have more
    than was stated; `corrections` and `packs` those of all of these months, whether stated already or not.
    """

    own: MonthSums
    again: Mapping[str, MonthSums] = field(default_factory=dict)
    corrections: Sequence[Correction] = ()
    packs: Sequence[Pack] = ()


def draw(
    partner_id: str, month: str, books: Books, *, before: Sequence[Statement], terms: Sequence[Terms], currency: str
) -> Statement:
    """The statement as it stands, open. `before` are the statements of the months that were read again, the newest first;
    `terms` are not empty.
    """
    lines = _lines({slot: books.own.sums[slot] for slot in sorted(books.own.sums)}, terms)
    stated = stated_by(before)
    late = [
        line for earlier in sorted(books.again) for line in _late(books.again[earlier].sums, stated, earlier, terms)
    ]
    corrections = _corrections(books.corrections, before, terms)
    used = used_of((*lines, *late, *(correction.line for correction in corrections)))
    left = before[0].pack.left if before else 0
    return Statement(
        partner_id,
        month,
        currency,
        lines,
        tuple(late),
        corrections,
        PackAccount(left, _packs(books.packs, before), used),
        _stated_bookings(month, books, before),
        previous_hash=before[0].hash if before else GENESIS,
    )


def _lines(sums: Sums, terms: Sequence[Terms]) -> tuple[Line, ...]:
    return tuple(line_of(slot, found, terms) for slot, found in sums.items())


def _late(found: Sums, stated: Sums, month: str, terms: Sequence[Terms]) -> tuple[Line, ...]:
    """What is there of an earlier month beyond what was stated of it."""
    of_month = {slot: each for slot, each in stated.items() if month_of(slot.day) == month}
    return _lines(beyond(found, of_month), terms)


def _stated_bookings(month: str, books: Books, before: Sequence[Statement]) -> dict[str, int]:
    """How many bookings of this month and of those before it are stated by now."""
    known = before[0].stated_bookings if before else {}
    kept = {each.month: known[each.month] for each in before if each.month in known}
    again = {earlier: sums.bookings for earlier, sums in books.again.items()}
    return {**kept, **again, month: books.own.bookings}


def _packs(found: Sequence[Pack], before: Collection[Statement]) -> tuple[Pack, ...]:
    stated = {pack.pack_id for statement in before for pack in statement.pack.bought}
    return tuple(pack for pack in found if pack.pack_id not in stated)


def _corrections(
    found: Sequence[Correction], before: Collection[Statement], terms: Sequence[Terms]
) -> tuple[CorrectionLine, ...]:
    stated = {correction.dispute_id for statement in before for correction in statement.corrections}
    return tuple(
        CorrectionLine(each.dispute_id, line_of(Slot(each.day, each.category), Sum(each.points), terms))
        for each in found
        if each.dispute_id not in stated
    )
