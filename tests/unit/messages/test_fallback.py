"""The ways to a member are tried in turn: one that does not work gives way to the next, and says why."""

from __future__ import annotations

import pytest

from factories import make_program
from quen.errors import TemporarilyUnavailableError
from quen.messages.ports import DeliveryRefusedError
from quen.program.model import MessagePolicy
from unit.messages.fakes import FakeProfile, Post, make_intent, plain_words

EVERYWHERE = make_program(messages=MessagePolicy(channels=("zalo", "push", "email", "sms")))


def attempts(post: Post) -> list[tuple[str, str, str]]:
    return [(one.channel, one.outcome, one.code) for one in post.stored().attempts]


def test_a_channel_that_is_not_set_up_is_skipped():
    post = Post(program=EVERYWHERE)
    assert post.messages.send(make_intent("welcome")) == "SENT"
    assert (len(post.email.sent), attempts(post)) == (1, [("email", "accepted", "")])


def test_the_programs_first_way_that_is_set_up_is_taken():
    post = Post(program=EVERYWHERE, channels=("zalo", "email", "sms"))
    post.messages.send(make_intent("welcome"))
    assert [message.address for message in post.zalo.messages] == ["+84901234567"]
    assert post.sent == 1


def test_a_stack_without_any_channel_that_the_program_names_tells_nobody():
    post = Post(channels=("zalo",))
    assert post.messages.send(make_intent("welcome")) == "SUPPRESSED_NO_ADDRESS"


def test_a_bad_address_gives_way_to_the_next_channel_and_is_not_tried_again():
    post = Post()
    post.email.error = DeliveryRefusedError("InvalidRecipient", "address")
    assert post.messages.send(make_intent("welcome")) == "SENT"
    assert attempts(post) == [("email", "address_refused", "InvalidRecipient"), ("sms", "accepted", "")]
    assert post.suppressions.reasons == {("email", "hoa@example.com"): "refused"}
    assert (post.stored().channel, post.stored().error, post.stored().duplicates) == ("sms", "", 0)
    post.email.error = None
    assert post.messages.send(make_intent("expired")) == "SENT"
    assert (len(post.email.sent), len(post.sms.sent)) == (0, 2)


def test_a_member_whose_every_address_is_bad_is_not_reached():
    post = Post()
    post.email.error = post.sms.error = DeliveryRefusedError("no", "address")
    assert post.messages.send(make_intent("welcome")) == "SUPPRESSED_NO_ADDRESS"
    assert [channel for channel, _, _ in attempts(post)] == ["email", "sms"]
    assert post.messages.send(make_intent("welcome")) == "SUPPRESSED_NO_ADDRESS"


def test_a_channel_that_does_not_work_gives_way_and_leaves_the_address_alone():
    post = Post()
    post.email.error = DeliveryRefusedError("MessageRejected", "channel")
    assert post.messages.send(make_intent("welcome")) == "SENT"
    assert attempts(post) == [("email", "refused", "MessageRejected"), ("sms", "accepted", "")]
    assert post.suppressions.reasons == {}


def test_where_no_channel_works_the_operator_is_told_and_a_redrive_sends_it():
    post = Post()
    post.email.error = post.sms.error = DeliveryRefusedError("no_template", "channel")
    with pytest.raises(DeliveryRefusedError, match="no_template"):
        post.messages.send(make_intent("welcome"))
    assert (post.stored().state, post.stored().error) == ("FAILED", "no_template")
    post.email.error = None
    assert post.messages.send(make_intent("welcome")) == "SENT"
    assert (len(post.email.sent), attempts(post)[-1]) == (1, ("email", "accepted", ""))


def test_a_throttled_provider_is_asked_again_and_no_other():
    post = Post()
    post.email.error = DeliveryRefusedError("TooManyRequestsException")
    with pytest.raises(DeliveryRefusedError):
        post.messages.send(make_intent("welcome"))
    assert (post.sent, post.suppressions.reasons) == (0, {})
    assert attempts(post) == [("email", "refused", "TooManyRequestsException")]


def test_a_second_send_after_an_unknown_outcome_is_counted():
    post = Post()
    post.email.error = TemporarilyUnavailableError()
    with pytest.raises(TemporarilyUnavailableError):
        post.messages.send(make_intent("welcome"))
    post.email.error = None
    post.wall.advance(minutes=2)
    assert post.messages.send(make_intent("welcome")) == "SENT"
    assert post.stored().duplicates == 1
    assert [message.message_id for message in post.oddities.duplicates] == [post.stored().message_id]


def test_a_second_try_that_is_refused_is_no_duplicate_and_uses_up_no_try():
    post = Post()
    post.email.error = TemporarilyUnavailableError()
    with pytest.raises(TemporarilyUnavailableError):
        post.messages.send(make_intent("welcome"))
    post.wall.advance(minutes=2)
    post.email.error = DeliveryRefusedError("TooManyRequestsException")
    for _ in range(3):
        with pytest.raises(DeliveryRefusedError):
            post.messages.send(make_intent("welcome"))
    assert (post.stored().tries, post.stored().duplicates) == (1, 0)
    post.email.error = None
    assert post.messages.send(make_intent("welcome")) == "SENT"
    assert post.stored().duplicates == 1


def test_a_warning_of_danger_goes_to_who_takes_no_part_and_agreed_to_nothing():
    post = Post(FakeProfile(state="closed", granted=()))
    assert post.messages.send(make_intent("welcome")) == "SUPPRESSED_NOT_ACTIVE"
    warned = Post(FakeProfile(state="closed", granted=()), write=plain_words)
    assert warned.messages.send(make_intent("security")) == "SENT"


def test_who_came_back_by_themselves_is_not_asked_to():
    post = Post(write=plain_words)
    post.returned.members.add(make_intent().member_id)
    assert post.messages.send(make_intent("win_back")) == "SUPPRESSED_OVERTAKEN"
    assert Post(write=plain_words).messages.send(make_intent("win_back")) == "SENT"


def test_the_record_keeps_what_support_reads():
    post = Post(FakeProfile(email=None), write=plain_words)
    post.messages.send(make_intent("birthday"))
    message = post.stored()
    assert (message.segments, message.price, message.provider_id) == (2, 1_600, "provider-1")
    assert (message.created_at, message.sent_at, message.delivered_at) == (post.clock.now(), post.clock.now(), None)
    assert message.intent == make_intent("birthday")


def test_advertising_says_where_it_is_refused_and_a_notice_does_not():
    post = Post(write=plain_words)
    post.messages.send(make_intent("birthday"))
    post.messages.send(make_intent("expired"))
    offer, notice = post.email.messages
    assert offer.unsubscribe_url == "https://quen.example/marketing_birthday_messages_email"
    assert (offer.is_marketing, offer.unsubscribe_url in offer.content.text) == (True, True)
    assert (notice.is_marketing, notice.unsubscribe_url) == (False, "")
