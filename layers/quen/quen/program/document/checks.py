"""Rules between values: what no shape can say. They look at the raw document, so that they speak up even where the shape
is broken too, and everything that is wrong is named at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, get_args

from quen.errors import Fault
from quen.program.document.faults import pointer_to
from quen.program.document.shape import Locale

MULTIPLIER_MAX = 100

_DECIMAL = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")


def find_contradictions(document: object) -> list[Fault]:
    """Every pair of values that cannot both stand."""
    return [*_locales(document), *_expiry(document), *_earning(document), *_rewards(document), *_quiet_hours(document)]


def _locales(document: object) -> Iterator[Fault]:
    yield from _repeated(_items(_at(document, "program", "locales")), ("program", "locales"))
    yield from _repeated(_items(_at(document, "birthday", "channels")), ("birthday", "channels"))


def _expiry(document: object) -> Iterator[Fault]:
    expiry = _at(document, "points", "expiry")
    pointer = "/points/expiry"
    if not isinstance(expiry, Mapping):
        return
    kinds = [name for name in ("months", "days", "fixed") if _given(expiry, name)]
    if len(kinds) != 1:
        yield Fault(pointer, "exactly_one", 'Say exactly one of "months", "days" and "fixed", or just "none".')
    if _given(expiry, "at") and "fixed" in kinds:
        yield Fault(f"{pointer}/at", "contradiction", "A fixed day is not moved to the end of its month.")


def _earning(document: object) -> Iterator[Fault]:
    rules = _items(_at(document, "earning"))
    yield from _repeated((_at(rule, "id") for rule in rules), ("earning",), member="id")
    has_base = any(_at(rule, "on") != "enrolment" and _at(rule, "multiplier") is None for rule in rules)
    for index, rule in enumerate(rules):
        path = ("earning", index)
        weekdays = _items(_at(rule, "when", "weekday"))
        yield from _repeated(weekdays, (*path, "when", "weekday"))
        if _at(rule, "on") == "purchase":
            yield from _purchase_rule(_members(rule), pointer_to(path), has_base=has_base)
        elif _at(rule, "on") == "enrolment":
            yield from _enrolment_rule(_members(rule), pointer_to(path))


def _purchase_rule(rule: Mapping[str, Any], pointer: str, *, has_base: bool) -> Iterator[Fault]:
    if not _given(rule, "multiplier"):
        for name in ("points", "per"):
            if not _given(rule, name):
                yield Fault(f"{pointer}/{name}", "missing", "A rule gives points per amount, or it has a multiplier.")
        if _given(rule, "cap"):
            yield Fault(f"{pointer}/cap", "cap_without_multiplier", "A cap limits what a multiplier adds.")
        return
    for name in ("points", "per"):
        if _given(rule, name):
            yield Fault(f"{pointer}/{name}", "contradiction", "A rule with a multiplier gives no points of its own.")
    if not has_base:
        yield Fault(f"{pointer}/multiplier", "nothing_to_multiply", "No rule gives points per amount.")
    multiplier = rule["multiplier"]
    is_decimal = isinstance(multiplier, str) and _DECIMAL.fullmatch(multiplier)
    if is_decimal and not 1 <= Fraction(multiplier) <= MULTIPLIER_MAX:
        yield Fault(f"{pointer}/multiplier", "out_of_range", f"A multiplier is between 1 and {MULTIPLIER_MAX}.")


def _enrolment_rule(rule: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    if not _given(rule, "points"):
        yield Fault(f"{pointer}/points", "missing", "A rule for enrolment says how many points it gives.")
    for name in ("per", "multiplier", "when", "cap"):
        if _given(rule, name):
            yield Fault(f"{pointer}/{name}", "contradiction", "This is for purchases; a member enrols once.")


def _rewards(document: object) -> Iterator[Fault]:
    rewards = _items(_at(document, "rewards"))
    yield from _repeated((_at(reward, "id") for reward in rewards), ("rewards",), member="id")
    locales = [locale for locale in get_args(Locale) if locale in _items(_at(document, "program", "locales"))]
    for index, reward in enumerate(rewards):
        names = _at(reward, "name")
        if not isinstance(names, Mapping):
            continue  # the shape says so
        for locale in locales:
            if locale not in names:
                pointer = pointer_to(("rewards", index, "name", locale))
                yield Fault(pointer, "missing", "A reward has a name in every locale of the program.")


def _quiet_hours(document: object) -> Iterator[Fault]:
    hours = _members(_at(document, "messages", "quiet_hours"))
    if _given(hours, "from") and hours["from"] == hours.get("to"):
        yield Fault("/messages/quiet_hours/to", "contradiction", "Quiet hours end at another time than they begin.")


def _repeated(values: Iterable[object], path: tuple[str | int, ...], *, member: str | None = None) -> Iterator[Fault]:
    """A fault at every text that stood before."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        if isinstance(value, str) and value in seen:
            pointer = pointer_to((*path, index, member) if member else (*path, index))
            yield Fault(pointer, "duplicate", "The same stands here before.")
        if isinstance(value, str):
            seen.add(value)


def _at(value: object, *path: str) -> object:
    """What stands at that path; None where nothing does or a part of the way is no mapping."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _given(members: Mapping[str, Any], name: str) -> bool:
    return members.get(name) is not None


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _members(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
