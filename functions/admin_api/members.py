"""Members, as staff see them: masked, unless their role and a reason say otherwise; every unmasked read is on record."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta, Struct

from quen.archive.errors import EntriesArchivedError
from quen.bootstrap import application
from quen.errors import MemberNotFoundError, PurchaseNotFoundError, ValidationFailedError
from quen.http.answers import Account, Cursor, Day, EntryPage, Explanation, Instant, Statement
from quen.http.bodies import ShortText
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.http.periods import MomentQuery, PeriodQuery, PurchaseQuery
from quen.http.perks import PerkList
from quen.http.views import staff_member_view
from quen.members.model import Member, MemberReference
from quen.staff.model import Action, StaffCaller, require

members: Resource[StaffCaller] = Resource(__name__, recognise_staff)

Reason = Annotated[str, Meta(min_length=1, max_length=200, description="Why; kept in the audit trail.")]


class MaskingQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`unmask=true` shows everything, to those who may, for a `reason`."""

    unmask: Literal["true", "false"] = "false"
    reason: Reason | None = None


class SearchQuery(MaskingQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Exactly one of phone, email, card_code."""

    phone: ShortText | None = None
    email: Annotated[str, Meta(min_length=3, max_length=254)] | None = None
    card_code: ShortText | None = None


class Consent(TypedDict):
    """A decision on record."""

    purpose: str
    granted: bool
    text_version: str
    recorded_at: Instant


class StaffMember(TypedDict):
    """A member. Where `masked`, name, phone and e-mail show a part only, and the birthday is null."""

    member_id: str
    state: str
    phone: str | None
    email: str | None
    name: str | None
    birthday: Day | None
    locale: str | None
    consents: list[Consent]
    joined_at: Instant
    tags: list[str]
    masked: bool


class StaffMemberPage(TypedDict):
    """The members found: one or none."""

    items: list[StaffMember]
    next_cursor: Cursor | None


class SegmentShown(TypedDict):
    """A segment of the program, its name by locale, and whether the member is in it now."""

    id: str
    name: dict[str, str]
    holds: bool


class SegmentsShown(TypedDict):
    """All segments of the program."""

    items: list[SegmentShown]


@members.endpoint("GET", "/v1/members", action=Action.FIND_MEMBER, query=SearchQuery, answer=StaffMemberPage)
def find(call: Call[StaffCaller, SearchQuery]) -> Mapping[str, Any]:
    """Find a member by phone, e-mail or card."""
    try:
        found = [_show(call.caller, _look_up(call.input), call.input)]
    except MemberNotFoundError:
        found = []
    return {"items": found, "next_cursor": None}


@members.endpoint(
    "GET",
    "/v1/members/{member_id}",
    action=Action.READ_MEMBER,
    query=MaskingQuery,
    answer=StaffMember,
    errors=(MemberNotFoundError,),
)
def show(call: Call[StaffCaller, MaskingQuery], member_id: str) -> Mapping[str, Any]:
    """A member by id."""
    return _show(call.caller, application().members.load(member_id), call.input)


@members.endpoint(
    "GET",
    "/v1/members/{member_id}/account",
    action=Action.READ_ACCOUNT,
    query=MomentQuery,
    answer=Account,
    errors=(MemberNotFoundError, EntriesArchivedError),
)
def show_account(call: Call[StaffCaller, MomentQuery], member_id: str) -> Mapping[str, Any]:
    """What the member has now, or had at a moment that has passed."""
    return application().statements.show_account(member_id, call.input.as_of)


@members.endpoint(
    "GET",
    "/v1/members/{member_id}/statement",
    action=Action.READ_ACCOUNT,
    query=PeriodQuery,
    answer=Statement,
    errors=(MemberNotFoundError, EntriesArchivedError),
)
def show_statement(call: Call[StaffCaller, PeriodQuery], member_id: str) -> Mapping[str, Any]:
    """What moved the account between two days, both included: opening + movements = closing."""
    return application().statements.show_statement(member_id, call.input.first, call.input.last)


@members.endpoint(
    "GET",
    "/v1/members/{member_id}/explain",
    action=Action.READ_ACCOUNT,
    query=PurchaseQuery,
    answer=Explanation,
    errors=(MemberNotFoundError, PurchaseNotFoundError, EntriesArchivedError),
)
def explain(call: Call[StaffCaller, PurchaseQuery], member_id: str) -> Mapping[str, Any]:
    """Why a purchase earned what it did, or nothing."""
    return application().statements.explain(member_id, call.input.purchase_id)


@members.endpoint(
    "GET",
    "/v1/members/{member_id}/entries",
    action=Action.READ_ACCOUNT,
    query=PageQuery,
    answer=EntryPage,
    errors=(MemberNotFoundError, CursorInvalidError),
)
def list_entries(call: Call[StaffCaller, PageQuery], member_id: str) -> Mapping[str, Any]:
    """The member's statement, newest first."""
    app = application()
    fetch, listing = partial(app.ledger.list_entries, member_id), f"entries {member_id}"
    page = app.cursors.page(call.input, fetch, caller=call.caller.name, listing=listing)
    return page | {"archived_before": app.ledger.archived_before(member_id, page)}


@members.endpoint(
    "GET",
    "/v1/members/{member_id}/segments",
    action=Action.READ_MEMBER,
    answer=SegmentsShown,
    errors=(MemberNotFoundError,),
)
def list_segments(_call: Call[StaffCaller, Nothing], member_id: str) -> Mapping[str, Any]:
    """Which segments the member is in."""
    return {"items": application().segments.show(member_id)}


@members.endpoint(
    "GET",
    "/v1/members/{member_id}/perks",
    action=Action.READ_ACCOUNT,
    answer=PerkList,
    errors=(MemberNotFoundError,),
)
def list_perks(_call: Call[StaffCaller, Nothing], member_id: str) -> Mapping[str, Any]:
    """What the member has that is no points, and how often counted perks were used."""
    return application().perks.show(member_id)


def _look_up(query: SearchQuery) -> Member:
    given = [value for value in (query.phone, query.email, query.card_code) if value is not None]
    if len(given) != 1:
        raise ValidationFailedError.at("", "exactly_one_required", "Search by exactly one of phone, email, card_code.")
    if query.email is not None:
        return application().members.load_by_email(query.email)
    return application().members.load_by(MemberReference(phone=query.phone, card_code=query.card_code))


def _show(caller: StaffCaller, member: Member, query: MaskingQuery) -> dict[str, Any]:
    if query.unmask == "false":
        return staff_member_view(member, unmasked=False)
    require(caller, Action.UNMASK_MEMBER)
    if query.reason is None:
        raise ValidationFailedError.at("/reason", "missing", "An unmasked read needs a reason.")
    # On record before it is answered: what cannot be recorded is not shown.
    application().audit.record(caller, Action.UNMASK_MEMBER, f"member:{member.member_id}", reason=query.reason)
    return staff_member_view(member, unmasked=True)
