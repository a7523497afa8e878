"""Consent, the way a message takes, and quiet hours in every zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from factories import make_program
from quen.messages.model import (
    KINDS,
    Intent,
    Route,
    address_hint,
    channels_of,
    choose_route,
    purpose_of,
    quiet_until,
)
from quen.program.model import Birthday, EveryLunarYear, Gift, Gifts, Holiday, MessagePolicy
from unit.messages.fakes import FakeProfile, make_intent

EMAIL, PHONE = "hoa@example.com", "+84901234567"


@pytest.mark.parametrize(
    ("kind", "granted", "refused", "email", "phone", "expected"),
    [
        ("birthday", (), (), EMAIL, PHONE, "SUPPRESSED_NO_CONSENT"),
        ("birthday", ("terms",), (), EMAIL, PHONE, "SUPPRESSED_NO_CONSENT"),
        ("birthday", ("marketing",), (), EMAIL, PHONE, Route("email", EMAIL)),
        ("birthday", ("marketing",), (), None, PHONE, Route("sms", PHONE)),
        ("birthday", ("marketing_sms",), (), EMAIL, PHONE, Route("sms", PHONE)),
        ("birthday", ("birthday",), (), EMAIL, PHONE, Route("email", EMAIL)),
        ("birthday", ("sms",), (), EMAIL, PHONE, Route("sms", PHONE)),
        ("birthday", ("marketing",), ("marketing_email",), EMAIL, PHONE, Route("sms", PHONE)),
        ("birthday", ("marketing",), ("birthday",), EMAIL, PHONE, "SUPPRESSED_NO_CONSENT"),
        ("birthday", ("transactional",), (), EMAIL, PHONE, "SUPPRESSED_NO_CONSENT"),
        ("birthday", ("marketing_email",), (), None, PHONE, "SUPPRESSED_NO_ADDRESS"),
        ("expired", ("marketing",), (), EMAIL, PHONE, "SUPPRESSED_NO_CONSENT"),
        ("expired", ("transactional",), (), EMAIL, PHONE, Route("email", EMAIL)),
        ("welcome", ("transactional_sms",), (), EMAIL, PHONE, Route("sms", PHONE)),
        ("redeemed", ("transactional_email",), (), None, PHONE, "SUPPRESSED_NO_ADDRESS"),
    ],
)
def test_a_message_goes_only_where_the_member_agreed_to_it(kind, granted, refused, email, phone, expected):
    profile = FakeProfile(email=email, phone=phone, granted=granted, refused=refused)
    channels = channels_of(kind, make_program())
    assert choose_route(kind, channels, {"email": email, "sms": phone}, profile.consents_to) == expected


def test_a_birthday_goes_the_ways_of_the_program_in_their_order():
    assert channels_of("birthday", make_program(birthday=Birthday(50, channels=("sms", "email")))) == ("sms", "email")
    assert channels_of("birthday", make_program(birthday=Birthday(50))) == ()
    assert channels_of("birthday", make_program(birthday=None)) == ()
    assert channels_of("welcome", make_program(birthday=None)) == ("email", "sms")


def test_a_holiday_goes_the_ways_of_its_own_and_one_that_is_no_more_goes_none():
    tet = Holiday("tet", {"en": "Tet"}, EveryLunarYear(1, 1), Gifts(Gift(20)), channels=("sms",))
    program = make_program(holidays=(tet,))
    assert channels_of("holiday", program, "tet") == ("sms",)
    assert channels_of("holiday", program, "gone") == ()
    assert channels_of("birthday", program) == ("email", "sms")


def test_every_kind_names_its_use_and_its_channel():
    for kind in KINDS:
        assert purpose_of(kind, "sms").endswith("_messages_sms")


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


def test_only_a_hint_of_an_address_is_kept():
    assert address_hint(Route("sms", PHONE)) == "***567"
    assert address_hint(Route("email", EMAIL)) == "h***@e***.com"


def test_intents_come_back_as_they_were_sent():
    intent = make_intent("reserved")
    assert Intent.parse(intent.body()) == intent


@pytest.mark.parametrize("changes", [{"kind": "spam"}, {"period": "a#b"}, {"period": ""}])
def test_what_is_no_intent_is_refused(changes):
    with pytest.raises(ValueError, match="no such message"):
        Intent.parse(make_intent().body() | changes)
    with pytest.raises(KeyError):
        Intent.parse({"kind": "birthday"})
    assert replace(make_intent()) == make_intent()
