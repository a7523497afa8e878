"""Winning members back: who stays away longer than their own rhythm says, what they are offered, and who is offered nothing.

A shop that asks everybody back after so many days annoys who comes once a month and is late for who came daily. So the wait
is the member's own: so many times the average gap between their purchases, within bounds.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from fractions import Fraction

from msgspec import Struct

from quen.program.model.messaging import Channel
from quen.program.model.occasions import Gifts

GAP_DAYS_MIN = 1
_NOBODY = Fraction(0)
_DRAWS = 2**64


class WinBackPolicy(Struct, frozen=True):
    """Members lapse `after` so many times their own average gap, `days_min` to `days_max` days after the last purchase;
    those with fewer than `purchases_min` purchases never, for they have no rhythm yet. `hold_out` is the share of members
    who are offered nothing, to see what the offer brings; the others are given the `gifts`, and told by the `channels`.
    """

    after: Fraction
    gifts: Gifts
    days_min: int = 30
    days_max: int = 180
    purchases_min: int = 3
    hold_out: Fraction = _NOBODY
    channels: tuple[Channel, ...] = ()

    @property
    def rhythm(self) -> tuple[Fraction, int, int, int, bool]:
        """What says who lapses and when: where it changes, so does the day of every member."""
        return self.after, self.days_min, self.days_max, self.purchases_min, self.gifts.are_nothing

    def lapses_on(self, purchases: int, first: date, last: date) -> date | None:
        """The day on which somebody with so many purchases between these days has lapsed; None: their rhythm is unknown."""
        if purchases < self.purchases_min:
            return None
        # A gap needs two purchases, though others may have come back whole since. In whole numbers, rounded up once: every
        # purchase asks this, and fractions take several times as long.
        gaps = max(1, purchases - 1)
        span = max((last - first).days, gaps * GAP_DAYS_MIN)
        wait = -(-self.after.numerator * span // (self.after.denominator * gaps))
        return last + timedelta(days=min(max(wait, self.days_min), self.days_max))

    def holds_out(self, program_id: str, member_id: str) -> bool:
        """Whether the member is one of those who are offered nothing: always the same ones in one program, and all of them
        still where the share grows.
        """
        digest = hashlib.sha256(f"{program_id}\n{member_id}".encode()).digest()
        return int.from_bytes(digest[:8]) < self.hold_out * _DRAWS


def next_monday(day: date) -> date:
    """That day where it is a Monday, else the Monday after it: an index by such days moves once a week at most."""
    return day + timedelta(days=-day.weekday() % 7)
