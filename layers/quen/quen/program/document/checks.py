"""Rules between values: what no shape can say. They look at the raw document, so that they speak up even where the shape
is broken too, and everything that is wrong is named at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, get_args

from quen.errors import Fault
from quen.program.document.faults import pointer_to
from quen.program.document.values import Locale
from quen.program.model import Wallet

MULTIPLIER_MAX = 100

_DECIMAL = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")
_WALLETS: tuple[Wallet, ...] = get_args(Wallet)
_OTHER_WALLETS = tuple(wallet for wallet in _WALLETS if wallet != "points")
_LISTS_WITHOUT_REPETITION = (
    ("program", "locales"),
    ("points", "expiry", "activities"),
    ("birthday", "channels"),
    ("adjustments", "reason_codes"),
)


def find_contradictions(document: object) -> list[Fault]:
    """Every pair of values that cannot both stand."""
    checks = (_repetitions, _expiry, _earning, _rewards, _transfers, _quiet_hours)
    return [fault for check in checks for fault in check(document)]


def _repetitions(document: object) -> Iterator[Fault]:
    for path in _LISTS_WITHOUT_REPETITION:
        yield from _repeated(_items(_at(document, *path)), path)


def _expiry(document: object) -> Iterator[Fault]:
    expiry = _at(document, "points", "expiry")
    pointer = "/points/expiry"
    if not isinstance(expiry, Mapping):
        return
    kinds = [name for name in ("months", "days", "fixed", "inactive_months") if _given(expiry, name)]
    if len(kinds) != 1:
        sentence = 'Say exactly one of "months", "days", "fixed" and "inactive_months", or just "none".'
        yield Fault(pointer, "exactly_one", sentence)
    if _given(expiry, "at") and "fixed" in kinds:
        sentence = "A fixed day is not moved to the end of its month, quarter or year."
        yield Fault(f"{pointer}/at", "contradiction", sentence)
    if _given(expiry, "activities") and kinds and "inactive_months" not in kinds:
        sentence = "Activities renew points only where these live so many months after the last one."
        yield Fault(f"{pointer}/activities", "contradiction", sentence)


def _earning(document: object) -> Iterator[Fault]:
    rules = _items(_at(document, "earning"))
    yield from _repeated((_at(rule, "id") for rule in rules), ("earning",), member="id")
    bases = [_wallet(rule) for rule in rules if _at(rule, "on") != "enrolment" and _at(rule, "multiplier") is None]
    for index, rule in enumerate(rules):
        path = ("earning", index)
        weekdays = _items(_at(rule, "when", "weekday"))
        yield from _repeated(weekdays, (*path, "when", "weekday"))
        if _at(rule, "on") == "purchase":
            yield from _purchase_rule(_members(rule), pointer_to(path), bases)
        elif _at(rule, "on") == "enrolment":
            yield from _enrolment_rule(_members(rule), pointer_to(path))


def _purchase_rule(rule: Mapping[str, Any], pointer: str, bases: Sequence[object]) -> Iterator[Fault]:
    yield from _multiplier(rule, pointer, bases) if _given(rule, "multiplier") else _base(rule, pointer)
    if _given(rule, "pending") and _wallet(rule) in _OTHER_WALLETS:
        yield Fault(f"{pointer}/pending", "contradiction", "Only points wait; qualifying points and stamps never do.")


def _base(rule: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    if not _given(rule, "points"):
        yield Fault(f"{pointer}/points", "missing", "A rule says how many it gives, or it has a multiplier.")
    if not _given(rule, "per") and _wallet(rule) == "points":
        sentence = "A rule gives points per amount, or it has a multiplier; only other wallets may do without."
        yield Fault(f"{pointer}/per", "missing", sentence)
    if _given(rule, "cap"):
        yield Fault(f"{pointer}/cap", "cap_without_multiplier", "A cap limits what a multiplier adds.")


def _multiplier(rule: Mapping[str, Any], pointer: str, bases: Sequence[object]) -> Iterator[Fault]:
    for name in ("points", "per"):
        if _given(rule, name):
            yield Fault(f"{pointer}/{name}", "contradiction", "A rule with a multiplier gives no points of its own.")
    # A wallet that nobody knows is a fault of its own, and may have been meant for this one.
    if _wallet(rule) in _WALLETS and not any(base == _wallet(rule) or base not in _WALLETS for base in bases):
        sentence = "No rule without a multiplier gives anything to this wallet."
        yield Fault(f"{pointer}/multiplier", "nothing_to_multiply", sentence)
    multiplier = rule["multiplier"]
    is_decimal = isinstance(multiplier, str) and _DECIMAL.fullmatch(multiplier)
    if is_decimal and not 1 <= Fraction(multiplier) <= MULTIPLIER_MAX:
        yield Fault(f"{pointer}/multiplier", "out_of_range", f"A multiplier is between 1 and {MULTIPLIER_MAX}.")


def _enrolment_rule(rule: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    if not _given(rule, "points"):
        yield Fault(f"{pointer}/points", "missing", "A rule for enrolment says how many points it gives.")
    for name in ("per", "multiplier", "pending", "when", "cap"):
        if _given(rule, name):
            yield Fault(f"{pointer}/{name}", "contradiction", "This is for purchases; a member enrols once.")
    if _wallet(rule) in _OTHER_WALLETS:
        yield Fault(f"{pointer}/wallet", "contradiction", "Joining gives points; the other wallets are for purchases.")


def _wallet(rule: object) -> object:
    """What the rule earns, as it was written; points, where nothing was."""
    wallet = _at(rule, "wallet")
    return "points" if wallet is None else wallet


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


def _transfers(document: object) -> Iterator[Fault]:
    minimum, per_day = _at(document, "transfers", "minimum"), _at(document, "transfers", "per_day")
    # what is no whole number is named by the shape
    if type(minimum) is int and type(per_day) is int and minimum > per_day:
        sentence = "Nobody can give that many at a time: fewer are allowed in a day."
        yield Fault("/transfers/minimum", "contradiction", sentence)


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
