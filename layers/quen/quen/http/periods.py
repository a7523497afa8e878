"""Queries about the past, the same to members and to staff: a moment, a period, a purchase."""

from __future__ import annotations

from msgspec import Struct, field

from quen.http.bodies import BusinessId, Day, Instant


class MomentQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`as_of`: show the account as it was then; left out: as it is now."""

    as_of: Instant | None = None


class PeriodQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The first and the last day of a period, both included; left out: from the beginning of the last day's month to today."""

    first: Day | None = field(name="from", default=None)
    last: Day | None = field(name="to", default=None)


class PurchaseQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """A purchase, by the till's own id."""

    purchase_id: BusinessId
