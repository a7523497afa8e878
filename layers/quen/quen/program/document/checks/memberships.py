"""Paid memberships that cannot stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from quen.errors import Fault
from quen.program.document.checks.names import check_names
from quen.program.document.checks.reading import at, given, items, members, repeated
from quen.program.document.faults import pointer_to

Path = tuple[str | int, ...]

_MONTH_DAYS_MIN = 28
_GRACE_DAYS = 7
"""Where a plan does not say."""


def check_memberships(document: object) -> Iterator[Fault]:
    """Paid memberships that are there twice, have no name, last no time, or whose days contradict each other."""
    sections = items(at(document, "memberships"))
    yield from repeated((at(section, "id") for section in sections), ("memberships",), member="id")
    for index, section in enumerate(sections):
        path: Path = ("memberships", index)
        plan = members(section)
        yield from check_names(document, plan.get("name"), (*path, "name"), "A membership")
        yield from check_names(document, plan.get("terms"), (*path, "terms"), "A membership with terms", "tells them")
        yield from _period(plan.get("period"), (*path, "period"))
        yield from _notice(plan, path)
        yield from _retries(plan, (*path, "retry_days"))


def _period(period: object, path: Path) -> Iterator[Fault]:
    said = members(period)
    if isinstance(period, Mapping) and given(said, "months") == given(said, "days"):
        yield Fault(pointer_to(path), "exactly_one", 'Say exactly one of "months" and "days".')


def _notice(plan: Mapping[str, Any], path: Path) -> Iterator[Fault]:
    period, notice = members(plan.get("period")), plan.get("renewal_notice_days")
    months, days = period.get("months"), period.get("days")
    # what is no whole number is named by the shape
    lasts = days if type(days) is int else months * _MONTH_DAYS_MIN if type(months) is int else None
    if lasts is not None and type(notice) is int and notice >= lasts:
        sentence = "The notice would come before the period that it is about has begun."
        yield Fault(pointer_to((*path, "renewal_notice_days")), "contradiction", sentence)


def _retries(plan: Mapping[str, Any], path: Path) -> Iterator[Fault]:
    """A fault at every day that does not come after the one before, or on which the membership has ended."""
    grace = plan.get("grace_days", _GRACE_DAYS)
    days = items(plan.get("retry_days"))
    for index, day in enumerate(days):
        if type(day) is int and type(grace) is int and day >= grace:
            sentence = "The membership has ended by then: a payment is tried again within its `grace_days`."
            yield Fault(pointer_to((*path, index)), "never", sentence)
    for index, (before, day) in enumerate(pairwise(days), 1):
        if type(before) is int and type(day) is int and day <= before:
            yield Fault(pointer_to((*path, index)), "not_in_order", "Each day comes after the one before it.")
