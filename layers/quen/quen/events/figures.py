"""What the ledger's facts come to, as figures: each entry is counted where the stream tells it, so at least once.

The figures of points say all that changes what members have: issued − reversed − redeemed + refunded − expired + adjusted +
opened. What one member gives another, and what a night activates, changes none of it; nor does what is written off, for that
is what a return has taken back from nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from quen.events.model import Tellable
from quen.ledger.model import Entry
from quen.ledger.model.funding import expired, issued, redeemed
from quen.ledger.model.values import ADJUSTED, OPENED, WRITTEN_OFF
from quen.metrics import (
    EVENT_LAG,
    POINTS_ADJUSTED,
    POINTS_EXPIRED,
    POINTS_ISSUED,
    POINTS_OPENED,
    POINTS_REDEEMED,
    POINTS_REFUNDED,
    POINTS_REVERSED,
    POINTS_WRITTEN_OFF,
    PURCHASES,
    Figure,
    Metric,
)


def figures_of(facts: Sequence[Tellable], now: datetime) -> list[Figure]:
    """What a batch counts; `now` is on the clock that recorded the entries, which says how long they waited."""
    entries = [fact for fact in facts if isinstance(fact, Entry)]
    if not entries:
        return []
    totals = dict.fromkeys(points_of(entries[0]), 0)
    for entry in entries:
        for metric, points in points_of(entry).items():
            totals[metric] += points
    purchases = sum(entry.kind == "earn" for entry in entries)
    counted = [Figure(metric, number) for metric, number in {**totals, PURCHASES: purchases}.items() if number]
    return [*counted, Figure(EVENT_LAG, [_seconds(entry, now) for entry in entries])]


def points_of(entry: Entry) -> Mapping[Metric, int]:
    """The points that an entry brings into being or takes out of it, by metric; an adjustment's have their sign."""
    written_off = -entry.lines.get(WRITTEN_OFF, 0)
    given, spent = issued(entry) + written_off, redeemed(entry)
    return {
        POINTS_ISSUED: max(given, 0),
        POINTS_REVERSED: max(-given, 0),
        POINTS_REDEEMED: max(spent, 0),
        POINTS_REFUNDED: max(-spent, 0),
        POINTS_EXPIRED: expired(entry),
        POINTS_ADJUSTED: -entry.lines.get(ADJUSTED, 0),
        POINTS_OPENED: -entry.lines.get(OPENED, 0),
        POINTS_WRITTEN_OFF: written_off,
    }


def _seconds(entry: Entry, now: datetime) -> int:
    """Whole seconds, as entries are stamped; a clock that is behind makes none negative."""
    return max(0, int((now - entry.recorded_at).total_seconds()))
