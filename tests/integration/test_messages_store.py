"""The messages' store on DynamoDB as moto plays it: what every MessageRecords does, and what is only the store's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from quen.dynamodb import open_client
from quen.messages.caps import Counted, Recent
from quen.messages.model import KEPT_DAYS, Attempt
from quen.messages.store import MessageStore
from quen.program.model import Channel
from tables import create_tables
from unit.messages.fakes import SettableClock
from unit.messages.records_contract import NEW, MessageRecordsContract

WALL = datetime(2026, 11, 22, tzinfo=UTC)
LATER = WALL + timedelta(hours=1)


class TestMessageStore(MessageRecordsContract):
    @pytest.fixture
    def client(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
        with mock_aws():
            yield open_client("us-east-1")

    @pytest.fixture
    def table(self, client: Any) -> str:
        return create_tables(client)["messages"]

    @pytest.fixture
    def records(self, client: Any, table: str) -> MessageStore:
        return MessageStore(client, table, SettableClock(WALL))

    def test_a_message_is_taken_out_in_its_time_and_holds_no_address(
        self, client: Any, table: str, records: MessageStore
    ):
        records.claim(NEW)
        [item] = client.scan(TableName=table)["Items"]
        assert int(item["expires_at_epoch"]["N"]) == int(WALL.timestamp()) + KEPT_DAYS * 86_400
        assert (item["PK"]["S"], item["SK"]["S"]) == ("MEMBER#mem_1", "MESSAGE#birthday:2026")
        assert "@" not in json.dumps(item)

    def test_all_that_a_member_was_told_is_listed_the_newest_first(self, records: MessageStore):
        told = [replace(NEW, key=f"{kind}:2026", created_at=at) for kind, at in (("welcome", WALL), ("holiday", LATER))]
        for message in told:
            records.claim(message)
        assert records.list_messages("mem_1") == told[::-1]
        assert records.list_messages("mem_2") == []

    def test_what_a_provider_names_and_what_was_counted_is_taken_out_too(
        self, client: Any, table: str, records: MessageStore
    ):
        sent = replace(NEW, state="SENT", channel="sms", provider_id="sns-1", revision=1)
        records.claim(NEW)
        counted = Recent("mem_1", (Counted(NEW.key, "sms", LATER),), 1)
        assert records.replace(NEW, sent, (Recent("mem_1"), counted))
        items = client.scan(TableName=table)["Items"]
        assert {item["SK"]["S"] for item in items} == {"MESSAGE#birthday:2026", "RECENT", "PROVIDER"}
        assert all("expires_at_epoch" in item for item in items)

    def test_a_message_stays_within_one_write_unit(self, client: Any, table: str, records: MessageStore):
        """As large as one gets: a warning about a week of days that three channels were tried for."""
        names: tuple[Channel, ...] = ("zalo", "email", "sms")
        full = replace(
            NEW,
            key="expiring:2026-11-30.30",
            data={"points": 10**9, "balance": 10**9, "days": [f"2026-11-2{day}" for day in range(7)], "stage": 30},
            attempts=tuple(Attempt(name, "refused", LATER, "TooManyRequestsException") for name in names),
            provider_id="0100019370c2f2b5-6f0c1b5e-3a51-4f0b-9a53-8a1c3e2d4f56-000000",
            created_at=LATER,
            sent_at=LATER,
            delivered_at=LATER,
            held_until=LATER,
        )
        records.claim(full)
        assert size_of(client.scan(TableName=table)["Items"][0]) <= 1024


def size_of(item: dict[str, dict[str, str]]) -> int:
    """Bytes as DynamoDB counts them, texts and numbers alike by their letters."""
    return sum(len(name) + len(value) for name, attribute in item.items() for value in attribute.values())
