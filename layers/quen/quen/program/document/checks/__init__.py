"""Rules between values: what no shape can say. They look at the raw document, so that they speak up even where the shape
is broken too, and everything that is wrong is named at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from quen.errors import Fault
from quen.program.document.checks.announcements import check_announcements
from quen.program.document.checks.campaigns import (
    check_basis,
    check_campaigns,
    check_categories,
    check_events,
)
from quen.program.document.checks.cards import check_cards
from quen.program.document.checks.earning import check_earning
from quen.program.document.checks.memberships import check_memberships
from quen.program.document.checks.messages import check_messages
from quen.program.document.checks.occasions import check_birthday, check_holidays, check_win_back
from quen.program.document.checks.perks import check_perks
from quen.program.document.checks.reading import at, given, items, repeated
from quen.program.document.checks.rewards import check_discounts, check_payment, check_rewards
from quen.program.document.checks.segments import check_segments
from quen.program.document.checks.tiers import check_tiers
from quen.program.model import Expiry, ExpiryKind, ExpiryWarning

_LISTS_WITHOUT_REPETITION = (
    ("program", "locales"),
    ("points", "expiry", "activities"),
    ("birthday", "channels"),
    ("win_back", "channels"),
    ("adjustments", "reason_codes"),
)


def find_contradictions(document: object) -> list[Fault]:
    """Every pair of values that cannot both stand."""
    checks = (
        _repetitions,
        _expiry,
        check_earning,
        check_basis,
        check_campaigns,
        check_tiers,
        check_perks,
        check_cards,
        check_memberships,
        check_birthday,
        check_holidays,
        check_announcements,
        check_win_back,
        check_segments,
        check_categories,
        check_events,
        check_rewards,
        check_payment,
        check_discounts,
        _transfers,
        check_messages,
    )
    return [fault for check in checks for fault in check(document)]


def _repetitions(document: object) -> Iterator[Fault]:
    for path in _LISTS_WITHOUT_REPETITION:
        yield from repeated(items(at(document, *path)), path)


def _expiry(document: object) -> Iterator[Fault]:
    expiry = at(document, "points", "expiry")
    pointer = "/points/expiry"
    if not isinstance(expiry, Mapping):
        return
    kinds = [name for name in ("months", "days", "fixed", "inactive_months") if given(expiry, name)]
    if len(kinds) != 1:
        sentence = 'Say exactly one of "months", "days", "fixed" and "inactive_months", or just "none".'
        yield Fault(pointer, "exactly_one", sentence)
    if given(expiry, "at") and "fixed" in kinds:
        sentence = "A fixed day is not moved to the end of its month, quarter or year."
        yield Fault(f"{pointer}/at", "contradiction", sentence)
    if given(expiry, "activities") and kinds and "inactive_months" not in kinds:
        sentence = "Activities renew points only where these live so many months after the last one."
        yield Fault(f"{pointer}/activities", "contradiction", sentence)
    if isinstance(expiry.get("warning"), Mapping) and _warns_nobody(expiry):
        sentence = "Points end before members would be warned: say fewer days than points live."
        yield Fault(f"{pointer}/warning/days", "contradiction", sentence)


def _warns_nobody(expiry: Mapping[str, object]) -> bool:
    """Whether no stage comes before the end of points that live as short as they can; the default has one a day before."""
    said = at(expiry, "warning", "days")
    stages = ExpiryWarning(tuple(day for day in items(said) if type(day) is int) if said is not None else (1,))
    if not stages.days or given(expiry, "at"):
        return False
    kinds: tuple[ExpiryKind, ...] = ("months", "days", "inactive_months")
    lives = ((kind, expiry.get(kind)) for kind in kinds)
    return any(not stages.stages(Expiry(kind, life)) for kind, life in lives if type(life) is int)


def _transfers(document: object) -> Iterator[Fault]:
    minimum, per_day = at(document, "transfers", "minimum"), at(document, "transfers", "per_day")
    # what is no whole number is named by the shape
    if type(minimum) is int and type(per_day) is int and minimum > per_day:
        sentence = "Nobody can give that many at a time: fewer are allowed in a day."
        yield Fault("/transfers/minimum", "contradiction", sentence)
