"""Levels of members: what each gives, how it is reached and kept, and over which periods that is looked at.

Periods are whole months of the program's calendar, as an account remembers what qualifies by the month of the purchase.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from quen.program.model.payment import TierDiscount
from quen.program.model.texts import text_in

TierPeriod = Literal["calendar_year", "program_year", "rolling", "anniversary", "lifetime"]
Descent = Literal["one_level", "to_earned"]
Measure = Literal["qualifying", "spend", "visits", "purchases"]


class Criteria(Struct, frozen=True):
    """What must have been reached in a period: so much of every measure in `at_least`, every one of `all_of`, and where
    there are any, one of `any_of`. Spend is in the smallest unit of money.
    """

    at_least: Mapping[Measure, int]
    all_of: tuple[Criteria, ...] = ()
    any_of: tuple[Criteria, ...] = ()


def measures_of(criteria: Criteria | None) -> Iterator[Measure]:
    """Every measure that the criteria ask for."""
    if criteria:
        yield from criteria.at_least
        for each in (*criteria.all_of, *criteria.any_of):
            yield from measures_of(each)


class Tier(Struct, frozen=True):
    """A level of members; `multiplier` applies to what the base rules give in points, `discount` is off every bill. The
    first one is everybody's. `reach` is how others are reached (None: staff alone give it), `keep` what keeps it (None: what
    reaches it). One that is `is_retired` is reached no more; who has it keeps it to the end of their period.
    """

    id: str
    name: Mapping[str, str]
    multiplier: Fraction = Fraction(1)
    discount: TierDiscount | None = None
    reach: Criteria | None = None
    keep: Criteria | None = None
    is_retired: bool = False

    def name_in(self, locale: str | None) -> str:
        """The name in that locale, or in its language, or in the program's first locale."""
        return text_in(self.name, locale)


class TierPolicy(Struct, frozen=True):
    """Over which periods tiers are reached and reviewed, and how they are lost.

    `starts_month` is the first month of a program year, `months` the length of a rolling period. `notice_days` is how long
    before the end of a period a member is told that the tier would be lost, `grace_days` how long it lives on after it;
    `down` how far a member goes down at one review.
    """

    period: TierPeriod = "calendar_year"
    starts_month: int = 1
    months: int = 12
    down: Descent = "one_level"
    notice_days: int = 30
    grace_days: int = 0
