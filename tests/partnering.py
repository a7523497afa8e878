"""Partners for tests of the house: a brand on terms, with packs and caps, as the table holds it."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from house import START, House
from quen.partners.model import (
    ALL_RIGHTS,
    Billing,
    DailyCaps,
    Partner,
    PartnerState,
    Relation,
    Terms,
)

PARTNER = "ptn_0000000000000001"
PREPAID = (Terms(date(2026, 11, 1), Billing.PREPAID),)
POSTPAID = (Terms(date(2026, 11, 1), Billing.POSTPAID),)
UNTROUBLED = (Terms(date(2026, 11, 1), Billing.PREPAID, when_empty="continue"),)


def make_partner(partner_id: str = PARTNER, **changes: Any) -> Partner:
    """A brand that may do everything, and does not settle."""
    partner = Partner(partner_id, "Bún Chả 36", PartnerState.ACTIVE, ALL_RIGHTS, START, Relation.BRAND)
    return replace(partner, **changes)


def prepaid(points: int, **changes: Any) -> Partner:
    """One that has bought so many points ahead, and gives no more."""
    return make_partner(**{"terms": PREPAID, "packs": points, **changes})


def capped(*, issued: int | None = None, redeemed: int | None = None, **changes: Any) -> Partner:
    """One of the shop's own tills, with caps of the day."""
    return make_partner(relation=Relation.OWN, caps=DailyCaps(issued, redeemed), **changes)


def given_of(house: House, partner: Partner) -> dict[str, int]:
    """What is counted of each of its totals today, by `PACK`, `issued` and `redeemed`."""
    day = house.programs.current(house.clock.now()).local_day(house.clock.now())
    keys = [("PACK", partner.partner_id)]
    keys += [("CAP", f"{partner.partner_id}/{day}/{side}") for side in ("issued", "redeemed")]
    taken = house._totals._counts.count_taken(keys)
    return {name.rpartition("/")[2] if kind == "CAP" else kind: sum(taken[kind, name].values()) for kind, name in keys}
