"""Intents, the uses that they need a yes for, and what is kept of an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from factories import make_program
from quen.messages.model import (
    KINDS,
    Intent,
    Route,
    address_hint,
    channels_of,
    purpose_of,
)
from quen.program.model import (
    Announcement,
    AnnouncementText,
    Birthday,
    EveryLunarYear,
    Gift,
    Gifts,
    Holiday,
    MessagePolicy,
)
from unit.messages.fakes import make_intent

EMAIL, PHONE = "hoa@example.com", "+84901234567"


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


def test_an_announcement_goes_the_ways_of_its_own_and_one_that_is_no_more_goes_none():
    said = Announcement("new-shop", date(2026, 12, 20), {"en": AnnouncementText("New", ("New.",), "New")}, ("sms",))
    intent = Intent("mem_1", "announcement", "new-shop", {"announcement_id": "new-shop"})
    assert channels_of("announcement", make_program(announcements=(said,)), intent.named) == ("sms",)
    assert channels_of("announcement", make_program(), intent.named) == ()


def test_what_every_purchase_brings_is_told_only_where_the_program_names_a_way():
    assert channels_of("earned", make_program()) == ()
    told = MessagePolicy(kinds={"earned": ("sms",)})
    assert channels_of("earned", make_program(messages=told)) == ("sms",)


def test_every_kind_names_its_use_and_its_channel():
    for kind in KINDS:
        assert purpose_of(kind, "sms").endswith("_messages_sms")


def test_only_a_hint_of_an_address_is_kept():
    assert address_hint(Route("sms", PHONE)) == "***567"
    assert address_hint(Route("zalo", PHONE)) == "***567"
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
