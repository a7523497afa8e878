"""What conditions may ask: of the person, which the profile says, and of their behaviour, which the account remembers.

Both are values without any name, number or address: what decides about points never needs to know who it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct


class Person(Struct, frozen=True):
    """A member as a person: `consents` are the purposes granted now, `joined_on` a day of the program's zone.

    Month and day of birth are None where the member did not say; so is `joined_on` where nobody is asked about.
    """

    birth_month: int | None
    birth_day: int | None
    tags: frozenset[str]
    consents: frozenset[str]
    joined_on: date | None


class Behaviour(Struct, frozen=True):
    """What a member did: by month of the purchase (`2026-11`, or `earlier`) purchases, spend in the smallest unit of money,
    and visits; the days of the first and the last purchase; the last stores, in order of last use; the tier ("": the
    program's entry tier).
    """

    months: Mapping[str, tuple[int, int, int]]
    first_on: date | None
    last_on: date | None
    stores: tuple[str, ...]
    tier: str

    @property
    def purchases(self) -> int:
        """How many purchases there ever were, without those that came back whole."""
        return sum(purchases for purchases, _, _ in self.months.values())
