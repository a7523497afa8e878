"""Webhooks and deliveries, kept for real: one suite for the fakes and for DynamoDB as moto plays it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from local.write_units import item_size
from quen.errors import ConflictRetryError
from quen.ids import new_id
from quen.webhooks.model import Delivery, DeliveryState, DisabledBy, Result, Webhook
from quen.webhooks.ports import DeliveryRecords, WebhookRecords
from quen.webhooks.store import DeliveryStore, WebhookStore
from quen.writes import Write
from tables import create_tables, open_mocked
from unit.webhooks.fakes import FakeDeliveryRecords, FakeWebhookRecords

NOW = datetime(2026, 11, 22, 3, 15, 0, 500_000, tzinfo=UTC)
PARTNER = "ptn_7k3wq2m9xv4bt8dz"


@dataclass
class Aws:
    dynamodb: Any
    table: str


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with mock_aws():
        dynamodb = open_mocked()
        yield Aws(dynamodb, create_tables(dynamodb)["messages"])


@dataclass
class Ports:
    webhooks: WebhookRecords
    deliveries: DeliveryRecords


@pytest.fixture(params=["fake", "aws"])
def ports(request: pytest.FixtureRequest) -> Ports:
    if request.param == "fake":
        return Ports(FakeWebhookRecords(), FakeDeliveryRecords())
    aws = request.getfixturevalue("aws")
    return Ports(WebhookStore(aws.dynamodb, aws.table), DeliveryStore(aws.dynamodb, aws.table))


def make_webhook(partner_id: str = PARTNER, **parts: Any) -> Webhook:
    url = "https://hooks.example.com/quen"
    return replace(Webhook(new_id("whk"), partner_id, url, (), NOW, new_id("whs")), **parts)


def make_delivery(webhook_id: str, at: datetime = NOW, **parts: Any) -> Delivery:
    return replace(Delivery(webhook_id, new_id("evt"), "points.earned", at), **parts)


def test_a_webhook_is_found_as_it_was_kept(ports: Ports) -> None:
    hour = timedelta(hours=1)
    rotated = make_webhook(event_types=("points.", "tier.changed")).rotated("whs_2", NOW + hour)
    failing = replace(make_webhook(), failing_since=NOW, resting_until=NOW + hour)
    for webhook in (make_webhook(), rotated, failing, make_webhook().disabled(DisabledBy.FAILING)):
        ports.webhooks.add(webhook)
        assert ports.webhooks.find(PARTNER, webhook.webhook_id) == webhook
        assert ports.webhooks.find("ptn_0000000000000000", webhook.webhook_id) is None


def test_a_partner_s_webhooks_are_listed_by_id(ports: Ports) -> None:
    partner_id = new_id("ptn")
    webhooks = [make_webhook(partner_id) for _ in range(3)]
    for webhook in (*webhooks, make_webhook()):
        ports.webhooks.add(webhook)
    assert list(ports.webhooks.list_webhooks(partner_id)) == sorted(webhooks, key=lambda one: one.webhook_id)
    assert list(ports.webhooks.list_webhooks(new_id("ptn"))) == []


def test_a_webhook_changes_only_as_it_was_read_and_comes_back_never(ports: Ports) -> None:
    webhook = make_webhook()
    ports.webhooks.add(webhook)
    disabled = webhook.disabled(DisabledBy.STAFF)
    assert ports.webhooks.replace(webhook, disabled)
    assert not ports.webhooks.replace(webhook, webhook.rotated("whs_9", NOW))
    assert ports.webhooks.find(PARTNER, webhook.webhook_id) == disabled
    for _ in range(2):
        ports.webhooks.delete(disabled)
    assert not ports.webhooks.replace(disabled, disabled.enabled())
    assert ports.webhooks.find(PARTNER, webhook.webhook_id) is None


def test_an_event_is_claimed_once_for_each_webhook(ports: Ports) -> None:
    delivery = make_delivery(new_id("whk"), body=b'{"type":"webhook.test"}')
    assert ports.deliveries.claim(delivery) == delivery
    begun = delivery.begun(NOW)
    assert ports.deliveries.replace(delivery, begun)
    assert ports.deliveries.claim(replace(delivery, created_at=NOW + timedelta(days=1))) == begun
    other = replace(delivery, webhook_id=new_id("whk"))
    assert ports.deliveries.claim(other) == other
    assert ports.deliveries.find(delivery.webhook_id, "evt_none") is None


def test_a_delivery_is_found_as_it_was_left(ports: Ports) -> None:
    delivery = ports.deliveries.claim(make_delivery(new_id("whk")))
    for result in (Result(503, retry_after_seconds=60), Result(failure="timed_out"), Result(410), Result(204)):
        ended = delivery.begun(NOW).ended(result, NOW, 3)
        assert ports.deliveries.replace(delivery, ended)
        assert not ports.deliveries.replace(delivery, ended)
        delivery = ended
        assert ports.deliveries.find(delivery.webhook_id, delivery.event_id) == delivery


def test_the_log_is_in_order_of_time_to_the_microsecond_both_ways(ports: Ports) -> None:
    webhook_id, second = new_id("whk"), NOW.replace(microsecond=0)
    instants = [second + timedelta(microseconds=offset) for offset in (0, 1, 500_000, 999_999, 1_000_000, 60_000_000)]
    deliveries = [ports.deliveries.claim(make_delivery(webhook_id, at)) for at in instants]
    ports.deliveries.claim(make_delivery(new_id("whk")))
    first = ports.deliveries.list_before(webhook_id, None, 4)
    rest = ports.deliveries.list_before(webhook_id, first[-1][0], 4)
    assert [delivery for _, delivery in (*first, *rest)] == deliveries[::-1]
    assert len(rest) == 2
    since = ports.deliveries.list_since(webhook_id, instants[2], 3)
    assert [delivery for _, delivery in since] == deliveries[2:5]
    assert list(ports.deliveries.list_since(webhook_id, instants[-1] + timedelta(seconds=1), 3)) == []


def test_what_goes_with_a_change_is_written_with_it_or_nothing_is(aws: Aws) -> None:
    store, webhook = WebhookStore(aws.dynamodb, aws.table), make_webhook()
    store.add(webhook)
    absent = {"PK": {"S": "ABSENT"}, "SK": {"S": "ABSENT"}}
    check = {"TableName": aws.table, "Key": absent, "ConditionExpression": "attribute_exists(PK)"}
    with pytest.raises(ConflictRetryError):
        store.replace(webhook, webhook.disabled(DisabledBy.STAFF), [Write("audit", "ConditionCheck", check)])
    assert store.find(PARTNER, webhook.webhook_id) == webhook


def test_a_delivery_says_when_the_table_may_forget_it_and_fits_one_write_unit(aws: Aws) -> None:
    store = DeliveryStore(aws.dynamodb, aws.table)
    claimed = store.claim(make_delivery(new_id("whk")))
    delivery = replace(claimed, attempts=10, state=DeliveryState.DEAD, last_error="answer_unreadable", last_at=NOW)
    assert store.replace(claimed, delivery)
    found = aws.dynamodb.query(
        TableName=aws.table,
        KeyConditionExpression="PK = :pk",
        ExpressionAttributeValues={":pk": {"S": f"WEBHOOK#{delivery.webhook_id}"}},
    )["Items"]
    assert len(found) == 2
    for item in found:
        assert timedelta(seconds=int(item["expires_at_epoch"]["N"])) > timedelta(seconds=NOW.timestamp(), days=30)
        assert item_size(item) <= 1024


def test_no_item_holds_a_secret(aws: Aws) -> None:
    webhook = make_webhook().rotated("whs_2", NOW)
    WebhookStore(aws.dynamodb, aws.table).add(webhook)
    key = {"PK": {"S": f"PARTNER#{PARTNER}"}, "SK": {"S": f"WEBHOOK#{webhook.webhook_id}"}}
    item = aws.dynamodb.get_item(TableName=aws.table, Key=key)["Item"]
    assert {name for name in item if "secret" in name} == {"secret_id", "previous_secret_id"}
