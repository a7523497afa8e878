"""What members were told, and where nothing goes any more: as support reads it, and as members see their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, get_args

from msgspec import Struct

from quen.errors import NotFoundError
from quen.messages.model import Message
from quen.program.model import Channel
from quen.writes import Write

Place = list[str]
"""Where a page of a list ends, as a cursor keeps it: the instant and the key of its last message."""


class Suppression(Struct, frozen=True):
    """Why nothing goes to an address of that channel, since when, and after which message."""

    channel: Channel
    reason: str
    at: datetime
    message_id: str


Record = Callable[[Suppression], Sequence[Write]]
"""The writes that go with lifting it."""


class Profile(Protocol):
    """Where a member can be reached."""

    @property
    def email(self) -> str | None:
        """Where mail goes, normalised."""

    @property
    def phone(self) -> str | None:
        """Where text messages go, E.164."""


class Profiles(Protocol):
    """Who members are."""

    def load(self, member_id: str) -> Profile:
        """The profile. Raises MemberNotFoundError."""


class MessageLists(Protocol):
    """What became of messages."""

    def list_messages(self, member_id: str) -> Sequence[Message]:
        """All that a member was told, or was not, for as long as it is kept."""


class SuppressionRecords(Protocol):
    """Addresses that are left alone. Every method may raise TemporarilyUnavailableError."""

    def find(self, channel: Channel, address: str) -> Suppression | None:
        """Why nothing goes there; None where it is written to."""

    def lift(self, channel: Channel, address: str, others: Sequence[Write] = ()) -> None:
        """Write to it again, and in the same transaction the others.

        Raises NotFoundError where it is not suppressed (any more), ConflictRetryError.
        """


class MessageDesk:
    """Lists a member's messages; lets an address be tried again. Every method raises MemberNotFoundError."""

    def __init__(self, messages: MessageLists, profiles: Profiles, suppressions: SuppressionRecords) -> None:
        self._messages = messages
        self._profiles = profiles
        self._suppressions = suppressions

    def list_messages(self, member_id: str, before: Place | None, limit: int) -> tuple[list[Message], Place | None]:
        """A page of what the member was told, newest first, and the place before which the next page begins."""
        self._profiles.load(member_id)
        newest_first = sorted(self._messages.list_messages(member_id), key=_place, reverse=True)
        left = [message for message in newest_first if before is None or _place(message) < before]
        page = left[:limit]
        return page, _place(page[-1]) if len(left) > limit else None

    def list_suppressions(self, member_id: str) -> list[Suppression]:
        """The ways to the member that are closed, in the order of channels."""
        profile = self._profiles.load(member_id)
        found = (self._find(profile, channel) for channel in get_args(Channel))
        return [suppression for suppression in found if suppression]

    def lift(self, member_id: str, channel: str, record: Record) -> None:
        """The member's address of that channel is tried again. Raises NotFoundError where it is not suppressed, or there is
        no such address or channel, ConflictRetryError.
        """
        profile = self._profiles.load(member_id)
        known: Any = channel if channel in get_args(Channel) else None
        suppression = self._find(profile, known) if known else None
        if suppression is None:
            raise NotFoundError
        self._suppressions.lift(known, _address(profile, known), record(suppression))

    def _find(self, profile: Profile, channel: Channel) -> Suppression | None:
        address = _address(profile, channel)
        return self._suppressions.find(channel, address) if address else None


def _address(profile: Profile, channel: Channel) -> str:
    """Where the member is reached that way; empty where they are not."""
    ways = {"email": profile.email, "sms": profile.phone, "zalo": profile.phone}
    return ways.get(channel) or ""


def _place(message: Message) -> Place:
    """Where it stands in a list: what becomes of a message does not move it."""
    return [message.created_at.isoformat() if message.created_at else "", message.key]
