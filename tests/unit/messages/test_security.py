"""Where members are warned of what somebody may have done in their name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from quen.members.model import FORMER_DAYS, keep_former
from quen.messages.security import security_addresses
from unit.members.fakes import make_member

NOW = datetime(2026, 12, 1, tzinfo=UTC)
OLD = replace(make_member(), phone="+84901234567", email="hoa@example.com")
TAKEN_OVER = keep_former(OLD, replace(OLD, phone="+84909999999"), NOW)


def test_a_warning_goes_to_the_old_number_while_it_is_remembered_and_to_the_new_one_after() -> None:
    addresses = security_addresses(TAKEN_OVER, NOW)
    assert addresses == {"email": "hoa@example.com", "sms": OLD.phone, "zalo": OLD.phone, "push": None}
    assert security_addresses(TAKEN_OVER, NOW + timedelta(days=FORMER_DAYS))["sms"] == "+84909999999"


def test_who_takes_the_address_out_is_warned_of_at_it() -> None:
    without = keep_former(OLD, replace(OLD, email=None), NOW)
    assert (without.email, security_addresses(without, NOW)["email"]) == (None, "hoa@example.com")


def test_two_changes_in_a_row_do_not_push_the_member_s_own_number_out() -> None:
    twice = keep_former(TAKEN_OVER, replace(TAKEN_OVER, phone="+84908888888"), NOW + timedelta(days=1))
    assert security_addresses(twice, NOW + timedelta(days=2))["sms"] == OLD.phone
