"""What a soak must have been to prove anything: every fault was there, everything was asked and granted, memory was measured.

A rule that nothing was ever held to is no rule: what was not exercised is told like what was broken. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

MEMORY_GROWTH_MAX = 10
"""Percent, of a process that lived through all checks from the first warm one to the last."""
ROUNDS_MEASURED_MIN = 4
"""With fewer checks from the last kill on, memory is not judged."""
ROUNDS_JUDGED_MIN = 10
"""A shorter soak need not have met everything."""
GRANTED_MIN = 70
"""Percent of what was asked of a kind: bad weather refuses some, and members who have no points are refused rewards."""
ASKED = frozenset({"purchase", "batch", "twice", "return", "enrolment", "account", "entries", "rewards"})
"""Kinds of requests that hardly anything but the weather can be in the way of."""
GRANTED = frozenset(
    {"reservation", "redeem", "release", "refund", "transfer", "own", "cancel", "again", "purchase again"}
)
"""Kinds of which some at least must be granted."""


def grown(rounds: Sequence[Mapping[str, Any]], quiet_from: int) -> list[str]:
    """Which processes hold at the last check MEMORY_GROWTH_MAX percent more than at the first warm one, the second after the
    check from which on none was killed (`quiet_from`, from 0). Only who lives through both says anything.
    """
    measured = [each["memory"] for each in rounds[quiet_from + 1 :]]
    if len(measured) < ROUNDS_MEASURED_MIN:
        return []
    first, last = measured[0], measured[-1]
    lived = sorted(first.keys() & last.keys())
    if not [name for name in lived if name != "soak"]:
        return ["memory was not measured: no function's process has lived through the last checks"]
    return [
        f"{name} grew from {first[name]} to {last[name]} MiB"
        for name in lived
        if last[name] * 100 > first[name] * (100 + MEMORY_GROWTH_MAX)
    ]


def not_met(kinds: Collection[str], seen: Mapping[str, int]) -> list[str]:
    """The faults that never were."""
    return [f"the fault {kind!r} was never injected" for kind in kinds if not seen.get(kind)]


def not_granted(answers: Mapping[str, int]) -> list[str]:
    """Of `answers` (a kind and a status, how many) the kinds that were granted too seldom, or never."""
    told = []
    for kind in sorted(ASKED | GRANTED):
        said = {what.rpartition(" ")[2]: count for what, count in answers.items() if what.rpartition(" ")[0] == kind}
        granted, all_of_it = sum(count for status, count in said.items() if status.startswith("2")), sum(said.values())
        if not granted:
            told.append(f"{kind} was never granted")
        elif kind in ASKED and granted * 100 < GRANTED_MIN * all_of_it:
            told.append(f"{kind} was granted {granted} times of {all_of_it}")
    return told
