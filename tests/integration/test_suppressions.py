"""Addresses that are left alone, kept on DynamoDB as moto plays it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from moto import mock_aws

from quen.errors import ConflictRetryError, NotFoundError
from quen.keys import KeyRing
from quen.members.lookups import Lookups
from quen.messages.desk import Suppression
from quen.messages.suppressions import SuppressionStore
from quen.writes import Write
from tables import create_tables, open_mocked
from unit.messages.fakes import SettableClock

NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)
EMAIL, PHONE = "hoa@example.com", "+84901234567"
KEYS = KeyRing(b"m" * 32)


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        yield open_mocked()


@pytest.fixture
def table(client: Any) -> str:
    return create_tables(client)["messages"]


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def store(client: Any, table: str, clock: SettableClock) -> SuppressionStore:
    return SuppressionStore(client, table, KEYS, clock)


def test_an_address_is_written_to_until_it_is_suppressed(store: SuppressionStore) -> None:
    assert not store.is_suppressed("email", EMAIL)
    store.suppress("email", EMAIL, "bounced", "msg_1")
    assert store.is_suppressed("email", EMAIL)
    assert store.find("email", EMAIL) == Suppression("email", "bounced", NOW, "msg_1")
    assert not store.is_suppressed("email", "lan@example.com")


def test_a_number_is_left_alone_by_each_channel_for_itself(store: SuppressionStore) -> None:
    store.suppress("zalo", PHONE, "refused", "msg_1")
    assert [store.is_suppressed(channel, PHONE) for channel in ("sms", "zalo")] == [False, True]


def test_the_first_reason_is_the_one_told(store: SuppressionStore, clock: SettableClock) -> None:
    store.suppress("email", EMAIL, "bounced", "msg_1")
    clock.advance(days=1)
    store.suppress("email", EMAIL, "complained", "msg_2")
    assert store.find("email", EMAIL) == Suppression("email", "bounced", NOW, "msg_1")


def test_what_was_lifted_is_suppressed_again_after_another_message_only(
    store: SuppressionStore, clock: SettableClock
) -> None:
    store.suppress("email", EMAIL, "bounced", "msg_1")
    store.lift("email", EMAIL)
    assert not store.is_suppressed("email", EMAIL)
    store.suppress("email", EMAIL, "bounced", "msg_1")
    assert not store.is_suppressed("email", EMAIL)
    clock.advance(days=1)
    store.suppress("email", EMAIL, "bounced", "msg_2")
    assert store.find("email", EMAIL) == Suppression("email", "bounced", clock.now(), "msg_2")


def test_what_is_not_suppressed_cannot_be_lifted(store: SuppressionStore) -> None:
    with pytest.raises(NotFoundError):
        store.lift("email", EMAIL)
    store.suppress("email", EMAIL, "bounced", "msg_1")
    store.lift("email", EMAIL)
    with pytest.raises(NotFoundError):
        store.lift("email", EMAIL)


def test_it_is_lifted_with_its_record_or_not_at_all(store: SuppressionStore, table: str) -> None:
    store.suppress("email", EMAIL, "bounced", "msg_1")
    item = {"PK": {"S": "AUDIT"}, "SK": {"S": "1"}}
    once = Write("audit", "Put", {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(PK)"})
    store.lift("email", EMAIL, [once])
    store.suppress("email", EMAIL, "bounced", "msg_2")
    with pytest.raises(ConflictRetryError):
        store.lift("email", EMAIL, [once])
    assert store.is_suppressed("email", EMAIL)


def test_no_address_is_kept_and_no_look_up_leads_to_it(store: SuppressionStore, client: Any, table: str) -> None:
    store.suppress("email", EMAIL, "bounced", "msg_1")
    store.suppress("sms", PHONE, "bounced", "msg_1")
    kept = json.dumps(client.scan(TableName=table)["Items"])
    lookups = Lookups(KEYS)
    for told in (EMAIL, PHONE, "hoa", "1234567", lookups.email(EMAIL).digest, lookups.phone(PHONE).digest):
        assert told not in kept
