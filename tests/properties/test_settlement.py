"""Whatever comes when: every booking is stated once, in all statements together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from quen.ledger.model.funding import expired_of, funded_by, redeemed_at
from quen.settlement.model import (
    GENESIS,
    Correction,
    Slot,
    Statement,
    Sum,
    form_of,
    hash_of,
    stated_by,
    summed,
)
from unit.settlement.fakes import BRAND, PREPAID, Desk, FakePartners, make_partner

FIRST, DAYS = date(2026, 10, 1), 92
ACCOUNTS = (funded_by(BRAND), redeemed_at(BRAND), expired_of(BRAND))
Arrival = tuple[int, int, str, int]
"""On which day it is recorded, how many days later it arrives, and its line."""

arrivals = st.lists(
    st.tuples(
        st.integers(0, DAYS - 1),
        st.sampled_from([0, 0, 0, 1, 2, 5, 31, 59]),
        st.sampled_from(ACCOUNTS),
        st.integers(-500, 500).filter(bool),
    ),
    max_size=40,
)
closing_days = st.sets(st.integers(0, DAYS + 90), max_size=30)
corrections = st.lists(st.tuples(st.integers(31, DAYS + 60), st.integers(-50, 50).filter(bool)), max_size=4)


def lived(arriving: Sequence[Arrival], closings: set[int], corrected: Sequence[tuple[int, int]]) -> Desk:
    """A desk that has lived through it, day by day, and has then closed all months of the year and the two after it."""
    desk = Desk(FakePartners(make_partner(PREPAID)))
    for day in range(DAYS + 90):
        today = FIRST + timedelta(days=day)
        desk.go_to(today)
        for number, (recorded, late, account, points) in enumerate(arriving, start=1):
            # The stream tells everything twice, and the second time some days later.
            if day in {recorded + late, recorded + late + 1}:
                desk.book({account: points}, FIRST + timedelta(days=recorded), number=number)
        for number, (on, points) in enumerate(corrected):
            if on == day:
                correction = Correction(f"dsp_{number}", FIRST, "issued", points)
                desk.disputes.corrections.append((BRAND, today, correction))
        if day in closings:
            desk.settlement.close_due(BRAND, today)
    desk.go_to(date(2027, 4, 2))
    desk.settlement.close_due(BRAND, date(2027, 4, 2))
    return desk


@settings(max_examples=60, deadline=None)
@given(arrivals, closing_days, corrections)
def test_nothing_is_lost_and_nothing_is_stated_twice_wherever_closings_fall(
    arriving: list[Arrival], closings: set[int], corrected: list[tuple[int, int]]
) -> None:
    desk = lived(arriving, closings, corrected)
    statements = [*desk.statements.kept.values()]
    stated = {slot: found for slot, found in stated_by(statements).items() if found != Sum()}
    every = summed((booking.day, booking.points) for booking in desk.bookings.kept.values())
    assert stated == {slot: found for slot, found in every.sums.items() if found != Sum()}
    stated_ids = sorted(each.dispute_id for statement in statements for each in statement.corrections)
    assert stated_ids == sorted(f"dsp_{number}" for number in range(len(corrected)))
    assert_is_chain(statements)
    used = sum(_used(slot, found) for slot, found in stated.items()) + sum(points for _, points in corrected)
    assert statements[-1].pack.left == -used


def assert_is_chain(statements: Sequence[Statement]) -> None:
    previous = GENESIS
    for statement in statements:
        assert statement.previous_hash == previous
        assert hash_of(form_of(statement)) == statement.hash
        assert statement.due == sum(line.due for line in statement.all_lines)
        previous = statement.hash


def _used(slot: Slot, found: Sum) -> int:
    return {"issued": found.points, "reversed": -found.points}.get(slot.category, 0)
