"""The ledger's facts as figures: what members have changes by what they say, and by nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from factories import NOON, make_program
from quen.events.figures import figures_of, points_of
from quen.events.model import Enrolled, Tellable
from quen.events.stream import UnreadableRecordError, read_record
from quen.ledger.model import Entry, Redeem, Reserve
from quen.ledger.model.values import ACTIVE, DEBT, HELD, PENDING
from quen.metrics import (
    POINTS_ADJUSTED,
    POINTS_EXPIRED,
    POINTS_ISSUED,
    POINTS_OPENED,
    POINTS_REDEEMED,
    POINTS_REFUNDED,
    POINTS_REVERSED,
    POINTS_WRITTEN_OFF,
    Metric,
)
from sample_events import EVENTS, sample_event
from till import Till

NOW = datetime(2027, 1, 1, tzinfo=UTC)
BROUGHT = {POINTS_ISSUED, POINTS_REFUNDED, POINTS_ADJUSTED, POINTS_OPENED}
TAKEN = {POINTS_REVERSED, POINTS_REDEEMED, POINTS_EXPIRED}


def told(name: str) -> list[Tellable]:
    """The facts of a sample batch."""
    found = []
    for record in sample_event("publish_events", name)["Records"]:
        try:
            found.append(read_record(record))
        except UnreadableRecordError:
            continue
    return [fact for fact in found if fact]


SAMPLES = sorted(path.stem for path in Path(EVENTS / "publish_events").glob("*.json"))
ENTRIES = [fact for name in SAMPLES for fact in told(name) if isinstance(fact, Entry)]


def figures(facts: list[Tellable]) -> dict[str, object]:
    return {figure.metric.name: figure.value for figure in figures_of(facts, NOW)}


def signed(metric: Metric, points: int) -> int:
    return points if metric in BROUGHT else -points if metric in TAKEN else 0


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.kind} {entry.hash[:6]}")
def test_the_figures_explain_all_that_changes_what_a_member_has(entry: Entry) -> None:
    if entry.kind.startswith(("transfer", "merge")):
        return  # the other half is another member's entry
    had = sum(entry.lines.get(name, 0) for name in (ACTIVE, PENDING, HELD, DEBT))
    assert sum(signed(metric, points) for metric, points in points_of(entry).items()) == had


def test_what_a_return_finds_nowhere_is_written_off_and_not_taken_back() -> None:
    till = Till(make_program(points=replace(make_program().points, debt_limit=10)))
    till.buy(300_000)
    till.do(Reserve("red", 30, NOON + timedelta(days=1)))
    till.do(Redeem("red"))
    [reverse, write_off] = till.bring_back(300_000)
    moved = {metric: points for metric, points in points_of(write_off).items() if points}
    assert moved == {POINTS_WRITTEN_OFF: 20}
    assert points_of(reverse)[POINTS_REVERSED] == 10


def test_the_samples_have_most_kinds_of_entries() -> None:
    assert len({entry.kind for entry in ENTRIES}) > 8


def test_a_purchase_is_counted_with_its_points_and_how_long_its_telling_took() -> None:
    [entry] = [fact for fact in told("purchase") if isinstance(fact, Entry)]
    counted = {
        figure.metric.name: figure.value for figure in figures_of([entry], entry.recorded_at + timedelta(seconds=3))
    }
    assert counted == {"PointsIssued": points_of(entry)[POINTS_ISSUED], "Purchases": 1, "EventLag": [3]}


def test_a_batch_is_summed_up() -> None:
    [entry] = [fact for fact in told("purchase") if isinstance(fact, Entry)]
    assert figures([entry, entry])["Purchases"] == 2


def test_a_clock_that_is_behind_makes_no_negative_lag() -> None:
    [entry] = [fact for fact in told("purchase") if isinstance(fact, Entry)]
    [lag] = [
        one.value
        for one in figures_of([entry], entry.recorded_at - timedelta(hours=1))
        if one.metric.name == "EventLag"
    ]
    assert lag == [0]


def test_what_is_no_entry_counts_nothing() -> None:
    assert figures([Enrolled("mem_1", 50, NOW)]) == {}
