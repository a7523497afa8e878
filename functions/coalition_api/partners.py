"""Partners: who they are, what they may do, where, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from quen.agreements.model import STORES_MAX
from quen.bootstrap import application
from quen.errors import ConflictRetryError, NotFoundError
from quen.http.answers import Cursor
from quen.http.bodies import POINTS_MAX, Name, ShortText
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.http.partners import Partner
from quen.partners.model import ALL_RIGHTS, PartnerState, Relation, Right
from quen.partners.model import Partner as PartnerValue
from quen.partners.views import partner_view
from quen.staff.model import Action, StaffCaller, require
from quen.writes import Write

partners: Resource[StaffCaller] = Resource(__name__, recognise_staff)

Rights = Annotated[tuple[Right, ...], Meta(max_length=len(Right), description="All of them, unless said otherwise.")]
ChangedRights = Annotated[tuple[Right, ...], Meta(max_length=len(Right))]
Stores = Annotated[
    tuple[ShortText, ...],
    Meta(max_length=STORES_MAX, description="Those that it may name; none: any.", examples=[["q1"]]),
]
CapOfDay = Annotated[int, Meta(ge=0, le=POINTS_MAX)]
Reason = Annotated[str, Meta(min_length=1, max_length=200, description="Why; kept in the audit trail.")]


class PartnerBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A brand, or a chain of tills."""

    name: Name
    rights: Rights | None = None
    relation: Relation = Relation.BRAND


class DailyCapsBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """At most so many points a local day that the partner gives away, and that are spent with it; null: no end."""

    issued: CapOfDay | UnsetType | None = UNSET
    redeemed: CapOfDay | UnsetType | None = UNSET


class PartnerChangeBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be otherwise; what is left out stays."""

    name: Name | UnsetType = UNSET
    state: PartnerState | UnsetType = UNSET
    relation: Relation | UnsetType = UNSET
    rights: ChangedRights | UnsetType = UNSET
    stores: Stores | UnsetType = UNSET
    daily_caps: DailyCapsBody | UnsetType = UNSET
    reason: Reason | None = None

    def changes(self) -> dict[str, Any]:
        """By the names that `quen.agreements.model.changed` takes."""
        asked = given(self)
        del asked["reason"]
        asked |= {name: frozenset(asked[name]) for name in ("rights", "stores") if name in asked}
        return asked | ({"caps": given(asked.pop("daily_caps"))} if "daily_caps" in asked else {})


class PartnerPage(TypedDict):
    """Partners by id."""

    items: list[Partner]
    next_cursor: Cursor | None


def given(body: Struct) -> dict[str, Any]:
    """The members of the body that were sent."""
    return {name: value for name, value in structs.asdict(body).items() if value is not UNSET}


@partners.endpoint(
    "POST",
    "/v1/partners",
    action=Action.CREATE_PARTNER,
    status=201,
    body=PartnerBody,
    answer=Partner,
    errors=(ConflictRetryError,),
)
def create(call: Call[StaffCaller, PartnerBody]) -> Mapping[str, Any]:
    """A new partner."""
    app = application()

    def record(made: PartnerValue) -> list[Write]:
        target = f"partner:{made.partner_id}"
        return [app.audit.write(call.caller, Action.CREATE_PARTNER, target, after=partner_view(made))]

    rights = ALL_RIGHTS if call.input.rights is None else frozenset(call.input.rights)
    asked = call.input
    return partner_view(app.partners.create(asked.name, rights=rights, relation=asked.relation, others=record))


@partners.endpoint(
    "GET",
    "/v1/partners",
    action=Action.READ_PARTNERS,
    query=PageQuery,
    answer=PartnerPage,
    errors=(CursorInvalidError,),
)
def list_partners(call: Call[StaffCaller, PageQuery]) -> Mapping[str, Any]:
    """The partners, by id."""
    app = application()

    def fetch(after: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        found, following = app.agreements.list_partners(after, limit)
        return [partner_view(partner) for partner in found], following

    return app.cursors.page(call.input, fetch, caller=call.caller.name, listing="partners")


@partners.endpoint(
    "GET",
    "/v1/partners/{partner_id}",
    action=Action.READ_PARTNERS,
    answer=Partner,
    errors=(NotFoundError,),
)
def show(_call: Call[StaffCaller, Nothing], partner_id: str) -> Mapping[str, Any]:
    """A partner."""
    return partner_view(application().partners.load(partner_id))


@partners.endpoint(
    "PATCH",
    "/v1/partners/{partner_id}",
    action=Action.SUSPEND_PARTNER,
    body=PartnerChangeBody,
    answer=Partner,
    errors=(NotFoundError, ConflictRetryError),
)
def change(call: Call[StaffCaller, PartnerChangeBody], partner_id: str) -> Mapping[str, Any]:
    """Change a partner; it counts everywhere within 60 seconds. A manager may suspend it, and nothing else."""
    app, changes = application(), call.input.changes()
    action = Action.SUSPEND_PARTNER if changes == {"state": PartnerState.SUSPENDED} else Action.CHANGE_PARTNER
    require(call.caller, action)

    def record(before: PartnerValue, after: PartnerValue) -> list[Write]:
        target, was, is_now = f"partner:{partner_id}", partner_view(before), partner_view(after)
        reason = call.input.reason or ""
        return [app.audit.write(call.caller, action, target, before=was, after=is_now, reason=reason)]

    return partner_view(app.agreements.change(partner_id, changes, record))
