"""Caps and budgets that would never be what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from quen.errors import Fault
from quen.program.document.checks.conditions import Scope
from quen.program.document.checks.reading import given, items, members

_PERIODS = ("purchase", "day", "week", "month", "year", "ever")


def check_caps(section: Mapping[str, Any], pointer: str, least: int) -> Iterator[Fault]:
    """Faults of the `cap` and the `caps` of a rule that gives `least` at the least, each time it counts."""
    caps = [("cap", members(section.get("cap")))] if given(section, "cap") else []
    caps += [(f"caps/{number}", members(cap)) for number, cap in enumerate(items(section.get("caps")))]
    sizes: dict[str, int] = {}
    for place, cap in caps:
        points, per = cap.get("points"), cap.get("per")
        if type(points) is not int or per not in _PERIODS:
            continue  # the shape says so
        if per in sizes:
            yield Fault(f"{pointer}/{place}/per", "duplicate", "There is a cap for this period already.")
        sizes.setdefault(str(per), points)
        if points < least:
            sentence = "The cap is below the least that the rule gives when it counts: it would always cut it."
            yield Fault(f"{pointer}/{place}/points", "below_minimum", sentence)
    for place, cap in caps:
        if _is_idle(cap, sizes):
            sentence = "A cap for a longer period is smaller, so this one could never be reached."
            yield Fault(f"{pointer}/{place}/points", "contradiction", sentence)


def least_given(rule: Mapping[str, Any], scope: Scope) -> int:
    """The fewest points that the rule gives when it counts; 0 where it can give none."""
    fixed = rule.get("bonus") if given(rule, "bonus") else rule.get("points")
    if type(fixed) is not int or given(rule, "multiplier"):
        return 0
    if not given(rule, "per"):
        return 0 if given(rule, "goods") and rule.get("each") == "item" else fixed
    per = rule["per"]
    # of rules that combine as best, another one may have every line
    if type(per) is not int or per < 1 or given(rule, "goods") or rule.get("combine") == "best":
        return 0
    return fixed * scope.at_least // per


def _is_idle(cap: Mapping[str, Any], sizes: Mapping[str, int]) -> bool:
    """Whether a longer period's cap is smaller than this one."""
    if cap.get("per") not in _PERIODS or type(cap.get("points")) is not int:
        return False
    longer = _PERIODS[_PERIODS.index(str(cap["per"])) + 1 :]
    return any(sizes[per] < cap["points"] for per in longer if per in sizes)
