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

ONCE = frozenset(
    {"earn", "reserve", "redeem", "release", "refund", "transfer_out", "transfer_in", "adjust", "opening", "merge_out"}
)
"""Kinds of which a member has one entry at the most about the same thing. A purchase may be returned many times."""
BREACHES_KEPT_MAX = 50


@dataclass
class Book:
    """Everything that was asked, by all threads."""

    points: dict[str, int] = field(default_factory=dict)
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
            self.points.update(told_points(answer))

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
        kept: dict[str, int] = {}
        about: Counter[tuple[str, str, str, str]] = Counter()
        for entry in entries:
            kept[entry_id(entry)] = entry.points
            if entry.kind in ONCE:
                about[entry.member_id, entry.kind, entry.reference.kind, entry.reference.id] += 1
        for what, count in about.items():
            if count > 1:
                self.breach(f"{count} entries of {' '.join(what)}")
        with self._lock:
            told = dict(self.points)
        for name in told.keys() - kept.keys():
            self.breach(f"{name} was acknowledged and is not in the ledger")


def told_points(answer: Any) -> Iterator[tuple[str, int]]:
    """The entries that an answer names, wherever in it, with the points beside them (0 where it tells none)."""
    if isinstance(answer, dict):
        if isinstance(answer.get("entry_id"), str):
            points = answer.get("points", 0)
            yield answer["entry_id"], points if isinstance(points, int) else 0
        for value in answer.values():
            yield from told_points(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from told_points(value)


def differences(first: Any, again: Any) -> str:
    """The members of two answers that differ, shortened: enough to see where to look."""
    if isinstance(first, dict) and isinstance(again, dict):
        names = sorted(name for name in first.keys() | again.keys() if first.get(name) != again.get(name))
        return ", ".join(f"{name}: {_short(first.get(name))} / {_short(again.get(name))}" for name in names)
    return f"{_short(first)} / {_short(again)}"


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:120]
