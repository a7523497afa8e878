"""Ways to earn: the rules that turn what members do into points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

Scope = Literal["day", "purchase"]
Wallet = Literal["points", "qualifying", "stamps"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True, slots=True)
class EarningRule:
    """One way to earn. Exactly one of four shapes:

        purchase, `points` per `per`     of the total, in the currency's smallest unit: a base rule
        purchase, `multiplier`           adds (multiplier − 1) × what the base rules give, up to `cap_points`
        purchase, `points` alone         so many for each purchase of more than nothing: stamps
        enrolment, `points`              once, when a member joins

    `weekdays` (Monday is 0; empty: every day) are local days of the purchase. `wallet` is what is earned; a multiplier
    multiplies its own wallet's base rules. `pending_days` is how long the points wait; None: as the program says.
    """

    id: str
    on: Literal["purchase", "enrolment"]
    points: int | None = None
    per: int | None = None
    multiplier: Fraction | None = None
    weekdays: frozenset[int] = frozenset()
    cap_points: int | None = None
    cap_per: Scope | None = None
    wallet: Wallet = "points"
    pending_days: int | None = None

    def applies_on(self, day: date) -> bool:
        """Whether the rule counts for what happens on that local day."""
        return not self.weekdays or day.weekday() in self.weekdays
