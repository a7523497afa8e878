"""What an account was at a past moment, and what moved it between two: the fold, stopped earlier.

An entry takes effect when the account changed for whoever looked: a command when it was recorded, what falls due by itself
at its own midnight, written or not. An entry never takes effect before the one that it follows. So the account of a past
moment is exactly the one that would have been shown then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from quen.ledger.model.due import bring_up_to
from quen.ledger.model.fold import apply
from quen.ledger.model.values import Account, Entry
from quen.program.model import Program

_FALL_DUE = frozenset({"activate", "lapse", "warn", "extend", "expire", "review", "card", "term"})


class Movement(Struct, frozen=True):
    """An entry and when it took effect; `is_written` is false for what has fallen due and no command or job has written."""

    entry: Entry
    took_effect_at: datetime
    is_written: bool = True


class Statement(Struct, frozen=True):
    """The account at the beginning and at the end of a period, and every movement between, oldest first."""

    opening: Account
    movements: Sequence[Movement]
    closing: Account


def account_as_of(begun: Account, entries: Iterable[Entry], program: Program, instant: datetime) -> Account:
    """The account as it was at that instant, what took effect then included; the first entry goes on from `begun`."""
    account = begun
    for movement in _movements(entries):
        if movement.took_effect_at > instant:
            break
        account = apply(account, movement.entry)
    for entry in bring_up_to(account, program, instant, instant):
        account = apply(account, entry)
    return account


def statement(
    begun: Account, entries: Sequence[Entry], program: Program, begins: datetime, ends: datetime, now: datetime
) -> Statement:
    """The half-open period from `begins` to `ends`, as far as it has passed: opening + movements = closing.

    The first entry goes on from `begun`, which is of a time before the period.
    """
    written = list(_movements(entries))
    account = begun
    for movement in written:
        account = apply(account, movement.entry)
    due = [Movement(entry, entry.occurred_at, is_written=False) for entry in bring_up_to(account, program, now, now)]
    opening = begun
    within: list[Movement] = []
    closing = opening
    for movement in [*written, *due]:
        if movement.took_effect_at >= ends:
            break
        closing = apply(closing, movement.entry)
        if movement.took_effect_at < begins:
            opening = closing
        else:
            within.append(movement)
    return Statement(opening, within, closing)


def _movements(entries: Iterable[Entry]) -> Iterable[Movement]:
    latest: datetime | None = None
    for entry in entries:
        at = entry.occurred_at if entry.kind in _FALL_DUE else entry.recorded_at
        latest = at if latest is None else max(latest, at)
        yield Movement(entry, latest)
