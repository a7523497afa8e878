"""What the ledger's stream tells beside entries: a profile's change, a voucher of one member, and what points came in."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from factories import make_program
from quen.events.facts import ProfileChanged, VoucherIssued
from quen.events.model import Event, events_of
from quen.events.stream import UnreadableRecordError, read_record
from quen.messages.intents import intents_of
from quen.messages.model import Intent, is_told
from quen.program.model import MessagePolicy
from sample_events import sample_event
from unit.events.test_events import MEMBER, World

WRITTEN = datetime.fromtimestamp(1796061604, UTC)
CONTACT = sample_event("publish_events", "contact_changed")
VOUCHER = sample_event("publish_events", "voucher")
CHANGED = ProfileChanged(MEMBER, ("phone_changed", "email_changed"), 4, WRITTEN)
ISSUED = VoucherIssued(MEMBER, "vch_4m8t2x6z0q9r5w3k", "2026-12-31", 50_000, WRITTEN)


def test_a_notice_is_read_as_what_its_member_is_warned_of():
    [record] = CONTACT["Records"]
    assert read_record(record) == CHANGED
    ahead = read_record(record, timedelta(days=3))
    assert isinstance(ahead, ProfileChanged)
    assert ahead.occurred_at == WRITTEN + timedelta(days=3)


def test_a_voucher_of_one_member_is_read_with_its_last_day_and_its_worth():
    [record] = deepcopy(VOUCHER["Records"])
    assert read_record(record) == ISSUED
    del record["dynamodb"]["NewImage"]["amount"]
    assert read_record(record) == replace(ISSUED, amount=0)


def test_a_voucher_that_was_told_before_is_no_news():
    [record] = VOUCHER["Records"]
    assert read_record(record | {"eventName": "MODIFY"}) is None


def test_what_nobody_can_read_says_so():
    [record] = deepcopy(VOUCHER["Records"])
    del record["dynamodb"]["NewImage"]["until"]
    with pytest.raises(UnreadableRecordError):
        read_record(record)


def test_each_change_is_warned_of_once_and_says_nothing_about_the_person():
    assert intents_of(CHANGED) == [
        Intent(MEMBER, "security", "4.phone_changed", {"what": "phone_changed"}),
        Intent(MEMBER, "security", "4.email_changed", {"what": "email_changed"}),
    ]


def test_the_world_is_told_that_a_member_is_reached_otherwise_and_not_how():
    [event] = events_of(CHANGED)
    assert event == Event(
        "member.contact_changed",
        {
            "event_id": event.detail["event_id"],
            "version": 1,
            "member_id": MEMBER,
            "sequence": 0,
            "occurred_at": "2026-11-30T18:00:04Z",
            "what": ["phone_changed", "email_changed"],
            "profile_version": 4,
        },
    )
    [later] = events_of(ProfileChanged(MEMBER, CHANGED.what, 5, WRITTEN))
    assert later.detail["event_id"] != event.detail["event_id"]


def test_what_becomes_of_a_card_concerns_the_member_alone():
    assert events_of(ProfileChanged(MEMBER, ("card_blocked",), 4, WRITTEN)) == []


def test_a_voucher_is_told_once_by_its_id_its_last_day_and_its_worth():
    told = {"voucher_id": ISSUED.voucher_id, "until": "2026-12-31", "amount": 50_000}
    assert intents_of(ISSUED) == [Intent(MEMBER, "voucher_issued", ISSUED.voucher_id, told)]
    assert events_of(ISSUED) == []


def test_of_points_that_came_in_and_vouchers_nobody_is_asked_to_tell_but_where_the_program_says_so():
    silent = World()
    silent.publish(sample_event("publish_events", "purchase"))
    silent.publish(VOUCHER)
    assert not {"earned", "voucher_issued"} & {intent.kind for intent in silent.intents.intents}
    loud = World(is_told=lambda _: True)
    loud.publish(sample_event("publish_events", "purchase"))
    [earned] = [intent for intent in loud.intents.intents if intent.kind == "earned"]
    assert earned.data["points"] > 0
    assert earned.data["balance"] >= earned.data["points"]


@pytest.mark.parametrize(
    ("kind", "channels", "told"),
    [("earned", None, False), ("earned", (), False), ("earned", ("sms",), True), ("welcome", None, True)],
)
def test_a_kind_that_is_silent_by_itself_is_told_where_the_program_names_a_way(kind, channels, told):
    kinds = {} if channels is None else {kind: channels}
    assert is_told(kind, make_program(messages=MessagePolicy(kinds=kinds))) is told
