"""What the APIs answer about partners, as types."""

from __future__ import annotations

from typing import Literal, TypedDict

from quen.http.scalars import Count, Day, Instant


class DailyCaps(TypedDict):
    """At most so many points a local day that the partner gives away, and that are spent with it; null: no end."""

    issued: Count | None
    redeemed: Count | None


class Prices(TypedDict):
    """Money in the smallest unit for one point, as decimals: what the partner pays for one that it gives away, and is paid for
    one that is spent with it, or for one of its own that nobody spent.
    """

    issued: str
    redeemed: str
    expired: str


Terms = TypedDict(
    "Terms",
    {
        "from": Day,
        "billing": Literal["prepaid", "postpaid"],
        "prices": Prices,
        "when_empty": Literal["refuse", "continue"],
        "alert_below": Count,
    },
)
"""On which terms a partner settles, from a local day on."""


class Rate(TypedDict):
    """So many units of the partner's own program for so many points, after a fee in points; at least so many points at a time,
    at most so many a member and day; and for how many hours an exchange can be called off.
    """

    points: Count
    units: Count
    fee: Count
    minimum: Count
    per_day: Count | None
    hold_hours: Count


class ExchangeRates(TypedDict):
    """The rates at which points go to the partner's program, and come from it; null: they do not."""

    out: Rate | None
    into: Rate | None


class Partner(TypedDict):
    """A partner. `own` are the shop's own tills, a `brand` is another company; `stores` are those that it may name (none: any);
    it settles on the terms of the day (none: it does not).
    """

    partner_id: str
    name: str
    state: Literal["active", "suspended"]
    relation: Literal["own", "brand"]
    rights: list[str]
    stores: list[str]
    daily_caps: DailyCaps
    exchange: ExchangeRates
    terms: list[Terms]
    created_at: Instant
