"""The members' values and rules: contact data, birthdays, changes, consents."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quen.errors import BirthdayLockedError, ValidationFailedError
from quen.members.model import (
    MemberReference,
    apply_changes,
    birthday_shard,
    mask_email,
    mask_name,
    mask_phone,
    normalise_email,
)
from quen.members.model.birthdays import check_birthday
from quen.members.model.contact import normalise_locale, normalise_name
from unit.members.fakes import NOW, PROOF, make_member


@pytest.mark.parametrize(
    ("text", "email"),
    [
        (" Hoa@Example.COM ", "hoa@example.com"),
        ("hoa.nguyen+quen@example.com.vn", "hoa.nguyen+quen@example.com.vn"),
        ("hoa@phở.vn", "hoa@xn--ph-hbu.vn"),
    ],
)
def test_an_address_has_one_spelling(text: str, email: str):
    assert normalise_email(text) == email.replace("xn--ph-hbu", "phở".encode("idna").decode())


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "hoa", "hoa@", "@example.com", "a@b", "a b@example.com", "a@@example.com", "a..b@example.com",
        ".a@example.com", "hoa@example..com", "hoa@-example.com", "hoa@[127.0.0.1]", "hoa@127.0.0.1", "hòa@example.com",
        '"a"@example.com', "a@example.com\nBcc: x@example.com", "x" * 65 + "@example.com", "a@" + "x" * 64 + ".com",
        "a@" + "x." * 126 + "com", "a\x00@example.com",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str):
    with pytest.raises(ValidationFailedError) as caught:
        normalise_email(text)
    assert [(fault.pointer, fault.code) for fault in caught.value.faults] == [("/email", "invalid_email")]


@pytest.mark.parametrize(
    ("another_s", "one_s"),
    [
        ("bac\u212a@example.com", "back@example.com"),  # a Kelvin sign
        ("a\u1fefb@example.com", "a`b@example.com"),  # a Greek accent
        ("anna@stra\u00dfe.de", "anna@strasse.de"),  # two domains, with an owner each
        ("anna@STRA\u1e9eE.de", "anna@strasse.de"),
        ("anna@\u03b2\u03cc\u03bb\u03bf\u03c2.gr", "anna@xn--nxasmq6b.gr"),
        ("anna@exa\u200dmple.com", "anna@example.com"),
    ],
)
def test_a_mailbox_that_only_looks_alike_is_not_taken_for_another_one(another_s: str, one_s: str):
    assert normalise_email(one_s) == one_s
    with pytest.raises(ValidationFailedError):
        normalise_email(another_s)


@given(st.text(max_size=80))
def test_a_normalised_address_stays_as_it_is(text: str):
    try:
        email = normalise_email(text)
    except ValidationFailedError:
        return
    assert normalise_email(email) == email


def test_a_name_is_one_spelling_of_itself():
    assert normalise_name("  Nguye\u0302\u0303n   Thi\u0323  Hoa ") == "Nguyễn Thị Hoa"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "length"),
        ("  ", "length"),
        ("x" * 101, "length"),
        ("a\x07b", "invalid_characters"),
        ("Hoa\u202egnp", "invalid_characters"),
        ("\ud800", "invalid_characters"),
    ],
)
def test_a_name_that_hides_something_is_refused(name: str, code: str):
    with pytest.raises(ValidationFailedError) as caught:
        normalise_name(name)
    assert caught.value.faults[0].code == code


def test_locales_are_tags():
    assert [normalise_locale(text) for text in ("vi", "VI_vn", "zh-hant-tw")] == ["vi", "vi-VN", "zh-Hant-TW"]
    for text in ("", "vietnamese", "vi-", "v", "vi-VNM", "../vi"):
        with pytest.raises(ValidationFailedError):
            normalise_locale(text)


def test_masks_show_too_little_to_call_or_write():
    assert mask_name("Nguyễn Thị Hoa") == "Nguyễn Thị H***"
    assert mask_name("Hoa") == "H***"
    assert mask_name(None) == "***"
    assert mask_phone("+84901234567") == "***567"
    assert mask_email("hoa@example.com") == "h***@example.com"
    assert mask_phone(None) is None
    assert mask_email(None) is None


def test_a_reference_names_a_member_in_exactly_one_way():
    MemberReference(phone="0901234567")
    for ways in ({}, {"phone": "0901234567", "card_code": "X"}):
        with pytest.raises(ValidationFailedError):
            MemberReference(**ways)


# Birthdays


def test_the_index_key_is_the_day_and_one_of_eight_shards():
    keys = {birthday_shard(date(1996, 2, 29), f"mem_{number:016d}") for number in range(200)}
    assert keys == {f"02-29#{shard}" for shard in range(8)}


def test_a_birthday_lies_in_the_past_and_in_living_memory():
    now = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    assert check_birthday(date(2026, 11, 23), now) == date(2026, 11, 23)  # it is the 23rd in Vietnam already
    assert check_birthday(date(1900, 1, 1), now) == date(1900, 1, 1)
    for day in (date(2026, 11, 24), date(1899, 12, 31)):
        with pytest.raises(ValidationFailedError):
            check_birthday(day, now)


def test_a_birthday_is_locked_for_365_days_whatever_is_tried():
    member = apply_changes(make_member(birthday=None, birthday_set_at=None), {"birthday": date(1990, 1, 1)}, NOW, PROOF)
    assert member.birthday_set_at == NOW
    almost = NOW + timedelta(days=365, seconds=-1)
    for birthday in (date(1990, 1, 2), None):
        with pytest.raises(BirthdayLockedError):
            apply_changes(member, {"birthday": birthday}, almost, PROOF)
    assert apply_changes(member, {"birthday": date(1990, 1, 1)}, almost, PROOF) == member  # no change, no lock
    later = apply_changes(member, {"birthday": date(1990, 1, 2)}, NOW + timedelta(days=365), PROOF)
    assert later.birthday_set_at == NOW + timedelta(days=365)


def test_taking_a_birthday_out_does_not_open_its_lock():
    later = NOW + timedelta(days=400)
    without = apply_changes(make_member(), {"birthday": None}, later, PROOF)
    assert (without.birthday, without.birthday_set_at) == (None, NOW)
    again = apply_changes(without, {"birthday": date(1990, 5, 5)}, later, PROOF)
    with pytest.raises(BirthdayLockedError):
        apply_changes(again, {"birthday": None}, later, PROOF)


# Changes


def test_what_is_absent_stays_and_what_is_none_is_taken_out():
    member = make_member(email="hoa@example.com")
    after = apply_changes(member, {"name": None, "phone": None}, NOW, PROOF)
    assert (after.name, after.phone, after.email, after.locale) == (None, None, "hoa@example.com", "vi")
    assert apply_changes(member, {}, NOW, PROOF) == member


def test_the_last_way_to_reach_a_member_stays():
    with pytest.raises(ValidationFailedError) as caught:
        apply_changes(make_member(), {"phone": None}, NOW, PROOF)
    assert caught.value.faults[0].code == "phone_or_email_required"
