"""Ways to earn: the rules that turn what members do into points, the caps that limit them, the campaigns they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal, cast

from msgspec import Struct

from quen.business_days import end_of_month, end_of_year
from quen.program.model.conditions import AllOf, Condition, NthPurchase, OnDates
from quen.program.model.goods import Goods

Combine = Literal["sum", "best"]
Each = Literal["purchase", "item", "visit"]
Period = Literal["purchase", "day", "week", "month", "year", "ever"]
WalletUnit = Literal["points", "qualifying", "stamps"]
Wallet = str
"""What a rule earns: one of the units, or the stamps of one punch card (`stamps/coffee`): multiplied, rounded and capped by
themselves.
"""
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WhenReached = Literal["cap", "reject"]

FIRST_PURCHASE = NthPurchase(1)
EVENTS = frozenset({"visit", "review", "survey", "referral"})
"""What partners report without the program having to name it."""


def unit_of_wallet(wallet: Wallet) -> WalletUnit:
    """In which unit the wallet counts: `stamps`, whichever card they are on."""
    return cast("WalletUnit", wallet.partition("/")[0])


class Cap(Struct, frozen=True):
    """At most so many points for one member in a period of the program's own calendar; weeks begin on Mondays.

    Where a purchase would pass it, `cap` gives what is left of it, and `reject` gives nothing.
    """

    points: int
    per: Period
    when_reached: WhenReached = "cap"


class EarningRule(Struct, frozen=True):
    """One way to earn. On a purchase, exactly one of these shapes:

        points, per          so many per that amount of what earns: a base rule
        points, each         so many for every purchase, item or visit: a base rule
        multiplier           adds (multiplier - 1) x what the base rules gave
        bonus                so many for the purchase, after everything was multiplied

    `first_purchase` is a bonus for the member's first one. On `enrolment` and on events that partners report, `points` are
    given once for each. `goods` are the only lines that count for the rule; of base rules that `combine` as `best`, each
    line goes to the one that gives most for it. `wallet` is what is earned; a multiplier multiplies its own wallet's base
    rules. `pending_days` is how long the points wait; None: as the program says.
    """

    id: str
    on: str
    points: int | None = None
    per: int | None = None
    each: Each = "purchase"
    multiplier: Fraction | None = None
    bonus: int | None = None
    wallet: Wallet = "points"
    goods: Goods | None = None
    when: Condition | None = None
    caps: tuple[Cap, ...] = ()
    combine: Combine = "sum"
    campaign: str | None = None
    pending_days: int | None = None
    name: Mapping[str, str] | None = None

    @property
    def is_for_purchases(self) -> bool:
        """Whether a purchase is what it is asked about."""
        return self.on in {"purchase", "first_purchase"}

    @property
    def unit(self) -> WalletUnit:
        """In which unit it gives: `stamps`, whichever card they are on."""
        return unit_of_wallet(self.wallet)

    @property
    def is_bonus(self) -> bool:
        """Whether it gives so many, however much is bought, after everything was multiplied."""
        return self.bonus is not None or self.on == "first_purchase"

    @property
    def fixed(self) -> int:
        """What a bonus gives, or a base rule by purchase, item or visit each time."""
        return self.bonus or self.points or 0


class Campaign(Struct, frozen=True):
    """Rules with a window and a budget in common: `first` and `last` local day, both included (None: without that end);
    `budget` the points that all its rules may give to all members together; `caps` what they may give to one member
    in a period longer than a purchase. Only points count for these.
    """

    id: str
    name: Mapping[str, str]
    first: date | None = None
    last: date | None = None
    when: Condition | None = None
    budget: int | None = None
    caps: tuple[Cap, ...] = ()

    @property
    def condition(self) -> Condition:
        """When the campaign runs, and for whom."""
        window = OnDates(self.first, self.last)
        return AllOf((window, self.when)) if self.when else window

    def runs_on(self, day: date) -> bool:
        """Whether its window contains that local day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


class BasisPolicy(Struct, frozen=True):
    """Which part of a bill earns: goods after every discount, and by these settings with the tax that they contain, with the
    delivery fee, without what these tenders paid, without these goods.
    """

    with_tax: bool = True
    with_delivery: bool = False
    without_tenders: frozenset[str] = frozenset({"points", "voucher"})
    without_goods: Goods | None = None


def last_day_of(period: Period, day: date) -> date:
    """The last day of the calendar day, week, month or year that the day is in; of `ever`, the last day there is."""
    if period == "week":
        return day + timedelta(days=6 - day.weekday())
    if period == "month":
        return end_of_month(day)
    if period == "year":
        return end_of_year(day)
    return date.max if period == "ever" else day
