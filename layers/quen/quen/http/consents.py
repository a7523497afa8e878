"""What a member agreed to, as it is shown: what holds now, use by use and channel by channel, and every decision behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypedDict, get_args

from msgspec import Meta

from quen.http.scalars import Count, Cursor, Instant
from quen.instants import format_second
from quen.members.model import Consent, Member, may_profile
from quen.members.model.consents import SHARING, is_shared_with, latest_decisions
from quen.messages.model import MARKETING, TRANSACTIONAL
from quen.program.model import Channel

Source = Literal["app", "till", "staff", "one_click", "complaint", "import"]


class ConsentedUse(TypedDict):
    """Whether one use is allowed now: of messages by channel, of anything else (`channel` is null) at all."""

    use: str
    channel: Literal["email", "sms", "zalo", "push"] | None
    granted: bool


class ConsentRecord(TypedDict):
    """A decision, and how we know of it: `reference` is a request's or a message's id, or where a merge carried it over the
    place of its evidence.
    """

    sequence: Count
    purpose: str
    granted: bool
    text_version: Annotated[str, Meta(description="The text that was agreed to; `-`: none was read.")]
    recorded_at: Instant
    source: Source
    reference: str | None


class StaffConsentRecord(ConsentRecord):
    """A decision as staff see it. `recorded_by` is whoever was signed in, as a keyed hash, or the message that was answered."""

    recorded_by: str | None


class ConsentPage(TypedDict):
    """What holds now, and the decisions, newest first."""

    uses: list[ConsentedUse]
    items: list[ConsentRecord]
    next_cursor: Cursor | None


class StaffConsentPage(TypedDict):
    """The same for staff."""

    uses: list[ConsentedUse]
    items: list[StaffConsentRecord]
    next_cursor: Cursor | None


def uses_view(member: Member) -> list[dict[str, Any]]:
    """Every use that Quen makes of what it knows, and every partner about whom the member decided."""
    messages = [*dict.fromkeys(MARKETING.values()), TRANSACTIONAL]
    shown = [
        _use("terms", None, granted=member.consents_to("terms")),
        _use("profiling", None, granted=may_profile(member.consents)),
    ]
    shown += [
        _use(use, channel, granted=member.consents_to(f"{use}_messages_{channel}"))
        for use in messages
        for channel in get_args(Channel)
    ]
    decided = [one.purpose for one in latest_decisions(member.consents)]
    partners = [purpose.partition(":")[2] for purpose in decided if purpose.startswith(f"{SHARING}:")]
    return shown + [
        _use(f"{SHARING}:{partner}", None, granted=is_shared_with(member.consents, partner)) for partner in partners
    ]


def record_views(consents: Sequence[Consent]) -> list[dict[str, Any]]:
    """Decisions as the member sees them."""
    return [
        {
            "sequence": consent.sequence,
            "purpose": consent.purpose,
            "granted": consent.granted,
            "text_version": consent.text_version,
            "recorded_at": format_second(consent.recorded_at),
            "source": consent.proof.source,
            "reference": consent.proof.reference or None,
        }
        for consent in consents
    ]


def staff_record_views(consents: Sequence[Consent]) -> list[dict[str, Any]]:
    """Decisions as staff see them."""
    return [
        {**shown, "recorded_by": consent.proof.recorded_by or None}
        for shown, consent in zip(record_views(consents), consents, strict=True)
    ]


def _use(use: str, channel: str | None, *, granted: bool) -> dict[str, Any]:
    return {"use": use, "channel": channel, "granted": granted}
