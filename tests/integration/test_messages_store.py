"""The messages' store on DynamoDB as moto plays it: what every MessageRecords does, and what is only the store's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from moto import mock_aws

from quen.dynamodb import open_client
from quen.messages.model import KEPT_DAYS
from quen.messages.store import MessageStore
from tables import create_tables
from unit.messages.fakes import SettableClock
from unit.messages.records_contract import NEW, MessageRecordsContract

WALL = datetime(2026, 11, 22, tzinfo=UTC)


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

    def test_all_that_a_member_was_told_is_listed(self, records: MessageStore):
        records.claim(NEW)
        assert records.list_messages("mem_1") == [NEW]
        assert records.list_messages("mem_2") == []
