"""What can be wanted: a reward of the catalogue for points or as a gift, part of a bill, the use of a perk, or points in
another program.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from quen.business_days import day_end
from quen.errors import ValidationFailedError
from quen.exchanges.errors import ExchangeNotOfferedError
from quen.partners.model import Partner, Rate
from quen.program.benefits import Bill
from quen.program.model import Program

OWN_POINTS_DAYS = 1
"""So long points stand that a member has set aside for a bill to come: to the end of the next day."""

PERK_DAYS = 30
"""So long a use that a member has set aside for themselves stands at the most; it never outlives its period."""


class RewardWanted(Struct, frozen=True):
    """So many pieces of one reward of the catalogue, at a store, for a bill that the till shows; `is_gift`: instead of points
    the member uses one that they were given.
    """

    reward_id: str
    quantity: int = 1
    store_id: str | None = None
    bill: Bill | None = None
    is_gift: bool = False


class PerkWanted(Struct, frozen=True):
    """So many uses of a counted perk, on a bill that is shown."""

    perk_id: str
    quantity: int = 1
    bill: Bill | None = None
    store_id: str | None = None


class PointsWanted(Struct, frozen=True):
    """Plain points, to pay part of a bill with: that of a purchase, where the till names it, and as it shows it. `is_own`: the
    member sets them aside, for a bill that is not known yet.
    """

    points: int
    purchase_id: str | None = None
    bill: Bill | None = None
    store_id: str | None = None
    is_own: bool = False


class ExchangeWanted(Struct, frozen=True):
    """Points that go to a partner's own program at that rate, where they become so many units."""

    points: int
    rate: Rate
    units: int
    bill: None = None
    store_id: None = None


Wanted = RewardWanted | PointsWanted | PerkWanted | ExchangeWanted


def lapse_of(program: Program, days: int | None, now: datetime, *, at_till: bool) -> datetime:
    """Until when a redemption stands: minutes at a till; for a member's own, to the end of the day so many days on."""
    if at_till or days is None:
        return now + timedelta(minutes=program.reservation_minutes)
    return day_end(program.local_day(now) + timedelta(days=days), program.time_zone)


def display_code(redemption_id: str) -> str:
    """The redemption's id as a member shows it: four groups of four, upper case."""
    body = redemption_id.partition("_")[2].upper()
    return "-".join(body[start : start + 4] for start in range(0, len(body), 4))


def parse_redemption_id(text: str) -> str:
    """The id that somebody wrote as an id, or typed as the code a member shows; what is neither stays as it is."""
    return text if text.startswith("red_") else "red_" + text.replace("-", "").lower()


def wanted_from(partner: Partner, points: int) -> ExchangeWanted:
    """Points that are to become units of the partner's program. Raises ExchangeNotOfferedError, ValidationFailedError."""
    rate = partner.exchange.out
    if rate is None:
        raise ExchangeNotOfferedError
    units = rate.units_for(points) if points >= rate.minimum else None
    if units is None:
        sentence = f"At least {rate.minimum} points; less the fee of {rate.fee}, a multiple that makes whole units."
        raise ValidationFailedError.at("/exchange/points", "out_of_range", sentence)
    return ExchangeWanted(points, rate, units)
