"""Ways to earn that cannot stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, get_args

from quen.errors import Fault
from quen.program.document.checks.reading import at, given, items, members, repeated
from quen.program.document.faults import pointer_to
from quen.program.model import Wallet

MULTIPLIER_MAX = 100

_DECIMAL = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")
_WALLETS: tuple[Wallet, ...] = get_args(Wallet)
_OTHER_WALLETS = tuple(wallet for wallet in _WALLETS if wallet != "points")


def check_earning(document: object) -> Iterator[Fault]:
    """Rules that say too much, too little, or nothing that could ever count."""
    rules = items(at(document, "earning"))
    yield from repeated((at(rule, "id") for rule in rules), ("earning",), member="id")
    bases = [_wallet(rule) for rule in rules if at(rule, "on") != "enrolment" and at(rule, "multiplier") is None]
    for index, rule in enumerate(rules):
        path = ("earning", index)
        weekdays = items(at(rule, "when", "weekday"))
        yield from repeated(weekdays, (*path, "when", "weekday"))
        if at(rule, "on") == "purchase":
            yield from _purchase_rule(members(rule), pointer_to(path), bases)
        elif at(rule, "on") == "enrolment":
            yield from _enrolment_rule(members(rule), pointer_to(path))


def _purchase_rule(rule: Mapping[str, Any], pointer: str, bases: Sequence[object]) -> Iterator[Fault]:
    yield from _multiplier(rule, pointer, bases) if given(rule, "multiplier") else _base(rule, pointer)
    if given(rule, "pending") and _wallet(rule) in _OTHER_WALLETS:
        yield Fault(f"{pointer}/pending", "contradiction", "Only points wait; qualifying points and stamps never do.")


def _base(rule: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    if not given(rule, "points"):
        yield Fault(f"{pointer}/points", "missing", "A rule says how many it gives, or it has a multiplier.")
    if not given(rule, "per") and _wallet(rule) == "points":
        sentence = "A rule gives points per amount, or it has a multiplier; only other wallets may do without."
        yield Fault(f"{pointer}/per", "missing", sentence)
    if given(rule, "cap"):
        yield Fault(f"{pointer}/cap", "cap_without_multiplier", "A cap limits what a multiplier adds.")


def _multiplier(rule: Mapping[str, Any], pointer: str, bases: Sequence[object]) -> Iterator[Fault]:
    for name in ("points", "per"):
        if given(rule, name):
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
    if not given(rule, "points"):
        yield Fault(f"{pointer}/points", "missing", "A rule for enrolment says how many points it gives.")
    for name in ("per", "multiplier", "pending", "when", "cap"):
        if given(rule, name):
            yield Fault(f"{pointer}/{name}", "contradiction", "This is for purchases; a member enrols once.")
    if _wallet(rule) in _OTHER_WALLETS:
        yield Fault(f"{pointer}/wallet", "contradiction", "Joining gives points; the other wallets are for purchases.")


def _wallet(rule: object) -> object:
    """What the rule earns, as it was written; points, where nothing was."""
    wallet = at(rule, "wallet")
    return "points" if wallet is None else wallet
