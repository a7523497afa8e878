"""What may not go now waits, and is asked again when its time comes: for consent, for its news, for its place in the day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from factories import make_program
from quen.messages.service import QUEUE_DELAY_SECONDS_MAX
from quen.program.model import MessagePolicy
from unit.messages.fakes import FakeProfile, Post, make_intent, plain_words

LATE = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # 23:00 in Saigon
SEVEN = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # 07:00 there
QUIET = make_program(messages=MessagePolicy(quiet_from=time(22), quiet_to=time(8)))


def make_post(now: datetime = LATE, program=None, **profile: object) -> Post:
    post = Post(FakeProfile(**profile), program, write=plain_words)  # type: ignore[arg-type]
    post.clock.instant = now
    return post


def test_an_offer_by_text_message_waits_for_the_morning_in_a_program_without_quiet_hours():
    post = make_post(email=None)
    assert post.messages.send(make_intent("birthday")) == "HELD_QUIET_HOURS"
    assert (post.stored().held_until, post.sent) == (SEVEN, 0)
    assert [delay for _, delay in post.queue.waiting] == [QUEUE_DELAY_SECONDS_MAX]
    post.clock.instant = SEVEN
    post.pass_on()
    assert (post.stored().state, post.stored().held_until, post.sent) == ("SENT", None, 1)


def test_an_offer_by_mail_does_not_wait_where_only_text_messages_must():
    assert make_post().messages.send(make_intent("birthday")) == "SENT"


def test_a_notice_waits_for_the_end_of_the_quiet_and_a_warning_of_danger_does_not():
    assert make_post(program=QUIET).messages.send(make_intent("expired")) == "HELD_QUIET_HOURS"
    assert make_post(program=QUIET).messages.send(make_intent("security")) == "SENT"


def test_an_offer_that_falls_from_mail_to_text_message_at_night_waits():
    post = make_post()
    post.messages.send(make_intent("birthday"))
    post.messages.take_report(post.report("bounced"))
    post.pass_on()
    assert (post.stored().state, post.stored().held_until) == ("HELD_QUIET_HOURS", SEVEN)
    post.clock.instant = SEVEN
    post.pass_on()
    assert (post.stored().state, post.stored().channel) == ("SENT", "sms")
    assert (len(post.email.sent), len(post.sms.sent)) == (1, 1)


@pytest.mark.parametrize("changes", [{"granted": ()}, {"granted": ("transactional",)}])
def test_a_consent_withdrawn_while_it_waits_stops_it(changes):
    post = make_post(email=None)
    post.messages.send(make_intent("birthday"))
    post.set_profile(**changes)
    post.clock.instant = SEVEN
    post.pass_on()
    assert (post.stored().state, post.sent) == ("SUPPRESSED_NO_CONSENT", 0)


def test_a_warning_whose_day_ends_while_it_waits_is_not_sent():
    post = make_post(program=QUIET)
    warning = make_intent("expiring", days=["2026-11-22"], on="2026-11-22", through="2026-11-22")
    assert post.messages.send(warning) == "HELD_QUIET_HOURS"
    post.clock.advance(hours=1)
    post.pass_on()
    assert (post.stored().state, post.proofs.kept) == ("SUPPRESSED_OVERTAKEN", [])


def test_who_comes_back_while_it_waits_is_not_asked_to():
    post = make_post(email=None)
    assert post.messages.send(make_intent("win_back")) == "HELD_QUIET_HOURS"
    post.returned.members.add(make_intent().member_id)
    post.clock.instant = SEVEN
    post.pass_on()
    assert post.stored().state == "SUPPRESSED_OVERTAKEN"


def test_a_greeting_that_lay_for_more_than_a_week_is_not_sent():
    given_at = (LATE - timedelta(days=7, seconds=1)).isoformat()
    assert make_post().messages.send(make_intent("birthday", given_at=given_at)) == "SUPPRESSED_OVERTAKEN"


def test_an_announcement_waits_for_its_hour():
    post = make_post()
    intent = make_intent("announcement", not_before=SEVEN.isoformat())
    assert post.messages.send(intent) == "HELD_QUIET_HOURS"
    post.clock.instant = SEVEN
    post.pass_on()
    assert post.stored().state == "SENT"


@pytest.mark.parametrize("kind", ["welcome", "expired", "birthday"])
def test_a_message_costs_a_claim_and_two_notes(kind):
    """As it did before there were ways, caps and reports; of advertising what is counted rides along."""
    post = make_post(now=SEVEN)
    post.messages.send(make_intent(kind))
    assert post.records.writes == 2
