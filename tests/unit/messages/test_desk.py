"""A member's messages by the page: newest first, each once, whatever becomes of one meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from quen.errors import MemberNotFoundError, NotFoundError
from quen.messages.desk import MessageDesk, Place, Suppression
from quen.messages.model import Message
from unit.messages.fakes import FakeProfile, FakeProfiles

AT = datetime(2026, 12, 1, 2, tzinfo=UTC)
MESSAGES = [
    Message("mem_1", f"redeemed:red_{number}", f"msg_{number}", created_at=AT + timedelta(minutes=number // 2))
    for number in range(7)
]


class Kept:
    """Messages and suppressions of one member."""

    def __init__(self, *suppressed: str) -> None:
        self.messages = MESSAGES
        self.suppressed = set(suppressed)

    def list_messages(self, _member_id: str) -> list[Message]:
        return self.messages

    def find(self, channel: Any, address: str) -> Suppression | None:
        return Suppression(channel, "bounced", AT, "msg_1") if f"{channel}:{address}" in self.suppressed else None

    def lift(self, channel: Any, address: str, others: Any = ()) -> None:
        assert others == ["a record"]
        self.suppressed.remove(f"{channel}:{address}")


def make_desk(kept: Kept, profile: FakeProfile | None = FakeProfile()) -> MessageDesk:  # noqa: B008 - it is frozen
    return MessageDesk(kept, FakeProfiles(profile), kept)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_join_newest_first(limit: int) -> None:
    desk, found, place = make_desk(Kept()), [], None
    while True:
        page, place = desk.list_messages("mem_1", place, limit)
        found += [message.message_id for message in page]
        if place is None:
            break
        assert len(page) == limit
    assert found == [f"msg_{number}" for number in reversed(range(7))]


def test_what_becomes_of_a_message_does_not_move_it() -> None:
    kept = Kept()
    desk = make_desk(kept)
    first, place = desk.list_messages("mem_1", None, 3)
    later = AT + timedelta(days=1)
    kept.messages = [replace(message, state="DELIVERED", at=later, revision=9) for message in MESSAGES]
    rest: tuple[list[Message], Place | None] = desk.list_messages("mem_1", place, 100)
    assert [message.message_id for message in (*first, *rest[0])] == [f"msg_{number}" for number in reversed(range(7))]


def test_nobody_has_no_messages() -> None:
    desk = make_desk(Kept(), None)
    for ask in (lambda: desk.list_messages("mem_1", None, 1), lambda: desk.list_suppressions("mem_1")):
        with pytest.raises(MemberNotFoundError):
            ask()


def test_only_the_member_s_own_address_is_lifted() -> None:
    kept = Kept("email:hoa@example.com", "sms:+84909999999")
    desk = make_desk(kept, FakeProfile(email="hoa@example.com", phone="+84901234567"))
    assert [one.channel for one in desk.list_suppressions("mem_1")] == ["email"]
    for channel in ("sms", "zalo", "push", "pigeon", ""):
        with pytest.raises(NotFoundError):
            desk.lift("mem_1", channel, lambda _: ["a record"])
    desk.lift("mem_1", "email", lambda _: ["a record"])
    assert desk.list_suppressions("mem_1") == []


def test_a_member_without_an_address_has_none_that_is_suppressed() -> None:
    desk = make_desk(Kept("email:", "sms:"), FakeProfile(email=None, phone=None))
    assert desk.list_suppressions("mem_1") == []
