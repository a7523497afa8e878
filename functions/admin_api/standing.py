"""What a member may do, and members who are one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta, Struct

from admin_api.members import StaffMember
from quen.bootstrap import application
from quen.errors import (
    ConflictRetryError,
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    InsufficientStoredValueError,
    MemberAlreadyExistsError,
    MemberNotActiveError,
    MemberNotFoundError,
    MembershipsBothRunError,
    NotFoundError,
    RedemptionsOpenError,
    TooLateError,
)
from quen.http.answers import Account, Count, Instant
from quen.http.bodies import Day, ReasonCode, ShortText, whole
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.http.tiers import TierPage
from quen.http.views import staff_member_view
from quen.ledger.documents import Outcome
from quen.ledger.model import Account as LedgerAccount
from quen.ledger.model import SetTier
from quen.members.model import Member
from quen.members.model.facts import TAG, TAG_LENGTH_MAX, TAGS_MAX
from quen.staff.model import Action, StaffCaller, require
from quen.writes import Write

standing: Resource[StaffCaller] = Resource(__name__, recognise_staff)

Reason = Annotated[str, Meta(min_length=1, max_length=200, description="Why; kept in the audit trail.")]
Tag = Annotated[str, Meta(pattern=whole(TAG.pattern), max_length=TAG_LENGTH_MAX, examples=["vip"])]


class StateBody(Struct, frozen=True, forbid_unknown_fields=True):
    """`inactive` keeps points but neither earns nor spends; `blocked` and `closed` do not exist for partners; `closed` is
    final, but for a merge that is undone.
    """

    state: Literal["active", "inactive", "blocked", "closed"]
    reason: Reason


class TagsBody(Struct, frozen=True, forbid_unknown_fields=True):
    """All of the member's tags: words that rules and segments may ask for. They say nothing that only the member may know."""

    tags: Annotated[list[Tag], Meta(max_length=TAGS_MAX)]


class TierBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A tier of the program, to the end of the day `until` (null: for good); null is the program's entry tier."""

    tier: Annotated[str, Meta(min_length=1, max_length=64)] | None
    until: Day | None = None
    reason_code: ReasonCode
    note: Reason | None = None


class MergeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The member who is the same person, and whose everything goes to the one that the path names."""

    merged_member_id: ShortText
    reason: Reason


class UndoBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Why they are two after all."""

    reason: Reason


class Carried(TypedDict):
    """Points that went with the merged member, or came back: spendable, still waiting, owed."""

    active: Count
    pending: Count
    debt: Count


class Merge(TypedDict):
    """A merge. `points` are what was carried, or has gone back; `account` is the survivor's, right after it."""

    merge_id: str
    state: Literal["merged", "undone"]
    survivor_id: str
    merged_id: str
    reason: str
    points: Carried
    undo_until: Instant
    account: Account


@standing.endpoint(
    "POST",
    "/v1/members/{member_id}/state",
    action=Action.CHANGE_MEMBER_STATE,
    body=StateBody,
    answer=StaffMember,
    errors=(MemberNotFoundError, MemberNotActiveError, ConflictRetryError),
)
def change_state(call: Call[StaffCaller, StateBody], member_id: str) -> Mapping[str, Any]:
    """Let a member earn and spend, or not; points expire in every state. The same state again changes nothing."""
    app, asked = application(), call.input
    if asked.state == "closed":
        require(call.caller, Action.CLOSE_MEMBER)

    def record(member: Member) -> Sequence[Write]:
        before, after = {"state": member.state}, {"state": asked.state}
        target = f"member:{member_id}"
        action = Action.CHANGE_MEMBER_STATE
        return [app.audit.write(call.caller, action, target, before=before, after=after, reason=asked.reason)]

    return staff_member_view(app.members.change_state(member_id, asked.state, record=record), unmasked=False)


@standing.endpoint(
    "PUT",
    "/v1/members/{member_id}/tags",
    action=Action.CHANGE_MEMBER_TAGS,
    body=TagsBody,
    answer=StaffMember,
    errors=(MemberNotFoundError, MemberNotActiveError, ConflictRetryError),
)
def change_tags(call: Call[StaffCaller, TagsBody], member_id: str) -> Mapping[str, Any]:
    """Put these tags on the member in place of those that were there. The same tags again change nothing."""
    app, tags = application(), sorted({*call.input.tags})

    def record(member: Member) -> Sequence[Write]:
        before, after = {"tags": [*member.tags]}, {"tags": tags}
        target = f"member:{member_id}"
        return [app.audit.write(call.caller, Action.CHANGE_MEMBER_TAGS, target, before=before, after=after)]

    return staff_member_view(app.members.change_tags(member_id, tags, record=record), unmasked=False)


@standing.endpoint(
    "POST",
    "/v1/members/{member_id}/tier",
    action=Action.CHANGE_MEMBER_TIER,
    body=TierBody,
    answer=Account,
    errors=(MemberNotFoundError, MemberNotActiveError, ConflictRetryError),
)
def change_tier(call: Call[StaffCaller, TierBody], member_id: str) -> Mapping[str, Any]:
    """Give the member a tier. The one that they have, to the same day, changes nothing: to ask again is no harm."""
    app, asked = application(), call.input

    def record(before: LedgerAccount) -> Sequence[Write]:
        was = {"tier": before.tier or None, "until": before.tier_until or None}
        after = {"tier": asked.tier, "until": asked.until and asked.until.isoformat(), "reason_code": asked.reason_code}
        target, note = f"member:{member_id}", asked.note or ""
        return [
            app.audit.write(
                call.caller, Action.CHANGE_MEMBER_TIER, target, before=was, after=after, reason=note, pointer="/note"
            )
        ]

    command = SetTier(asked.tier or "", asked.until, asked.reason_code)
    return app.tiers.set(member_id, command, record=record)


@standing.endpoint(
    "GET",
    "/v1/members/{member_id}/tier",
    action=Action.READ_ACCOUNT,
    query=PageQuery,
    answer=TierPage,
    errors=(MemberNotFoundError, CursorInvalidError),
)
def show_tier(call: Call[StaffCaller, PageQuery], member_id: str) -> Mapping[str, Any]:
    """The member's tier with the way to the next one, and its history, newest first."""
    app = application()
    shown = app.ledger.show_account(member_id)["tier"]
    fetch = partial(app.tier_history.list_changes, member_id)
    page = app.cursors.page(call.input, fetch, caller=call.caller.name, listing=f"tier {member_id}")
    return {"tier": shown, **page, "archived_before": app.ledger.archived_before(member_id, page)}


@standing.endpoint(
    "POST",
    "/v1/members/{member_id}/merges",
    action=Action.MERGE_MEMBERS,
    status=201,
    body=MergeBody,
    answer=Merge,
    needs_key=True,
    errors=(
        MemberNotFoundError,
        MemberNotActiveError,
        MembershipsBothRunError,
        RedemptionsOpenError,
        IdempotencyKeyReusedError,
        ConflictRetryError,
    ),
)
def merge(call: Call[StaffCaller, MergeBody], member_id: str) -> Outcome:
    """Merge a duplicate into this member: points with their last days, other wallets, phone, e-mail, card and login."""
    app, asked = application(), call.input
    after = {"merged_member_id": asked.merged_member_id, "idempotency_key": call.idempotency_key}
    target = f"member:{member_id}"
    record = app.audit.write(call.caller, Action.MERGE_MEMBERS, target, after=after, reason=asked.reason)
    return app.merges.merge(
        member_id,
        asked.merged_member_id,
        reason=asked.reason,
        actor=call.caller.subject,
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
        others=[record],
    )


@standing.endpoint("GET", "/v1/merges/{merge_id}", action=Action.MERGE_MEMBERS, answer=Merge, errors=(NotFoundError,))
def show_merge(_call: Call[StaffCaller, Nothing], merge_id: str) -> Mapping[str, Any]:
    """A merge as it stands."""
    return application().merges.load(merge_id)


@standing.endpoint(
    "POST",
    "/v1/merges/{merge_id}/undo",
    action=Action.MERGE_MEMBERS,
    body=UndoBody,
    answer=Merge,
    errors=(
        NotFoundError,
        TooLateError,
        InsufficientPointsError,
        InsufficientStoredValueError,
        MemberAlreadyExistsError,
        MemberNotActiveError,
        ConflictRetryError,
    ),
)
def undo_merge(call: Call[StaffCaller, UndoBody], merge_id: str) -> Outcome:
    """Two again: all that was carried goes back, while the program's days last and it is not spent."""
    app = application()
    after = {"decision": "undone"}
    target = f"merge:{merge_id}"
    record = app.audit.write(call.caller, Action.MERGE_MEMBERS, target, after=after, reason=call.input.reason)
    return app.merges.undo(merge_id, actor=call.caller.subject, others=[record])
