"""A sandbox stack in one process that a life is lived in: its clock is moved, its stream told, its queues worked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3

from local.sandbox_clock import SandboxClockItem
from quen.bootstrap import application
from served import open_queues, serving
from tables import TABLES, open_mocked
from upgrade.asking import Desk

REGION = "us-east-1"
ITEMS_AT_ONCE = 25
SECRETS_PREFIX = "quen-test/"
FROM = ("hello@example.com", "xin-chao@ca-phe-quen.example")
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)


class World:
    """The stack's inside: tables, secrets, clock, stream, queues."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.client: Any = open_mocked()
        self._sqs = open_queues()
        boto3.client("events", region_name=REGION).create_event_bus(Name="quen-test")
        mails = boto3.client("sesv2", region_name=REGION)
        for address in FROM:
            mails.create_email_identity(EmailIdentity=address)
        self._told: set[tuple[str, str]] = set()

    @property
    def tables(self) -> dict[str, str]:
        """The tables' names."""
        settings = application().settings
        return {name: getattr(settings, f"{name}_table") for name in TABLES}

    def set_now(self, instant: datetime) -> None:
        """Let it be that instant for the program."""
        clock = SandboxClockItem(self.client, self.tables["program"], lambda: datetime.now(UTC))
        clock.set_now(instant)
        application.cache_clear()

    def now(self) -> datetime:
        """The program's time."""
        return application().clock.now()

    def pass_days(self, days: int) -> None:
        """So many days later."""
        self.set_now(self.now() + timedelta(days=days))

    def scan(self, table: str) -> list[dict[str, Any]]:
        """All items of a table, in the order of their keys."""
        pages = self.client.get_paginator("scan").paginate(TableName=self.tables[table])
        items = [item for page in pages for item in page["Items"]]
        return sorted(items, key=lambda item: (item["PK"]["S"], item["SK"]["S"]))

    def load(self, table: str, items: list[dict[str, Any]]) -> None:
        """Put these items there, and tell nobody of them."""
        name = self.tables[table]
        for first in range(0, len(items), ITEMS_AT_ONCE):
            puts = [{"PutRequest": {"Item": item}} for item in items[first : first + ITEMS_AT_ONCE]]
            assert not self.client.batch_write_item(RequestItems={name: puts})["UnprocessedItems"]
        if table == "ledger":
            self._told |= {(item["PK"]["S"], item["SK"]["S"]) for item in items}

    def stream(self) -> None:
        """What the ledger has got since is told, and who should know is written to."""
        new = [item for item in self.scan("ledger") if (item["PK"]["S"], item["SK"]["S"]) not in self._told]
        self._told |= {(item["PK"]["S"], item["SK"]["S"]) for item in new}
        at = int(datetime.now(UTC).timestamp())
        application().publisher.publish(
            [{"eventName": "INSERT", "dynamodb": {"NewImage": item, "ApproximateCreationDateTime": at}} for item in new]
        )
        from issue_vouchers.app import handle as issue
        from send_messages.app import handle as send

        for queue, handle in (("messages", send), ("issue-vouchers", issue)):
            for body in self.drain(queue):
                handle({"Records": [{"messageId": "1", "body": body}]}, CONTEXT)

    def drain(self, queue: str) -> list[str]:
        """The bodies of all messages that wait there now; they are gone afterwards."""
        url = f"https://sqs.{REGION}.amazonaws.com/123456789012/{queue}"
        bodies: list[str] = []
        while some := self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for one in some:
                bodies.append(one["Body"])
                self._sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
        return bodies

    def secrets(self) -> dict[str, str]:
        """Every secret of the stack, by name."""
        vault = boto3.client("secretsmanager", region_name=REGION)
        names = [each["Name"] for page in vault.get_paginator("list_secrets").paginate() for each in page["SecretList"]]
        return {
            name: vault.get_secret_value(SecretId=name)["SecretString"]
            for name in sorted(names)
            if name.startswith(SECRETS_PREFIX)
        }

    def keep_secrets(self, secrets: dict[str, str]) -> None:
        """As an earlier stack had them."""
        vault = boto3.client("secretsmanager", region_name=REGION)
        there = self.secrets()
        for name, value in secrets.items():
            if name in there:
                vault.put_secret_value(SecretId=name, SecretString=value)
            else:
                vault.create_secret(Name=name, SecretString=value)
        application.cache_clear()


@contextmanager
def opened() -> Iterator[World]:
    """An empty sandbox stack."""
    with serving(with_program=False) as served:
        os.environ["SANDBOX"] = "true"  # `serving` puts the environment back
        application.cache_clear()
        yield World(Desk(served))


def work_bodies(bodies: list[str]) -> dict[str, Any]:
    """What a queue's messages are to a function."""
    return {"Records": [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}
