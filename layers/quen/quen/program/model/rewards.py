"""What points buy: prices, and the gates, windows and limits that say who may have it, where, when and how often."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from msgspec import Struct, field

from quen.program.benefits import Benefit, BenefitKind
from quen.program.model.earning import last_day_of
from quen.program.model.texts import text_in

LimitPeriod = Literal["day", "week", "month", "year", "ever"]


class DayWindow(Struct, frozen=True):
    """Local days, the first and the last one included; None: no end on that side."""

    first: date | None = None
    last: date | None = None

    def contains(self, day: date) -> bool:
        """Whether that local day is one of them."""
        return not self.is_before(day) and (self.last is None or day <= self.last)

    def is_before(self, day: date) -> bool:
        """Whether the window has not begun on that local day."""
        return self.first is not None and day < self.first


_ALWAYS = DayWindow()
AT_ONCE_KINDS: frozenset[BenefitKind] = frozenset({"voucher", "donation"})


class VoucherTerms(Struct, frozen=True):
    """How a voucher that points buy is used: whether what one bill leaves of it can pay for another, and for how many local
    days, that of its issue included.
    """

    partial: bool = False
    valid_days: int = 60


class Reward(Struct, frozen=True):
    """What points buy. `name` and `terms` go by locale, the program's first locale first.

    `points` is the price, `price_by_tier` another one for members of some tiers. `benefit` is what it is (None: a plain
    thing that is handed over), `about` by locale the cause of a donation or the event of a ticket, `voucher` the terms of
    one. `stock` is how many there are in all, `stock_by_store` how many at each store (one of the
    two, or neither: no limit). `per_member` is how many one member may have in each `limit_per` (None: no limit).
    `stores`, `tiers` and `segment` say where it is redeemed and who may have it (empty: everywhere, everybody), `window`
    on which days. `expires_in_days` is how long a member has to collect it.
    """

    id: str
    name: Mapping[str, str]
    points: int
    stock: int | None = None
    per_member: int | None = None
    expires_in_days: int = 30
    terms: Mapping[str, str] = field(default_factory=dict)
    benefit: Benefit | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    voucher: VoucherTerms | None = None
    price_by_tier: Mapping[str, int] = field(default_factory=dict)
    window: DayWindow = _ALWAYS
    stock_by_store: Mapping[str, int] = field(default_factory=dict)
    limit_per: LimitPeriod = "ever"
    stores: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    segment: str = ""

    def name_in(self, locale: str | None) -> str:
        """The name in that locale, or in its language, or in the program's first locale."""
        return text_in(self.name, locale)

    def terms_in(self, locale: str | None) -> str | None:
        """The terms likewise; None where there are none."""
        return text_in(self.terms, locale) if self.terms else None

    def price_for(self, tier: str) -> int:
        """Points for one piece, for a member of that tier."""
        return self.price_by_tier.get(tier, self.points)

    def is_for_tier(self, tier: str) -> bool:
        """Whether members of that tier may have it."""
        return not self.tiers or tier in self.tiers

    def period_on(self, day: date) -> str:
        """The period of that local day in which the limit per member counts: its last day and its name; "": ever."""
        if self.limit_per == "ever":
            return ""
        return f"{last_day_of(self.limit_per, day).isoformat()}/{self.limit_per}"

    def about_in(self, locale: str | None) -> str | None:
        """The cause of a donation, or the event of a ticket, likewise."""
        return text_in(self.about, locale) if self.about else None

    @property
    def partner_id(self) -> str | None:
        """The partner who alone hands it over; None: any till of the program."""
        return self.benefit.partner_id if self.benefit else None

    @property
    def is_at_once(self) -> bool:
        """Whether there is nothing to wait for: a voucher's code and a donation are had as soon as they are paid."""
        return self.benefit is not None and self.benefit.kind in AT_ONCE_KINDS

    @property
    def is_stocked(self) -> bool:
        """Whether there are only so many."""
        return self.stock is not None or bool(self.stock_by_store)

    @property
    def is_local(self) -> bool:
        """Whether it is to be said at which store."""
        return bool(self.stores or self.stock_by_store)

    def is_for_store(self, store_id: str | None) -> bool:
        """Whether it is redeemed there."""
        named = self.stores or tuple(self.stock_by_store)
        return not named or store_id in named

    def stock_at(self, store_id: str | None) -> int | None:
        """How many there are for that store: its own, or those of all; None: no limit."""
        return self.stock_by_store.get(store_id or "", 0) if self.stock_by_store else self.stock
