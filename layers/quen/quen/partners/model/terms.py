"""What a partner is to the program: its own tills, or another brand that settles with it on terms.

Prices are decimal texts, money in the smallest unit for one point; a day's prices are those of the terms in force on that
local day, so what was settled once never changes with later terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Literal

from msgspec import Struct


class Relation(StrEnum):
    """`own`: tills of the shop that runs the program, who know its members by the program's ids. `brand`: another company, who
    knows them by ids that no other partner has, and what is personal only where the member consented to it.
    """

    OWN = "own"
    BRAND = "brand"


class Billing(StrEnum):
    """`prepaid`: points are bought in packs, before they are given away. `postpaid`: they are paid for by the month."""

    PREPAID = "prepaid"
    POSTPAID = "postpaid"


class Terms(Struct, frozen=True):
    """On which terms a partner settles from that local day on. It pays `issued` for a point that it gives away and gets it
    back for one that is reversed; it is paid `redeemed` for a point that is spent with it, and `expired` for a point of its
    own that nobody spent. A prepaid pack that is `when_empty` refuses what would need more; `alert_below` points are left, and
    somebody is told.
    """

    first_day: date
    billing: Billing
    issued: str = "0"
    redeemed: str = "0"
    expired: str = "0"
    when_empty: Literal["refuse", "continue"] = "refuse"
    alert_below: int = 0


class Rate(Struct, frozen=True):
    """What points are in a partner's own program: `units` of its for every `points` of ours, after a `fee` in points that is
    kept of each exchange. At least `minimum` points at a time, at most `per_day` a member and local day (None: no end).
    `hold_hours` is how long an exchange can be called off: the partner's side may fail.
    """

    points: int
    units: int
    fee: int = 0
    minimum: int = 1
    per_day: int | None = None
    hold_hours: int = 24

    def units_for(self, points: int) -> int | None:
        """What so many points become, the fee taken off; None where that would not be whole, or nothing."""
        units, rest = divmod((points - self.fee) * self.units, self.points)
        return units if units > 0 and not rest else None

    def points_for(self, units: int) -> int | None:
        """What so many units become, the fee taken off; None where that would not be whole, or nothing."""
        points, rest = divmod(units * self.points, self.units)
        return points - self.fee if points > self.fee and not rest else None


class Exchange(Struct, frozen=True):
    """At which rates points go `out` to a partner's own program, and come `into` ours from there; None: they do not."""

    out: Rate | None = None
    into: Rate | None = None


NO_EXCHANGE = Exchange()


class DailyCaps(Struct, frozen=True):
    """At most so many points a local day that a partner gives away, and that are spent with it; None: no end."""

    issued: int | None = None
    redeemed: int | None = None


NO_CAPS = DailyCaps()


TotalKey = tuple[Literal["PACK", "CAP"], str]


class Total(Struct, frozen=True):
    """Points that a partner may not pass: its packs (`PACK`, `ptn_…`), a day's cap (`CAP`, `ptn_…/2026-11-26/issued`). One
    that is not firm is counted, and refuses nothing.
    """

    kind: Literal["PACK", "CAP"]
    name: str
    points: int
    is_firm: bool = True

    @property
    def key(self) -> TotalKey:
        """What it is counted under."""
        return self.kind, self.name


class Funding(Struct, frozen=True):
    """Who stands behind the points that a partner gives away, or behind those that are spent with it: `partner_id` is the
    partner that settles for them (empty: the program itself), `totals` are those that it may not pass with them.
    """

    partner_id: str = ""
    totals: tuple[Total, ...] = ()


BY_PROGRAM = Funding()


def terms_on(terms: Sequence[Terms], day: date) -> Terms | None:
    """The terms in force on that local day, of several that began at once the last; None: it does not settle yet."""
    begun = [each for each in terms if each.first_day <= day]
    return max(enumerate(begun), key=lambda pair: (pair[1].first_day, pair[0]))[1] if begun else None
