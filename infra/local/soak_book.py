"""What the traffic knows of itself: what was acknowledged, and what nobody can say. Pure but for its lock.

Rules that it holds the ledger to: what was answered with 2xx is in the ledger, with the points that were told; nothing is in
it twice; an answer that comes again is the same one.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from quen.ledger.model import Entry, entry_id
from quen.ledger.model.funding import issued, redeemed

ONCE = frozenset(
    {"earn", "reserve", "redeem", "release", "refund", "transfer_out", "transfer_in", "adjust", "opening", "merge_out"}
)
"""Kinds of which a member has one entry at the most about the same thing. A purchase may be returned many times."""
BREACHES_KEPT_MAX = 50


@dataclass
class Book:
    """Everything that was asked, by all threads."""

    points: dict[str, set[int]] = field(default_factory=dict)
    """By acknowledged entry all that was told of it."""
    answers: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)
    doubtful: int = 0
    replays: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str) -> None:
        """One answer more of that kind."""
        with self._lock:
            self.answers[what] += 1

    def acknowledge(self, answer: Any) -> None:
        """An answer of 2xx: every entry that it names is recorded from now on."""
        with self._lock:
            for name, points in told_points(answer).items():
                self.points.setdefault(name, set()).update(() if points is None else {points})

    def doubt(self) -> None:
        """A request that got no answer: it may have been done, once."""
        with self._lock:
            self.doubtful += 1

    def compare(self, what: str, first: Any, again: Any) -> None:
        """The same request, answered twice."""
        with self._lock:
            self.replays += 1
        if first != again:
            self.breach(f"{what} was answered otherwise when it was asked again: {differences(first, again)}")

    def breach(self, sentence: str) -> None:
        """A rule that was broken."""
        with self._lock:
            if len(self.breaches) < BREACHES_KEPT_MAX:
                self.breaches.append(sentence)

    def check(self, entries: Iterable[Entry]) -> None:
        """Hold the whole ledger to what is known."""
        kept: dict[str, Entry] = {}
        about: Counter[tuple[str, str, str, str]] = Counter()
        for entry in entries:
            kept[entry_id(entry)] = entry
            if entry.kind in ONCE:
                about[entry.member_id, entry.kind, entry.reference.kind, entry.reference.id] += 1
        for what, count in about.items():
            if count > 1:
                self.breach(f"{count} entries of {' '.join(what)}")
        with self._lock:
            told = {name: set(points) for name, points in self.points.items()}
        for name in told.keys() - kept.keys():
            self.breach(f"{name} was acknowledged and is not in the ledger")
        for name in told.keys() & kept.keys():
            entry = kept[name]
            for points in told[name]:
                if abs(points) not in amounts(entry):
                    self.breach(f"{name} was told with {points} points and moved {dict(entry.lines)}")


def amounts(entry: Entry) -> set[int]:
    """What may be told of an entry, without the sign: what it moved of any ledger account, gave away or spent."""
    return {abs(moved) for moved in (*entry.lines.values(), entry.points, issued(entry), redeemed(entry))}


def told_points(answer: Any) -> dict[str, int | None]:
    """The entries that an answer names, wherever in it, with the points beside them (None where it tells none). What an
    earning tells in parts, one for each day on which some of it becomes active, is summed.
    """
    told: dict[str, int | None] = {}
    for name, points in _told(answer):
        told[name] = points if told.get(name) is None else (told[name] or 0) + (points or 0)
    return told


def _told(answer: Any) -> Iterator[tuple[str, int | None]]:
    if isinstance(answer, dict):
        if isinstance(answer.get("entry_id"), str):
            points = answer.get("points")
            yield answer["entry_id"], points if isinstance(points, int) else None
        for value in answer.values():
            yield from _told(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from _told(value)


def differences(first: Any, again: Any) -> str:
    """The members of two answers that differ, shortened: enough to see where to look."""
    if isinstance(first, dict) and isinstance(again, dict):
        names = sorted(name for name in first.keys() | again.keys() if first.get(name) != again.get(name))
        return ", ".join(f"{name}: {_short(first.get(name))} / {_short(again.get(name))}" for name in names)
    return f"{_short(first)} / {_short(again)}"


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:120]
