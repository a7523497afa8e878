"""At which rates points are exchanged with partners' own programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from quen.bootstrap import application
from quen.errors import ConflictRetryError, NotFoundError
from quen.http.bodies import Points
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Resource
from quen.http.partners import Partner
from quen.partners.model import Exchange, Rate
from quen.partners.model import Partner as PartnerValue
from quen.partners.views import exchange_view, partner_view
from quen.staff.model import Action, StaffCaller
from quen.writes import Write

exchanges: Resource[StaffCaller] = Resource(__name__, recognise_staff)

HOLD_HOURS_MAX = 24 * 30


class RateBody(Struct, frozen=True, forbid_unknown_fields=True):
    """So many units of the partner's for so many points, after a fee in points; how much at a time and a day; and for how many
    hours an exchange can be called off.
    """

    points: Points
    units: Points
    fee: Annotated[int, Meta(ge=0, le=10**9)] = 0
    minimum: Points = 1
    per_day: Points | None = None
    hold_hours: Annotated[int, Meta(ge=1, le=HOLD_HOURS_MAX)] = 24

    def value(self) -> Rate:
        """As the domain has it."""
        return Rate(self.points, self.units, self.fee, self.minimum, self.per_day, self.hold_hours)


class ExchangeTermsBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The rates at which points go to the partner's program, and come from it; without one, they do not."""

    out: RateBody | None = None
    into: RateBody | None = None


@exchanges.endpoint(
    "PUT",
    "/v1/partners/{partner_id}/exchange",
    action=Action.SET_PARTNER_EXCHANGE,
    body=ExchangeTermsBody,
    answer=Partner,
    errors=(NotFoundError, ConflictRetryError),
)
def set_exchange(call: Call[StaffCaller, ExchangeTermsBody], partner_id: str) -> Mapping[str, Any]:
    """Set the rates, for exchanges from now on: within 60 seconds everywhere."""
    app, asked = application(), call.input
    exchange = Exchange(
        asked.out.value() if asked.out else None,
        asked.into.value() if asked.into else None,
    )

    def record(before: PartnerValue, after: PartnerValue) -> list[Write]:
        target, was, is_now = f"partner:{partner_id}", exchange_view(before.exchange), exchange_view(after.exchange)
        return [app.audit.write(call.caller, Action.SET_PARTNER_EXCHANGE, target, before=was, after=is_now)]

    return partner_view(app.agreements.change(partner_id, {"exchange": exchange}, record))
