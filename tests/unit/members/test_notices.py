"""What of a change its member is warned of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from quen.members.model import FORMER_DAYS, Former, MemberCard, keep_former, noticed, united
from unit.members.fakes import make_member

NOW = datetime(2026, 12, 1, tzinfo=UTC)
CARD = MemberCard("crd_1", "app", "digest-1", "1234", NOW)
OTHER = MemberCard("crd_2", "plastic", "digest-2", "5678", NOW)
MEMBER = replace(make_member(), phone="+84901234567", email="hoa@example.com", login_key="login-1", cards=(CARD, OTHER))
LOST = replace(CARD, blocked_at=NOW, reason="lost")
NEW = MemberCard("crd_3", "app", "digest-3", "9012", NOW)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({}, ()),
        ({"name": "Hoa", "locale": "en", "tags": ("vip",)}, ()),
        ({"phone": "+84909999999"}, ("phone_changed",)),
        ({"phone": None, "email": "new@example.com"}, ("phone_changed", "email_changed")),
        ({"login_key": "login-2"}, ("login_changed",)),
        ({"cards": (LOST, OTHER)}, ("card_blocked",)),
        ({"cards": (LOST, OTHER, NEW)}, ("card_replaced",)),
        ({"cards": (CARD, OTHER, NEW)}, ()),
        ({"state": "blocked"}, ("member_blocked",)),
        ({"state": "closed"}, ("member_closed",)),
        ({"state": "inactive"}, ()),
    ],
)
def test_a_member_is_warned_of_what_somebody_else_might_have_done(change: dict[str, Any], what: tuple[str, ...]):
    assert noticed(MEMBER, replace(MEMBER, **change)) == what


def test_what_is_there_for_the_first_time_is_no_danger():
    imported = replace(MEMBER, email=None, login_key="")
    assert noticed(imported, MEMBER) == ()


def test_a_card_that_was_blocked_before_is_told_once():
    blocked = replace(MEMBER, cards=(LOST, OTHER))
    assert noticed(blocked, replace(blocked, cards=(LOST, OTHER, NEW))) == ()


def test_of_two_who_become_one_the_one_who_goes_is_warned():
    survivor, merged = MEMBER, replace(MEMBER, member_id="mem_0000000000000002", cards=(NEW,))
    after = united(survivor, merged, [("phone", "digest")])
    assert (noticed(survivor, after[0]), noticed(merged, after[1])) == ((), ("member_merged",))


def test_what_a_member_was_reached_by_is_kept_for_a_week_and_then_forgotten():
    moved = keep_former(MEMBER, replace(MEMBER, email="new@example.com"), NOW)
    until = NOW + timedelta(days=FORMER_DAYS)
    assert moved.former == (Former("email", "hoa@example.com", until),)
    assert keep_former(moved, replace(moved, name="Hoa"), until - timedelta(seconds=1)).former == moved.former
    assert keep_former(moved, replace(moved, name="Hoa"), until).former == ()


def test_a_change_of_nothing_stays_one():
    moved = keep_former(MEMBER, replace(MEMBER, email="new@example.com"), NOW)
    assert keep_former(moved, moved, NOW + timedelta(days=30)) is moved
