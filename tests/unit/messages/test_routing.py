"""A message takes the ways that the program names, the member agreed to, and that have an address; the best first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import NOON, make_program
from quen.members.model.values import Former
from quen.messages.model import Route, channels_of
from quen.messages.routing import addresses_of, routes_of
from unit.messages.fakes import FakeProfile, Post, make_intent

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
    routes = routes_of(kind, channels, {"email": email, "sms": phone}, profile.consents_to)
    assert (routes if isinstance(routes, str) else routes[0]) == expected


def test_all_ways_that_are_open_come_in_the_programs_order():
    profile = FakeProfile()
    addresses = addresses_of("expired", profile, NOON, has_mail_sender=True)
    routes = routes_of("expired", ("zalo", "push", "sms", "email"), addresses, profile.consents_to)
    assert routes == (Route("zalo", PHONE), Route("sms", PHONE), Route("email", EMAIL))


def test_a_warning_of_danger_asks_for_nobodys_consent():
    profile = FakeProfile(granted=(), refused=("transactional",))
    addresses = addresses_of("security", profile, NOON, has_mail_sender=True)
    assert routes_of("security", ("email", "sms"), addresses, profile.consents_to) == (
        Route("email", EMAIL),
        Route("sms", PHONE),
    )
    assert routes_of("expired", ("email", "sms"), addresses, profile.consents_to) == "SUPPRESSED_NO_CONSENT"


def test_a_stack_without_a_sender_of_mail_reaches_nobody_by_mail():
    assert addresses_of("welcome", FakeProfile(), NOON, has_mail_sender=False)["email"] is None


def test_a_warning_of_danger_goes_to_where_the_member_was_reached_before_the_change():
    former = Former("email", "before@example.com", NOON + timedelta(days=1))
    profile = FakeProfile(former=(former,))
    assert addresses_of("security", profile, NOON, has_mail_sender=True)["email"] == "before@example.com"
    assert addresses_of("security", profile, NOON + timedelta(days=2), has_mail_sender=True)["email"] == EMAIL
    assert addresses_of("expired", profile, NOON, has_mail_sender=True)["email"] == EMAIL


def test_a_warning_of_danger_is_sent_last_to_what_was_added_lately():
    post = Post(FakeProfile(former=(Former("email", "", NOON + timedelta(days=1)),)))
    assert post.messages.send(make_intent("security")) == "SENT"
    assert [address for address, _, _ in post.sms.sent] == [PHONE]
    assert not post.email.sent
