"""Where members are warned of what somebody may have done in their name."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from factories import make_program
from quen.members.model import FORMER_DAYS, Member, keep_former
from quen.messages.model import Intent, Route
from quen.messages.ports import DeliveryRefusedError
from quen.messages.routing import addresses_of, known_first, routes_of
from quen.messages.security import security_addresses
from quen.program.model import Channel, MessageCap, MessagePolicy
from unit.members.fakes import make_member
from unit.messages.fakes import MEMBER, FakeProfile, Post, make_intent, plain_words

NOW = datetime(2026, 12, 1, tzinfo=UTC)
OLD = replace(make_member(), phone="+84901234567", email="hoa@example.com")
TAKEN_OVER = keep_former(OLD, replace(OLD, phone="+84909999999"), NOW)


def routes_to_warn_by(
    member: Member, channels: tuple[Channel, ...], now: datetime = NOW + timedelta(days=1)
) -> tuple[Route, ...]:
    """The ways of a warning, in the order in which they are tried."""
    addresses = addresses_of("security", member, now, has_mail_sender=True)
    routes = routes_of("security", channels, addresses, member.consents_to)
    assert not isinstance(routes, str)
    return known_first(routes, member, now)


def test_a_warning_goes_to_the_old_number_while_it_is_remembered_and_to_the_new_one_after() -> None:
    addresses = security_addresses(TAKEN_OVER, NOW)
    assert addresses == {"email": "hoa@example.com", "sms": OLD.phone, "zalo": OLD.phone, "push": None}
    assert security_addresses(TAKEN_OVER, NOW + timedelta(days=FORMER_DAYS))["sms"] == "+84909999999"


def test_who_takes_the_address_out_is_warned_of_at_it() -> None:
    without = keep_former(OLD, replace(OLD, email=None), NOW)
    assert (without.email, security_addresses(without, NOW)["email"]) == (None, "hoa@example.com")


def test_two_changes_in_a_row_do_not_push_the_member_s_own_number_out() -> None:
    twice = keep_former(TAKEN_OVER, replace(TAKEN_OVER, phone="+84908888888"), NOW + timedelta(days=1))
    assert security_addresses(twice, NOW + timedelta(days=2))["sms"] == OLD.phone


def test_whoever_takes_an_account_over_hears_last_of_what_they_do() -> None:
    """They add their own address first, which is no danger by itself, and then change the member's number."""
    own = replace(OLD, email=None)
    added = keep_former(own, replace(own, email="thief@example.com"), NOW)
    moved = keep_former(added, replace(added, phone="+84909999999"), NOW + timedelta(minutes=1))
    for profile in (added, moved):
        assert routes_to_warn_by(profile, ("email", "zalo", "sms")) == (
            Route("zalo", str(OLD.phone)),
            Route("sms", str(OLD.phone)),
            Route("email", "thief@example.com"),
        )
    assert routes_to_warn_by(moved, ("email", "sms"), NOW + timedelta(days=FORMER_DAYS + 1))[0].channel == "email"


def test_an_address_that_was_added_lately_is_remembered_too_once_it_is_replaced() -> None:
    added = keep_former(replace(OLD, email=None), OLD, NOW)
    replaced = keep_former(added, replace(added, email="thief@example.com"), NOW)
    again = keep_former(replaced, replace(replaced, email="other@example.com"), NOW)
    assert routes_to_warn_by(again, ("email", "sms")) == (
        Route("sms", str(OLD.phone)),
        Route("email", str(OLD.email)),
    )


def test_who_enrols_or_has_one_address_is_warned_at_what_there_is() -> None:
    enrolled = keep_former(replace(OLD, phone=None, email=None), OLD, NOW)
    assert enrolled.former == ()
    added = keep_former(replace(OLD, email=None), OLD, NOW)
    assert routes_to_warn_by(added, ("email",)) == (Route("email", str(OLD.email)),)


def warn(post: Post, number: int, what: str = "email_changed") -> str:
    return post.messages.send(Intent(MEMBER, "security", f"{number}.{what}", {"what": what}))


def test_the_same_warning_comes_three_times_a_day_and_no_oftener() -> None:
    """Whoever changes an address to and fro must not make the shop send a text message each time."""
    post = Post(FakeProfile(email=None))
    assert [warn(post, number) for number in range(1, 5)] == ["SENT", "SENT", "SENT", "SUPPRESSED_CAP"]
    assert warn(post, 5, "phone_changed") == "SENT"
    post.clock.advance(days=1)
    assert warn(post, 6) == "SENT"
    assert (post.sent, len(post.records.recent[MEMBER].sends)) == (5, 1)


def test_warnings_leave_offers_their_room_and_the_other_way_round() -> None:
    post = Post(program=make_program(messages=MessagePolicy(caps=(MessageCap(1, 7),))), write=plain_words)
    assert warn(post, 1) == "SENT"
    assert post.messages.send(make_intent("birthday")) == "SENT"
    assert post.messages.send(make_intent("win_back")) == "SUPPRESSED_CAP"
    assert warn(post, 2) == "SENT"


def test_a_warning_is_remembered_for_a_day_however_long_offers_are() -> None:
    post = Post(program=make_program(messages=MessagePolicy(caps=(MessageCap(9, 31),))), write=plain_words)
    for day in range(5):
        assert warn(post, day) == "SENT"
        post.clock.advance(days=1)
    post.messages.send(make_intent("birthday"))
    assert [one.key for one in post.records.recent[MEMBER].sends] == ["birthday:2026"]


def test_a_warning_that_was_refused_does_not_count() -> None:
    post = Post(FakeProfile(email=None))
    post.sms.error = DeliveryRefusedError("Throttling")
    for number in range(1, 4):
        with suppress(DeliveryRefusedError):
            warn(post, number)
    post.sms.error = None
    assert [warn(post, number) for number in (4, 1, 2, 3)] == ["SENT", "SENT", "SENT", "SUPPRESSED_CAP"]
