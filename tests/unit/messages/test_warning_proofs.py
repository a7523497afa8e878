"""A warning that points are about to end is proof: the ledger hears of it before the record says so, and exactly once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from quen.errors import TemporarilyUnavailableError
from quen.messages.ports import DeliveryRefusedError
from unit.messages.fakes import MEMBER, FakeProfile, Post, make_intent, plain_words

DAYS = ("2026-11-28", "2026-11-29")
WARNING = make_intent("expiring")


def make_post(**profile: object) -> Post:
    return Post(FakeProfile(**profile), write=plain_words)  # type: ignore[arg-type]


def proofs(post: Post) -> list[str]:
    assert {days for days, _, _ in post.proofs.kept} <= {DAYS}
    assert {message_id for _, message_id, _ in post.proofs.kept} <= {post.stored().message_id}
    return [proof for _, _, proof in post.proofs.kept]


def test_a_mail_proves_nothing_until_it_is_delivered():
    post = make_post()
    assert post.messages.send(WARNING) == "SENT"
    assert proofs(post) == []
    post.messages.take_report(post.report("delivered"))
    assert proofs(post) == ["delivered"]


def test_a_text_message_proves_by_the_providers_yes():
    post = make_post(email=None)
    assert post.messages.send(WARNING) == "SENT"
    assert proofs(post) == ["accepted"]


def test_a_mail_that_comes_back_proves_nothing_and_the_next_channel_does():
    post = make_post()
    post.messages.send(WARNING)
    post.messages.take_report(post.report("bounced"))
    assert proofs(post) == []
    post.pass_on()
    assert (proofs(post), post.stored().state) == (["accepted"], "SENT")


@pytest.mark.parametrize(
    ("profile", "state", "proof"),
    [
        ({"granted": ()}, "SUPPRESSED_NO_CONSENT", "no_consent"),
        ({"email": None, "phone": None}, "SUPPRESSED_NO_ADDRESS", "no_address"),
        ({"state": "blocked"}, "SUPPRESSED_NOT_ACTIVE", "not_active"),
    ],
)
def test_who_would_not_or_cannot_be_warned_is_told_to_the_ledger(profile, state, proof):
    post = make_post(**profile)
    assert post.messages.send(WARNING) == state
    assert proofs(post) == [proof]


def test_who_is_reached_nowhere_has_no_address():
    post = make_post(phone=None)
    post.email.error = DeliveryRefusedError("bad", "address")
    assert post.messages.send(WARNING) == "SUPPRESSED_NO_ADDRESS"
    assert proofs(post) == ["no_address"]


def test_a_warning_that_comes_too_late_proves_nothing():
    post = make_post(email=None)
    post.clock.instant = datetime(2026, 11, 29, 17, 0, tzinfo=UTC)  # 24:00 of its last day in Saigon
    assert post.messages.send(WARNING) == "SUPPRESSED_OVERTAKEN"
    assert (proofs(post), post.sent) == ([], 0)


def test_a_warning_that_nobody_knows_the_fate_of_proves_nothing():
    post = make_post(email=None)
    post.sms.error = TemporarilyUnavailableError()
    for _ in range(2):
        with pytest.raises(TemporarilyUnavailableError):
            post.messages.send(WARNING)
        post.wall.advance(minutes=2)
    assert post.messages.send(WARNING) == "FAILED"
    assert proofs(post) == []


def test_a_ledger_that_does_not_answer_makes_no_warning_go_out_twice():
    post = make_post(email=None)
    post.proofs.error = TemporarilyUnavailableError()
    for _ in range(3):
        with pytest.raises(TemporarilyUnavailableError):
            post.messages.send(WARNING)
    assert (post.stored().state, post.sent) == ("PENDING", 1)
    post.proofs.error = None
    assert post.messages.send(WARNING) == "SENT"
    assert (proofs(post), post.sent, post.stored().duplicates) == (["accepted"], 1, 0)


def test_a_delivery_counts_only_once_the_ledger_knows():
    post = make_post()
    post.messages.send(WARNING)
    post.proofs.error = TemporarilyUnavailableError()
    with pytest.raises(TemporarilyUnavailableError):
        post.messages.take_report(post.report("delivered"))
    assert post.stored().state == "SENT"
    post.proofs.error = None
    assert post.messages.take_report(post.report("delivered")) == "DELIVERED"
    assert proofs(post) == ["delivered"]


@pytest.mark.parametrize("kind", ["expired", "welcome", "birthday"])
def test_no_other_message_proves_anything(kind):
    post = make_post(email=None)
    post.messages.send(make_intent(kind))
    post.messages.take_report(post.report("delivered", "sms"))
    assert proofs(post) == []


def test_a_warning_of_points_that_live_on_because_the_last_never_arrived_tries_another_channel_first():
    post = make_post()
    assert post.messages.send(make_intent("expiring", through="2026-11-28")) == "SENT"
    post.clock.instant = datetime(2026, 11, 29, 5, tzinfo=UTC)
    again = replace(make_intent("expiring", through="2026-12-12"), period="2026-12-12.30")
    assert post.messages.send(again) == "SENT"
    sent = [post.records.messages[MEMBER, key].channel for key in (make_intent("expiring").key, again.key)]
    assert sent == ["email", "sms"]


def test_a_warning_that_may_still_arrive_keeps_its_channel():
    post = make_post()
    post.messages.send(make_intent("expiring", through="2026-12-12"))
    later = replace(make_intent("expiring", through="2026-12-12"), period="2026-12-12.7")
    post.messages.send(later)
    assert post.records.messages[MEMBER, later.key].channel == "email"
