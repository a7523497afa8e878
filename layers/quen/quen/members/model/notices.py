"""What of a change its member is warned of, and where: whoever takes an account over changes first where it can be reached.

A phone number or an address that was replaced is remembered for FORMER_DAYS, for warnings alone; and so is that one which was
added was not there before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from quen.members.model.values import Former, Member

FORMER_DAYS = 7

Noticed = Literal[
    "phone_changed",
    "email_changed",
    "login_changed",
    "card_blocked",
    "card_replaced",
    "member_blocked",
    "member_closed",
    "member_merged",
]


def noticed(before: Member, after: Member) -> tuple[Noticed, ...]:
    """What the member is warned of, where the profile becomes that. What is there for the first time is no danger."""
    return (*_of_contact(before, after), *_of_cards(before, after), *_of_state(before, after))


def keep_former(before: Member, after: Member, now: datetime) -> Member:
    """The profile after a change, with what it was reached by before, for FORMER_DAYS; and without what that is over for."""
    if after == before:
        return before  # a change of nothing stays one
    until = now + timedelta(days=FORMER_DAYS)
    left = [known for known in after.former if known.until > now]
    was_reached = bool(before.phone or before.email)  # who enrols was not
    for kind in ("phone", "email"):
        was: str | None = getattr(before, kind)
        kept = {known.address for known in left if known.kind == kind}
        # The first of several changes counts: whoever makes two in a row must not push the member's own address out.
        is_kept = bool(kept - {""} if was else kept)
        if was_reached and was != getattr(after, kind) and not is_kept:
            left.append(Former(kind, was or "", until))
    return replace(after, former=tuple(left))


def _of_contact(before: Member, after: Member) -> Iterator[Noticed]:
    if before.phone and before.phone != after.phone:
        yield "phone_changed"
    if before.email and before.email != after.email:
        yield "email_changed"
    if before.login_key and before.login_key != after.login_key:
        yield "login_changed"


def _of_cards(before: Member, after: Member) -> Iterator[Noticed]:
    """A merge, and its end, move cards without blocking them."""
    known = {card.digest for card in before.cards}
    works = {card.digest for card in before.cards if not card.is_blocked}
    if any(card.is_blocked and card.digest in works for card in after.cards):
        yield "card_replaced" if any(card.digest not in known for card in after.cards) else "card_blocked"


def _of_state(before: Member, after: Member) -> Iterator[Noticed]:
    if after.merged_into and not before.merged_into:
        yield "member_merged"
    elif after.state != before.state and after.state == "blocked":
        yield "member_blocked"
    elif after.state != before.state and after.state == "closed":
        yield "member_closed"
