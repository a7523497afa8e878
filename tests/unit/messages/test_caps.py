"""How much advertising one member gets: the program's caps over all kinds, and the law's so many a day by channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from factories import make_program
from quen.errors import TemporarilyUnavailableError
from quen.messages.caps import Counted, Recent, counting, room_for, without
from quen.messages.model import Intent
from quen.messages.ports import DeliveryRefusedError
from quen.program.model import AdvertisingPolicy, MessageCap, MessagePolicy
from unit.messages.fakes import MEMBER, NOON, FakeProfile, Post, make_intent, plain_words

DAY = timedelta(days=1)


def policy(*caps: tuple[int, int], per_day: int = 3) -> MessagePolicy:
    limits = tuple(MessageCap(messages, days) for messages, days in caps)
    return MessagePolicy(caps=limits, advertising=AdvertisingPolicy(per_day=per_day))


def recent(*ages: timedelta, channel: str = "sms") -> Recent:
    sends = tuple(Counted(f"announcement:{number}", channel, NOON - age) for number, age in enumerate(ages))  # type: ignore[arg-type]
    return Recent(MEMBER, tuple(sorted(sends, key=lambda one: one.at)), 1)


def verdict(lately: Recent, rules: MessagePolicy, kind: str = "announcement", channel: str = "sms"):
    return room_for(lately, "new", kind, channel, make_program(messages=rules), NOON)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ages", "caps", "expected"),
    [
        ((), [(1, 7)], None),
        ((DAY,), [(1, 7)], "SUPPRESSED_CAP"),
        ((7 * DAY - timedelta(seconds=1),), [(1, 7)], "SUPPRESSED_CAP"),
        ((7 * DAY,), [(1, 7)], None),
        ((DAY, 2 * DAY), [(3, 7)], None),
        ((DAY, 2 * DAY, 10 * DAY), [(3, 7), (3, 30)], "SUPPRESSED_CAP"),
        ((DAY,) * 50, [], None),
    ],
)
def test_a_programs_caps_count_all_kinds_together(ages, caps, expected):
    assert verdict(recent(*ages), policy(*caps)) == expected
    assert verdict(recent(*ages, channel="email"), policy(*caps)) == expected


def test_the_laws_day_makes_an_offer_wait_until_the_oldest_is_a_day_old():
    hours = [timedelta(hours=hour) for hour in (1, 5, 20)]
    assert verdict(recent(*hours), policy()) == NOON + timedelta(hours=4)
    assert verdict(recent(*hours[:2]), policy()) is None
    assert verdict(recent(*hours, timedelta(hours=23)), policy()) == NOON + timedelta(hours=4)
    assert verdict(recent(*hours), policy(), channel="email") is None  # another address
    assert verdict(recent(*hours, DAY), policy()) == NOON + timedelta(hours=4)


def test_a_greeting_waits_only_within_its_day():
    tomorrow = recent(*(timedelta(hours=hour) for hour in (1, 2, 3)))
    assert verdict(tomorrow, policy(), kind="birthday") == "SUPPRESSED_CAP"
    today = recent(*(timedelta(hours=hour) for hour in (1, 2, 22)))
    assert verdict(today, policy(), kind="birthday") == NOON + timedelta(hours=2)


def test_a_program_may_allow_no_advertising_at_all():
    assert verdict(Recent(MEMBER), policy(per_day=0)) == "SUPPRESSED_CAP"


def test_a_message_is_counted_once_however_often_it_is_tried():
    once = counting(recent(DAY), Counted("birthday:2026", "email", NOON), policy((5, 7)))
    again = counting(once, Counted("birthday:2026", "sms", NOON + DAY), policy((5, 7)))
    assert [(one.key, one.channel) for one in again.sends] == [("announcement:0", "sms"), ("birthday:2026", "sms")]
    assert again.revision == 3
    assert room_for(again, "birthday:2026", "birthday", "sms", make_program(messages=policy((2, 7))), NOON) is None


def test_what_is_older_than_every_cap_is_forgotten():
    lately = recent(timedelta(hours=2), 2 * DAY, 10 * DAY)
    assert len(counting(lately, Counted("new", "sms", NOON), policy((5, 7))).sends) == 3
    assert len(counting(lately, Counted("new", "sms", NOON), policy()).sends) == 2


def test_what_was_refused_counts_no_more():
    counted = counting(recent(), Counted("new", "sms", NOON), policy())
    assert without(counted, "new").sends == ()


def announcement(number: int) -> Intent:
    return replace(make_intent("announcement"), period=f"news-{number}")


def post_with(rules: MessagePolicy, **profile: object) -> Post:
    return Post(FakeProfile(**profile), make_program(messages=rules), write=plain_words)  # type: ignore[arg-type]


def test_the_fourth_offer_of_a_day_waits_and_goes_the_next_day():
    post = post_with(policy(), email=None)
    assert [post.messages.send(announcement(number)) for number in range(4)] == ["SENT"] * 3 + ["HELD_QUIET_HOURS"]
    held = post.records.messages[MEMBER, "announcement:news-3"]
    assert held.held_until == NOON + DAY
    post.clock.advance(days=1)
    post.pass_on()
    assert post.records.messages[MEMBER, "announcement:news-3"].state == "SENT"


def test_a_cap_drops_offers_and_greetings_alike_and_no_notice():
    post = post_with(policy((1, 7)))
    assert post.messages.send(make_intent("birthday")) == "SENT"
    assert post.messages.send(announcement(1)) == "SUPPRESSED_CAP"
    for kind in ("welcome", "expired", "redeemed", "security"):
        assert post.messages.send(make_intent(kind)) == "SENT"
    assert [one.key for one in post.records.recent[MEMBER].sends] == ["birthday:2026", "security:2026"]


def test_a_refused_offer_is_given_back():
    post = post_with(policy((1, 7)))
    post.email.error = DeliveryRefusedError("TooManyRequestsException")
    with pytest.raises(DeliveryRefusedError):
        post.messages.send(announcement(1))
    assert post.records.recent[MEMBER].sends == ()
    post.email.error = None
    assert [post.messages.send(announcement(number)) for number in (2, 1)] == ["SENT", "SUPPRESSED_CAP"]


def test_an_offer_that_may_be_out_keeps_its_place_though_its_second_try_is_refused():
    post = post_with(policy((1, 7)))
    for error in (TemporarilyUnavailableError(), DeliveryRefusedError("TooManyRequestsException")):
        post.email.error = error
        with pytest.raises(type(error)):
            post.messages.send(announcement(1))
        post.wall.advance(minutes=2)
    post.email.error = None
    assert [post.messages.send(announcement(number)) for number in (2, 1)] == ["SUPPRESSED_CAP", "SENT"]


def test_an_offer_that_took_two_channels_counts_once():
    post = post_with(policy((1, 7)))
    post.email.error = DeliveryRefusedError("bad", "address")
    assert post.messages.send(announcement(1)) == "SENT"
    assert [(one.key, one.channel) for one in post.records.recent[MEMBER].sends] == [("announcement:news-1", "sms")]


def test_two_offers_at_once_never_pass_a_cap_together():
    """The second is decided between the first one's reading of what went out and its own count."""
    post = post_with(policy((1, 7)))
    load = post.records.load_recent

    def load_and_let_another_go(member_id: str) -> Recent:
        lately = load(member_id)
        post.records.load_recent = load  # type: ignore[method-assign]
        assert post.messages.send(announcement(2)) == "SENT"
        return lately

    post.records.load_recent = load_and_let_another_go  # type: ignore[method-assign]
    with pytest.raises(TemporarilyUnavailableError):
        post.messages.send(announcement(1))
    assert post.messages.send(announcement(1)) == "SUPPRESSED_CAP"
    assert post.sent == 1


def test_a_refusal_is_given_back_though_others_are_counted_meanwhile():
    post = post_with(policy())
    refuse = DeliveryRefusedError("TooManyRequestsException")

    def send_and_let_another_go(message: object) -> str:
        post.email.send = send  # type: ignore[method-assign]
        assert post.messages.send(announcement(2)) == "SENT"
        raise refuse

    send, post.email.send = post.email.send, send_and_let_another_go  # type: ignore[method-assign,assignment]
    with pytest.raises(DeliveryRefusedError):
        post.messages.send(announcement(1))
    assert [one.key for one in post.records.recent[MEMBER].sends] == ["announcement:news-2"]
