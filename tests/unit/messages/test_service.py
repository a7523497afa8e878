"""Sending: once, with consent, not at night, and at most twice even where somebody dies at the worst moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from factories import make_program
from quen.errors import NotFoundError, TemporarilyUnavailableError
from quen.messages.model import LEASE_SECONDS
from quen.messages.ports import DeliveryRefusedError
from quen.messages.service import QUEUE_DELAY_SECONDS_MAX
from quen.program.model import MessagePolicy
from unit.messages.fakes import FakeProfile, Post, make_intent

QUIET = make_program(messages=MessagePolicy("hello@quen.example", "CAPHEQUEN", time(22), time(7)))


def test_a_message_is_sent_once_however_often_its_intent_comes():
    post = Post()
    assert [post.messages.send(make_intent()) for _ in range(3)] == ["SENT"] * 3
    [(address, sender, content)] = post.email.sent
    assert (address, sender) == ("hoa@example.com", "stack@example.com")
    assert content.subject == "[QC] Cà phê Quen chúc mừng sinh nhật bạn"
    message = post.stored()
    assert (message.state, message.channel, message.provider_id) == ("SENT", "email", "provider-1")
    assert (message.address_hint, message.locale) == ("h***@e***.com", "vi")


def test_another_period_is_another_message():
    post = Post()
    post.messages.send(make_intent())
    post.messages.send(replace(make_intent(), period="2027"))
    assert post.sent == 2


def test_the_program_names_the_senders():
    post = Post(FakeProfile(email=None), QUIET)
    post.messages.send(make_intent())
    assert [(address, sender) for address, sender, _ in post.sms.sent] == [("+84901234567", "CAPHEQUEN")]
    post = Post(program=QUIET)
    post.messages.send(make_intent())
    assert post.email.sent[0][1] == "hello@quen.example"


def test_a_stack_without_a_sender_sends_no_mail():
    post = Post(email_from="")
    assert post.messages.send(make_intent()) == "SENT"
    assert (len(post.email.sent), len(post.sms.sent)) == (0, 1)
    post = Post(FakeProfile(phone=None), email_from="")
    assert post.messages.send(make_intent()) == "SUPPRESSED_NO_ADDRESS"


@pytest.mark.parametrize(
    ("locale", "subject"),
    [("en-GB", "[QC] Happy birthday from Cà phê Quen"), (None, "[QC] Cà phê Quen chúc mừng sinh nhật bạn")],
)
def test_the_member_is_told_in_their_language(locale, subject):
    post = Post(FakeProfile(locale=locale))
    post.messages.send(make_intent())
    assert post.email.sent[0][2].subject == subject


def test_without_consent_nothing_is_sent_and_a_later_yes_does_not_bring_it_back():
    post = Post(FakeProfile(granted=()))
    assert post.messages.send(make_intent()) == "SUPPRESSED_NO_CONSENT"
    post.set_profile(granted=("marketing",))
    assert post.messages.send(make_intent()) == "SUPPRESSED_NO_CONSENT"
    assert post.sent == 0


@pytest.mark.parametrize("state", ["inactive", "blocked", "closed"])
def test_who_takes_no_part_is_told_nothing(state):
    post = Post(FakeProfile(state=state))
    assert post.messages.send(make_intent()) == "SUPPRESSED_NOT_ACTIVE"


def test_who_is_gone_is_told_nothing():
    post = Post()
    post.profiles.profile = None
    assert post.messages.send(make_intent()) == "SUPPRESSED_NOT_ACTIVE"


def test_at_night_a_message_is_held_and_sent_in_the_morning():
    post = Post(program=QUIET)
    post.clock.instant = datetime(2026, 11, 22, 23, 40, tzinfo=UTC)  # 06:40 in Saigon
    assert post.messages.send(make_intent()) == "HELD_QUIET_HOURS"
    assert post.stored().held_until == datetime(2026, 11, 23, tzinfo=UTC)
    hops = 0
    while post.queue.waiting:
        [(intent, delay)] = post.queue.waiting
        assert 0 < delay <= QUEUE_DELAY_SECONDS_MAX
        post.queue.waiting.clear()
        post.clock.advance(seconds=delay)
        post.messages.receive(intent.body())
        hops += 1
    assert hops == 2
    assert post.clock.instant == datetime(2026, 11, 23, tzinfo=UTC)
    assert (post.sent, post.stored().state) == (1, "SENT")


def test_a_consent_taken_back_during_the_night_counts():
    post = Post(program=QUIET)
    post.clock.instant = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
    post.messages.send(make_intent())
    post.set_profile(granted=())
    post.clock.advance(hours=8)
    assert post.messages.send(make_intent()) == "SUPPRESSED_NO_CONSENT"


def test_holding_writes_once_a_night():
    post = Post(program=QUIET)
    post.clock.instant = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
    for _ in range(5):
        post.messages.send(make_intent())
        post.clock.advance(minutes=15)
    assert post.records.writes == 1


def test_what_the_provider_refuses_is_raised_and_tried_again():
    post = Post()
    post.email.error = DeliveryRefusedError("MessageRejected")
    for _ in range(4):
        with pytest.raises(DeliveryRefusedError):
            post.messages.send(make_intent())
    assert (post.stored().state, post.stored().error) == ("FAILED", "MessageRejected")
    post.email.error = None
    assert post.messages.send(make_intent()) == "SENT"
    assert (post.sent, post.stored().error) == (1, "")


def test_who_dies_after_the_provider_said_yes_leaves_one_duplicate_at_most():
    post = Post()
    for death in range(4):
        post.records.fails_at_write = post.records.writes + 2  # the note that it was sent
        try:
            post.messages.send(make_intent())
        except KeyboardInterrupt:
            assert death < 2
        post.wall.advance(seconds=LEASE_SECONDS)
    post.records.fails_at_write = 0
    assert post.messages.send(make_intent()) == "FAILED"
    assert (post.sent, post.stored().error) == (2, "outcome_unknown")


def test_one_death_is_made_good_by_the_next_delivery():
    post = Post()
    post.records.fails_at_write = 2
    with pytest.raises(KeyboardInterrupt):
        post.messages.send(make_intent())
    with pytest.raises(TemporarilyUnavailableError):  # it may still be at work
        post.messages.send(make_intent())
    post.wall.advance(seconds=LEASE_SECONDS)
    assert post.messages.send(make_intent()) == "SENT"
    assert post.sent == 2


def test_nobody_knows_is_not_a_no():
    post = Post()
    post.email.error = TemporarilyUnavailableError()
    with pytest.raises(TemporarilyUnavailableError):
        post.messages.send(make_intent())
    assert (post.stored().state, post.stored().tries) == ("PENDING", 1)


def test_two_deliveries_at_once_send_one_message():
    post = Post()
    deliver = post.email.send

    def deliver_twice(*arguments):
        with pytest.raises(TemporarilyUnavailableError):
            post.messages.send(make_intent())
        return deliver(*arguments)

    post.email.send = deliver_twice  # type: ignore[method-assign]
    assert post.messages.send(make_intent()) == "SENT"
    assert post.sent == 1


def test_a_stack_without_a_program_keeps_the_intent_in_the_queue():
    post = Post()
    post.programs.program = None
    with pytest.raises(NotFoundError):
        post.messages.send(make_intent())
    assert post.stored().state == "PENDING"


def test_a_held_message_waits_no_longer_than_the_quiet():
    post = Post(program=QUIET)
    post.clock.instant = datetime(2026, 11, 22, 23, 59, 30, tzinfo=UTC) + timedelta(milliseconds=5)
    post.messages.send(make_intent())
    assert [delay for _, delay in post.queue.waiting] == [30]
