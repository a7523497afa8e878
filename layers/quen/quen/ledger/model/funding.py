"""Who stands behind points: the program, or a partner that settles for them, by the names of ledger accounts and of lots.

    program.issued, partner.<id>.funded        where points come from that a purchase or an event has earned
    program.redeemed, partner.<id>.redeemed    where points go that were spent: the partner is paid for them
    program.expired, partner.<id>.expired      where points go that nobody spent, by who had stood behind them

A lot is all the points of an account that share one last day and one funder. Its key is the day, and behind an `@` the
partner that stands behind it: `2027-11-30`, `2027-11-30@ptn_…`, `never@ptn_…`. So whatever moves points from lot to lot
(holds, refunds, transfers, merges) keeps their funder, and of one day the program's own are spent first.
"""

from __future__ import annotations

from collections.abc import Mapping

from quen.ledger.model.values import EXPIRED, ISSUED, REDEEMED, Entry, Lots

_PARTNER = "partner."
_FUNDED = ".funded"
_REDEEMED = ".redeemed"
_EXPIRED = ".expired"


def funded_by(partner_id: str) -> str:
    """The ledger account that points come from; the program's where no partner stands behind them."""
    return f"{_PARTNER}{partner_id}{_FUNDED}" if partner_id else ISSUED


def redeemed_at(partner_id: str) -> str:
    """The ledger account that spent points go to; the program's where no partner is paid for them."""
    return f"{_PARTNER}{partner_id}{_REDEEMED}" if partner_id else REDEEMED


def expired_of(partner_id: str) -> str:
    """The ledger account that points go to which nobody spent."""
    return f"{_PARTNER}{partner_id}{_EXPIRED}" if partner_id else EXPIRED


def issued(entry: Entry) -> int:
    """How many points the entry has given away; negative where it takes some back."""
    return -sum(_lines(entry.lines, ISSUED, _FUNDED).values())


def redeemed(entry: Entry) -> int:
    """How many points the entry has spent for good; negative where they come back."""
    return sum(_lines(entry.lines, REDEEMED, _REDEEMED).values())


def expired(entry: Entry) -> int:
    """How many points have ended by the entry that nobody spent."""
    return sum(_lines(entry.lines, EXPIRED, _EXPIRED).values())


def funder_of(entry: Entry) -> str:
    """The partner that stands behind what the entry has given away; empty: the program does."""
    name = next(iter(_lines(entry.lines, ISSUED, _FUNDED)), ISSUED)
    return "" if name == ISSUED else name.removeprefix(_PARTNER).removesuffix(_FUNDED)


def lot_key(last_day: str, funder: str) -> str:
    """The key of the lot of that last day behind which the funder stands."""
    return f"{last_day}@{funder}" if funder else last_day


def last_day_of(lot: str) -> str:
    """The last day in a lot's key, or `never`."""
    return lot.partition("@")[0]


def lot_funder(lot: str) -> str:
    """The partner that stands behind a lot; empty: the program does."""
    return lot.partition("@")[2]


def by_last_day(lots: Lots) -> dict[str, int]:
    """Lots by their last day alone, whoever stands behind them, the first to expire first."""
    days: dict[str, int] = {}
    for lot in sorted(lots):
        day = last_day_of(lot)
        days[day] = days.get(day, 0) + lots[lot]
    return {day: points for day, points in days.items() if points}


def _lines(lines: Mapping[str, int], own: str, suffix: str) -> dict[str, int]:
    """The lines of the program's own account and of partners' accounts of that kind."""
    return {
        name: points
        for name, points in lines.items()
        if name == own or (name.startswith(_PARTNER) and name.endswith(suffix))
    }
