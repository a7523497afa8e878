"""Hours in every zone: quiet ones, those of the law for advertising, both together, and what comes too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from factories import make_program
from quen.messages.timing import closed_until, held_until, is_overtaken, quiet_until
from quen.program.model import AdvertisingPolicy, MessagePolicy
from unit.messages.fakes import NOON, make_intent

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
NIGHT = MessagePolicy(quiet_from=time(22), quiet_to=time(7))
SIESTA = MessagePolicy(quiet_from=time(12), quiet_to=time(14, 30))


@pytest.mark.parametrize(
    ("policy", "zone", "now", "until"),
    [
        (NIGHT, "Asia/Ho_Chi_Minh", "2026-11-22T14:59:59Z", None),
        (NIGHT, "Asia/Ho_Chi_Minh", "2026-11-22T15:00:00Z", "2026-11-23T00:00:00Z"),
        (NIGHT, "Asia/Ho_Chi_Minh", "2026-11-22T17:00:00Z", "2026-11-23T00:00:00Z"),
        (NIGHT, "Asia/Ho_Chi_Minh", "2026-11-22T23:59:59Z", "2026-11-23T00:00:00Z"),
        (NIGHT, "Asia/Ho_Chi_Minh", "2026-11-23T00:00:00Z", None),
        (SIESTA, "Asia/Ho_Chi_Minh", "2026-11-22T05:00:00Z", "2026-11-22T07:30:00Z"),
        (SIESTA, "Asia/Ho_Chi_Minh", "2026-11-22T07:30:00Z", None),
        (SIESTA, "Asia/Ho_Chi_Minh", "2026-11-22T04:59:59Z", None),
        (NIGHT, "Pacific/Kiritimati", "2026-11-22T08:00:00Z", "2026-11-22T17:00:00Z"),
        (NIGHT, "Pacific/Pago_Pago", "2026-11-22T09:00:00Z", "2026-11-22T18:00:00Z"),
        (NIGHT, "America/New_York", "2026-03-08T03:00:00Z", "2026-03-08T11:00:00Z"),  # the night is an hour shorter
        (NIGHT, "America/New_York", "2026-11-01T02:00:00Z", "2026-11-01T12:00:00Z"),  # and here an hour longer
        (MessagePolicy(), "Asia/Ho_Chi_Minh", "2026-11-22T17:00:00Z", None),
        (MessagePolicy(quiet_from=time(7), quiet_to=time(7)), "Asia/Ho_Chi_Minh", "2026-11-22T00:00:00Z", None),
    ],
)
def test_quiet_hours_are_the_shops_own(policy, zone, now, until):
    ends = quiet_until(datetime.fromisoformat(now), policy, ZoneInfo(zone))
    assert ends == (datetime.fromisoformat(until) if until else None)


def test_quiet_hours_that_end_in_the_hour_that_comes_twice_end_with_the_second_one():
    policy = MessagePolicy(quiet_from=time(22), quiet_to=time(1, 30))
    place = ZoneInfo("America/New_York")
    first = datetime(2026, 11, 1, 5, 10, tzinfo=UTC)  # 01:10, for the first time
    second = datetime(2026, 11, 1, 6, 10, tzinfo=UTC)  # 01:10 again
    assert quiet_until(first, policy, place) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert quiet_until(second, policy, place) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def at(text: str) -> datetime:
    """A local time in Saigon on one day and the next, as an instant."""
    day, _, hour = text.rpartition(" ")
    return datetime.fromisoformat(f"{day or '2026-11-22'}T{hour}:00+07:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [("06:59", "07:00"), ("07:00", None), ("21:59", None), ("22:00", "2026-11-23 07:00"), ("00:00", "07:00")],
)
def test_advertising_by_text_message_has_its_hours(now, opens):
    assert closed_until(at(now), AdvertisingPolicy(), SAIGON) == (at(opens) if opens else None)


def program_with(quiet: tuple[str, str] | None = None, advertising: tuple[str, str] = ("07:00", "22:00")):
    start, end = (time.fromisoformat(hour) for hour in quiet) if quiet else (None, None)
    hours = AdvertisingPolicy(opens=time.fromisoformat(advertising[0]), closes=time.fromisoformat(advertising[1]))
    return make_program(messages=MessagePolicy(quiet_from=start, quiet_to=end, advertising=hours))


@pytest.mark.parametrize(
    ("quiet", "kind", "channel", "now", "until"),
    [
        (None, "birthday", "sms", "23:00", "2026-11-23 07:00"),
        (None, "birthday", "email", "23:00", None),  # the law's hours are for text messages
        (None, "expired", "sms", "23:00", None),  # and for advertising
        (("23:00", "06:00"), "expired", "sms", "23:00", "2026-11-23 06:00"),
        (("23:00", "06:00"), "birthday", "sms", "22:30", "2026-11-23 07:00"),
        (("20:00", "08:30"), "birthday", "sms", "22:30", "2026-11-23 08:30"),
        (("05:00", "09:00"), "birthday", "sms", "22:30", "2026-11-23 09:00"),  # one ends in the other
        (("12:00", "13:00"), "birthday", "sms", "12:30", "13:00"),
        (("00:00", "23:59"), "security", "sms", "12:30", None),
        (("00:00", "23:59"), "security", "email", "12:30", None),
    ],
)
def test_a_message_is_held_until_all_hours_allow_it(quiet, kind, channel, now, until):
    intent = make_intent(kind)
    assert held_until(intent, channel, program_with(quiet), at(now)) == (at(until) if until else None)


def test_hours_that_leave_no_time_hold_it_for_a_while_and_no_longer():
    program = program_with(("06:00", "23:00"))
    until = held_until(make_intent("birthday"), "sms", program, at("12:00"))
    assert until is not None
    assert at("12:00") < until <= at("12:00") + timedelta(days=3)


def test_a_message_waits_for_the_instant_that_it_names():
    intent = make_intent("birthday", not_before="2026-11-22T09:00:00+07:00")
    program = program_with(("08:00", "09:30"))
    assert held_until(intent, "email", program, at("07:00")) == at("09:30")
    assert held_until(intent, "email", program_with(), at("07:00")) == at("09:00")
    assert held_until(intent, "email", program_with(), at("09:00")) is None


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("expiring", {"through": "2026-11-22"}),
        ("tier_at_risk", {"last_day": "2026-11-22"}),
        ("gift_ending", {"on": "2026-11-22"}),
    ],
)
def test_a_warning_is_true_until_the_end_of_its_last_day(kind, data):
    intent = replace(make_intent("welcome"), kind=kind, data=data)
    assert not is_overtaken(intent, NOON, SAIGON, at("23:59"))
    assert is_overtaken(intent, NOON, SAIGON, at("2026-11-23 00:00"))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("voucher_issued", "until"),
        ("milestone", "on"),
        ("card_complete", "on"),
        ("membership_due", "last_day"),
        ("payment_failed", "last_day"),
        ("membership_past_due", "last_day"),
    ],
)
def test_what_may_be_had_or_done_to_the_end_of_a_day_is_not_told_after_it(kind, name):
    intent = make_intent(kind, **{name: "2026-11-22"})
    assert not is_overtaken(intent, NOON, SAIGON, at("23:59"))
    assert is_overtaken(intent, NOON, SAIGON, at("2026-11-23 00:00"))


def test_a_reservation_that_lapsed_in_quiet_hours_is_not_told_in_the_morning():
    intent = make_intent("reserved", until=at("23:30").isoformat())
    assert not is_overtaken(intent, NOON, SAIGON, at("23:29"))
    assert is_overtaken(intent, NOON, SAIGON, at("23:30"))


@pytest.mark.parametrize("kind", ["payment_failed", "card_complete"])
def test_what_names_no_day_is_never_too_late(kind):
    intent = replace(make_intent("welcome"), kind=kind)
    assert not is_overtaken(intent, NOON, SAIGON, NOON + timedelta(days=300))


@pytest.mark.parametrize("kind", ["birthday", "holiday"])
def test_a_greeting_is_good_for_a_week(kind):
    week = timedelta(days=7)
    assert not is_overtaken(make_intent(kind), NOON, SAIGON, NOON + week)
    assert is_overtaken(make_intent(kind), NOON, SAIGON, NOON + week + timedelta(seconds=1))
    old = make_intent(kind, given_at="2026-11-12T00:00:00+00:00")
    assert is_overtaken(old, NOON, SAIGON, NOON)


def test_a_notice_is_never_too_late():
    assert not is_overtaken(make_intent("expired"), NOON, SAIGON, NOON + timedelta(days=300))
