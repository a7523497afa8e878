"""What members have that is no points: perks of tiers, of paid memberships, or given for a while."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Literal

from msgspec import Struct, field

from quen.program.benefits import Benefit
from quen.program.model.payment import TierDiscount
from quen.program.model.texts import text_in

PerkKind = Literal["text", "free_delivery", "percent_off", "multiplier", "early_access", "event_invitation"]
QuotaPeriod = Literal["day", "week", "month", "year", "membership_period"]

ONE = Fraction(1)


class Quota(Struct, frozen=True):
    """How often a perk is used in each period of the program's calendar, or of the paid membership: `uses` whoever has it,
    or `by_holder` so many by tier or plan.
    """

    per: QuotaPeriod
    uses: int = 0
    by_holder: Mapping[str, int] = field(default_factory=dict)


class Perk(Struct, frozen=True):
    """Something that members of some `tiers` or with some paid `plans` have; where both are empty, only who it is given to.

    By `kind`: `delivery` is what it takes off a delivery fee; `discount` off the goods of a bill, `is_for_birthday_month`
    only in the month of the member's birthday; `multiplier` of what the base rules give in points; `early_days` how long
    before their window begins its holders have `rewards` (none named: all); an invitation is to what begins `at` an instant
    in a `place`. `quota` is how often it is used (None: it is not counted). `worth` is what one use saves where no bill
    says, in the smallest unit of money.
    """

    id: str
    name: Mapping[str, str]
    kind: PerkKind = "text"
    terms: Mapping[str, str] = field(default_factory=dict)
    tiers: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    quota: Quota | None = None
    delivery: Benefit | None = None
    discount: TierDiscount | None = None
    is_for_birthday_month: bool = False
    multiplier: Fraction = ONE
    early_days: int = 0
    rewards: tuple[str, ...] = ()
    at: datetime | None = None
    place: str = ""
    worth: int = 0

    def name_in(self, locale: str | None) -> str:
        """The name in that locale, or in its language, or in the program's first locale."""
        return text_in(self.name, locale)

    def terms_in(self, locale: str | None) -> str | None:
        """The terms likewise; None where there are none."""
        return text_in(self.terms, locale) if self.terms else None

    @property
    def multiplies(self) -> bool:
        """Whether points are multiplied by it."""
        return self.multiplier != ONE
