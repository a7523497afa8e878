"""What providers tell later: delivered, come back, complained of; late, twice, too early, and of what nobody sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from factories import make_program
from quen.errors import MemberNotFoundError, TemporarilyUnavailableError
from quen.messages.model import DeliveryReport
from quen.messages.ports import DeliveryRefusedError
from quen.program.model import MessagePolicy
from unit.messages.fakes import MEMBER, NOON, FakeProfile, Post, make_intent, plain_words


def sent(kind: str = "welcome", **profile: object) -> Post:
    post = Post(FakeProfile(**profile), write=plain_words)  # type: ignore[arg-type]
    assert post.messages.send(make_intent(kind)) == "SENT"
    return post


def test_a_delivered_message_is_delivered_for_good():
    post = sent()
    post.wall.advance(seconds=9)
    post.clock.advance(seconds=9)
    assert post.messages.take_report(post.report("delivered")) == "DELIVERED"
    message = post.stored()
    assert (message.delivered_at, message.sent_at) == (NOON + timedelta(seconds=9), NOON)
    assert [attempt.outcome for attempt in message.attempts] == ["delivered"]
    assert post.messages.take_report(post.report("delivered")) == "DELIVERED"
    assert post.messages.take_report(post.report("bounced")) == "DELIVERED"
    assert post.stored() == message
    assert post.messages.send(make_intent("welcome")) == "DELIVERED"
    assert (post.sent, post.queue.waiting) == (1, [])


def test_a_sandbox_tells_times_by_its_own_clock():
    post = sent()
    post.clock.advance(days=30)
    post.messages.take_report(post.report("delivered"))
    assert post.stored().delivered_at == NOON + timedelta(days=30)


def test_a_bounce_brings_the_next_channel():
    post = sent()
    assert post.messages.take_report(post.report("bounced", reason="MailboxFull")) == "BOUNCED"
    assert (post.stored().error, post.suppressions.reasons) == ("MailboxFull", {})
    post.pass_on()
    message = post.stored()
    assert (message.state, message.channel, message.duplicates, message.error) == ("SENT", "sms", 0, "")
    assert [(one.channel, one.outcome) for one in message.attempts] == [("email", "bounced"), ("sms", "accepted")]
    assert post.messages.take_report(post.report("bounced")) == "SENT"  # old news
    assert post.queue.waiting == []


def test_a_bounce_without_another_channel_is_the_end():
    post = sent(phone=None)
    post.messages.take_report(post.report("bounced"))
    post.pass_on()
    post.messages.send(make_intent("welcome"))
    assert (post.stored().state, post.sent) == ("BOUNCED", 1)


def test_a_bounce_that_comes_twice_before_the_next_try_is_one():
    post = sent()
    for _ in range(2):
        post.messages.take_report(post.report("bounced"))
    post.pass_on()
    assert (len(post.email.sent), len(post.sms.sent)) == (1, 1)


def test_an_address_that_bounces_for_good_is_left_alone():
    post = sent()
    post.messages.take_report(post.report("bounced", is_permanent=True))
    assert post.suppressions.reasons == {("email", "hoa@example.com"): "bounced"}
    assert post.messages.send(make_intent("expired")) == "SENT"
    assert len(post.sms.sent) == 1


def test_the_address_that_the_report_names_is_the_one_left_alone():
    post = sent()
    post.set_profile(email="new@example.org")
    post.messages.take_report(post.report("bounced", is_permanent=True, address="hoa@example.com"))
    assert list(post.suppressions.reasons) == [("email", "hoa@example.com")]


def test_a_new_address_is_not_blamed_for_the_old_one():
    post = sent()
    post.set_profile(email="moved@other.org")
    post.messages.take_report(post.report("bounced", is_permanent=True))
    assert post.suppressions.reasons == {}


def test_a_complaint_ends_advertising_that_way_and_leaves_the_state():
    post = sent("birthday")
    post.messages.take_report(post.report("delivered"))
    for _ in range(2):
        assert post.messages.take_report(post.report("complained")) == "DELIVERED"
    proof = post.stored().message_id
    assert post.withdrawals.withdrawn == [
        (MEMBER, "marketing_messages_email", "complaint", proof),
        (MEMBER, "marketing_birthday_messages_email", "complaint", proof),
    ]
    assert post.stored().complained_at == NOON
    assert post.suppressions.reasons == {("email", "hoa@example.com"): "complained"}


def test_a_complaint_about_a_notice_withdraws_advertising_alone():
    post = sent()
    post.messages.take_report(post.report("complained"))
    assert [purpose for _, purpose, _, _ in post.withdrawals.withdrawn] == ["marketing_messages_email"]


def test_a_complaint_of_who_is_gone_is_taken():
    post = sent()
    report = post.report("complained")

    def refuse(*_arguments: str) -> None:
        raise MemberNotFoundError

    post.withdrawals.withdraw = refuse  # type: ignore[method-assign]
    post.profiles.profile = None
    assert post.messages.take_report(report) == "SENT"
    assert post.stored().complained_at == NOON


def test_a_report_that_is_faster_than_our_note_settles_what_nobody_knew():
    """The sender has died after the provider's yes: the report says that it went out, and it is not sent again."""
    post = Post()
    post.records.fails_at_write = 2
    with pytest.raises(KeyboardInterrupt):
        post.messages.send(make_intent("welcome"))
    assert post.messages.take_report(post.report("delivered")) == "DELIVERED"
    assert post.messages.send(make_intent("welcome")) == "DELIVERED"
    assert (post.sent, post.stored().provider_id, post.stored().sent_at) == (1, "provider-1", NOON)


def test_a_bounce_that_is_faster_than_our_note_brings_the_next_channel():
    post = Post()
    deliver = post.email.send

    def deliver_and_bounce(message):
        provider_id = deliver(message)
        assert post.messages.take_report(post.report("bounced")) == "BOUNCED"
        return provider_id

    post.email.send = deliver_and_bounce  # type: ignore[method-assign]
    with pytest.raises(TemporarilyUnavailableError):
        post.messages.send(make_intent("welcome"))
    post.pass_on()
    assert (post.stored().state, post.stored().channel) == ("SENT", "sms")


def test_a_report_settles_what_was_given_up():
    post = Post(FakeProfile(phone=None))
    post.email.error = TemporarilyUnavailableError()
    for _ in range(2):
        with pytest.raises(TemporarilyUnavailableError):
            post.messages.send(make_intent("welcome"))
        post.wall.advance(minutes=2)
    assert post.messages.send(make_intent("welcome")) == "FAILED"
    assert post.messages.take_report(post.report("delivered")) == "DELIVERED"
    assert post.stored().error == ""


def unknown_and_then(then: str) -> Post:
    """A mail of which nobody knows whether it went out, and what came of its intent when that came again."""
    quiet = make_program(messages=MessagePolicy(quiet_from=time(22), quiet_to=time(8)))
    post = Post(FakeProfile(), quiet, write=plain_words)
    post.email.error = TemporarilyUnavailableError()
    with pytest.raises(TemporarilyUnavailableError):
        post.messages.send(make_intent("welcome"))
    post.wall.advance(minutes=6)
    post.clock.advance(hours=11 if then == "held" else 0)  # 23:00 in Saigon
    if then == "refused":
        post.email.error = DeliveryRefusedError("Throttling")
        with pytest.raises(DeliveryRefusedError):
            post.messages.send(make_intent("welcome"))
    else:
        post.messages.send(make_intent("welcome"))
    post.email.error = None
    return post


@pytest.mark.parametrize(("then", "state"), [("held", "HELD_QUIET_HOURS"), ("refused", "FAILED")])
def test_a_late_report_of_a_try_that_nobody_knew_of_keeps_the_next_one_from_being_made(then: str, state: str):
    post = unknown_and_then(then)
    assert post.stored().state == state
    assert post.messages.take_report(post.report("delivered")) == "DELIVERED"
    post.clock.advance(hours=12)
    assert post.messages.send(make_intent("welcome")) == "DELIVERED"
    assert (post.sent, post.stored().duplicates, post.stored().held_until) == (0, 0, None)


def test_a_late_bounce_of_a_try_that_nobody_knew_of_brings_the_next_channel():
    post = unknown_and_then("held")
    assert post.messages.take_report(post.report("bounced")) == "BOUNCED"
    post.clock.advance(hours=12)
    post.pass_on()
    assert (post.stored().state, post.stored().channel, post.sent) == ("SENT", "sms", 1)


def test_a_text_message_is_found_by_its_providers_name():
    post = sent(email=None)
    assert post.messages.take_report(post.report("delivered", "sms")) == "DELIVERED"
    assert post.oddities.unknown == []


def test_a_report_without_a_message_waits_a_minute_for_our_note_and_is_then_dropped():
    post = sent(email=None)
    early = replace(post.report("delivered", "sms"), provider_id="provider-2")
    with pytest.raises(TemporarilyUnavailableError):
        post.messages.take_report(early)
    post.wall.advance(minutes=1)
    assert post.messages.take_report(early) is None
    assert post.oddities.unknown == [early]


@pytest.mark.parametrize("changes", [{"member_id": "mem_9"}, {"key": "welcome:9"}, {"channel": "zalo"}])
def test_a_report_of_what_we_never_sent_is_dropped(changes):
    post = sent()
    report: DeliveryReport = replace(post.report("bounced", is_permanent=True), **changes)
    assert post.messages.take_report(report) is None
    assert (post.oddities.unknown, post.suppressions.reasons) == ([report], {})
    assert post.stored().state == "SENT"
