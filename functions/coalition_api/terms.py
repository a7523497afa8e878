"""The terms on which partners settle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from quen.bootstrap import application
from quen.errors import ConflictRetryError, NotFoundError
from quen.http.bodies import POINTS_MAX, Day, whole
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Resource
from quen.http.partners import Partner
from quen.partners.model import Billing, Terms
from quen.partners.model import Partner as PartnerValue
from quen.partners.views import partner_view, terms_view
from quen.staff.model import Action, StaffCaller
from quen.writes import Write

terms: Resource[StaffCaller] = Resource(__name__, recognise_staff)

Price = Annotated[
    str,
    Meta(
        pattern=whole(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?"),
        max_length=14,
        description="Money in the smallest unit for one point: a decimal, with four digits after the point at most.",
        examples=["100", "0.75"],
    ),
]


class PricesBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the partner pays for a point that it gives away, and is paid for one that is spent with it, or for one of its own
    that nobody spent.
    """

    issued: Price = "0"
    redeemed: Price = "0"
    expired: Price = "0"


class TermsBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """On which terms a partner settles, from 00:00 of the day `from` on. Of one that is prepaid, `when_empty` says what becomes
    of a purchase for which it has too few points left, and `alert_below` at how few of them somebody is told.
    """

    first_day: Day = field(name="from")
    billing: Billing
    prices: PricesBody
    when_empty: Literal["refuse", "continue"] = "refuse"
    alert_below: Annotated[int, Meta(ge=0, le=POINTS_MAX)] = 0

    def value(self) -> Terms:
        """As the domain has it."""
        prices = self.prices
        return Terms(
            self.first_day,
            self.billing,
            prices.issued,
            prices.redeemed,
            prices.expired,
            self.when_empty,
            self.alert_below,
        )


@terms.endpoint(
    "POST",
    "/v1/partners/{partner_id}/terms",
    action=Action.SET_PARTNER_TERMS,
    status=201,
    body=TermsBody,
    answer=Partner,
    errors=(NotFoundError, ConflictRetryError),
)
def add(call: Call[StaffCaller, TermsBody], partner_id: str) -> Mapping[str, Any]:
    """New terms from a day on that has not begun; from today, where none are in force. What a day began with it keeps."""
    app, wanted = application(), call.input.value()

    def record(before: PartnerValue, _after: PartnerValue) -> list[Write]:
        was = {"terms": [terms_view(each) for each in before.terms[-1:]]}
        is_now = {"terms": [terms_view(wanted)]}
        target = f"partner:{partner_id}"
        return [app.audit.write(call.caller, Action.SET_PARTNER_TERMS, target, before=was, after=is_now)]

    return partner_view(app.agreements.add_terms(partner_id, wanted, record))
