"""Feeds on DynamoDB as moto plays it, and through the signed API: from a purchase over the stream to the partner that asks."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.write_units import item_size
from quen.bootstrap import application
from quen.client.signing import Credentials
from quen.clock import WallClock
from quen.events.service import Publisher
from quen.feed.model import PartnerEvent
from quen.feed.service import (
    EVENTS_PER_TRANSACTION_MAX,
    KEPT_SECONDS,
    FeedListener,
    FeedRecords,
    Feeds,
    PositionTakenError,
)
from quen.feed.store import BODY_BYTES_MAX, FeedStore
from quen.partners.model import Right
from served import Served, serving
from tables import create_tables, open_mocked
from unit.feed.fakes import FakeFeedRecords
from unit.partners.fakes import FixedClock

PARTNER, OTHER = "ptn_0000000000000001", "ptn_0000000000000002"
NOW = 1_796_000_000
EXPIRES = NOW + KEPT_SECONDS


def event(number: int, partner_id: str = PARTNER, size: int = 0) -> PartnerEvent:
    body = json.dumps({"number": number, "filler": "điểm" * (size // 6)}, ensure_ascii=False).encode()
    return PartnerEvent(partner_id, f"evt_{number:016d}", "points.earned", body)


def events(first: int, last: int) -> list[PartnerEvent]:
    return [event(number) for number in range(first, last + 1)]


@pytest.fixture
def store() -> Iterator[FeedStore]:
    with mock_aws():
        yield FeedStore(open_mocked(), create_tables(open_mocked())["messages"])


@pytest.fixture(params=["fake", "store"])
def records(request: pytest.FixtureRequest) -> FeedRecords:
    return FakeFeedRecords() if request.param == "fake" else request.getfixturevalue("store")


def test_events_stand_behind_the_position_that_was_read(records: FeedRecords) -> None:
    assert records.read_head(PARTNER) == 0
    assert not records.append(PARTNER, 0, events(1, 2), EXPIRES)
    assert not records.append(PARTNER, 2, events(3, 3), EXPIRES)
    assert records.read_head(PARTNER) == 3
    kept = records.read(PARTNER, 1, 10)
    assert [(one.position, one.event_id, one.type, one.body) for one in kept] == [
        (number, told.event_id, told.type, told.body) for number, told in enumerate(events(2, 3), 2)
    ]
    assert [one.position for one in records.read(PARTNER, 0, 2)] == [1, 2]
    assert records.read(PARTNER, 3, 10) == []


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_position_that_is_not_the_last_is_taken(records: FeedRecords, after: int) -> None:
    records.append(PARTNER, 0, events(1, 2), EXPIRES)
    with pytest.raises(PositionTakenError):
        records.append(PARTNER, after, events(3, 3), EXPIRES)
    assert records.read_head(PARTNER) == 2


@pytest.mark.parametrize("after", [0, 2])
def test_what_the_feed_has_is_named_and_nothing_written(records: FeedRecords, after: int) -> None:
    records.append(PARTNER, 0, events(1, 2), EXPIRES)
    known = records.append(PARTNER, after, [event(3), event(2), event(1)], EXPIRES)
    assert {*known} == {event(1).event_id, event(2).event_id}
    assert [one.event_id for one in records.read(PARTNER, 0, 10)] == [told.event_id for told in events(1, 2)]


def test_the_feeds_of_two_partners_are_two(records: FeedRecords) -> None:
    records.append(PARTNER, 0, [event(1)], EXPIRES)
    assert records.read_head(OTHER) == 0
    assert not records.append(OTHER, 0, [event(1, OTHER)], EXPIRES)
    assert len(records.read(PARTNER, 0, 10)) == 1
    assert records.find_body(OTHER, event(1).event_id) == event(1, OTHER).body
    assert records.find_body(OTHER, event(2).event_id) is None


def test_the_oldest_is_the_first_that_is_not_over(records: FeedRecords) -> None:
    assert records.find_oldest(PARTNER, NOW) is None
    records.append(PARTNER, 0, events(1, 2), NOW)
    records.append(PARTNER, 2, events(3, 4), NOW + 1)
    assert records.find_oldest(PARTNER, NOW) == 3
    assert records.find_oldest(PARTNER, NOW - 1) == 1
    assert records.find_oldest(PARTNER, NOW + 1) is None


def test_an_event_is_gone_when_it_is_over_or_not_there(records: FeedRecords) -> None:
    records.append(PARTNER, 0, events(1, 2), NOW)
    records.append(PARTNER, 2, events(3, 3), NOW + 1)
    assert [records.is_gone(PARTNER, position, NOW) for position in (1, 2, 3, 4)] == [True, True, False, True]


def test_a_long_body_comes_back_byte_for_byte_and_within_a_kilobyte(store: FeedStore) -> None:
    for number, size in enumerate((0, BODY_BYTES_MAX - 50, BODY_BYTES_MAX, 5 * BODY_BYTES_MAX), 1):
        told = event(number, size=size)
        store.append(PARTNER, number - 1, [told], EXPIRES)
        assert store.find_body(PARTNER, told.event_id) == told.body
        assert store.read(PARTNER, number - 1, 1)[0].body == told.body
    items = open_mocked().scan(TableName=store._table)["Items"]
    assert max(item_size(item) for item in items) <= 1024


def test_the_most_events_fit_into_a_transaction(store: FeedStore) -> None:
    assert not store.append(PARTNER, 0, events(1, EVENTS_PER_TRANSACTION_MAX), EXPIRES)
    assert store.read_head(PARTNER) == EVENTS_PER_TRANSACTION_MAX


def test_everything_but_the_head_is_deleted_in_the_end(store: FeedStore) -> None:
    store.append(PARTNER, 0, events(1, 2), EXPIRES)
    kept = {
        item["SK"]["S"]: item.get("expires_at_epoch", {}).get("N")
        for item in open_mocked().scan(TableName=store._table)["Items"]
    }
    assert kept == {"HEAD": None, "EVENT": str(EXPIRES), f"{1:015d}": str(EXPIRES), f"{2:015d}": str(EXPIRES)}


# --- from a purchase to the partner that asks ---


class Silent:
    """A bus, a queue and a parking place that nobody listens to."""

    def put(self, events: Sequence[Any]) -> None: ...
    def send(self, intents: Sequence[Any], delay_seconds: int = 0) -> None: ...
    def park(self, record: Mapping[str, Any], error: Exception) -> None:
        raise error


class Announced:
    """What was announced."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def announce(self, partner_id: str, events: Sequence[tuple[str, str]]) -> None:
        self.told += [(partner_id, type_) for _, type_ in events]


class Stack:
    """The served APIs with a partner of one's own, and the stream from the ledger to the feeds."""

    def __init__(self, apis: Served) -> None:
        self.apis = apis
        self.partner_id = apis.make_partner("Bún Chả 36")
        self.announced = Announced()
        listener = FeedListener(application().feeds, lambda _, member_id: member_id, self.announced)
        self._publisher = Publisher(Silent(), Silent(), Silent(), listeners=[listener], wall=WallClock())

    def stream(self) -> None:
        """Everything that the ledger ever wrote, once more."""
        items = boto3.client("dynamodb", region_name="us-east-1").scan(TableName=application().settings.ledger_table)
        at = datetime.now(UTC).timestamp()
        records = [
            {"eventName": "INSERT", "dynamodb": {"NewImage": item, "ApproximateCreationDateTime": at}}
            for item in sorted(items["Items"], key=lambda item: (item["PK"]["S"], item["SK"]["S"]))
        ]
        self._publisher.publish(records)

    def search(self, **body: Any) -> Any:
        answer = self.apis.partner("POST", "/v1/events/search", body)
        assert answer.status == 200, answer
        return answer.body

    def buy(self, purchase_id: str, amount: int = 125_000) -> str:
        """A purchase; answers its entry's id."""
        at = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = {"purchase_id": purchase_id, "member": {"phone": "0901234567"}, "occurred_at": at}
        answer = self.apis.partner("POST", "/v1/purchases", body | {"total": {"amount": amount, "currency": "VND"}})
        assert answer.status == 201, answer
        return str(answer.body["entries"][0]["entry_id"])


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def member_id(apis: Served) -> str:
    return apis.enrol()


@pytest.fixture
def stack(apis: Served, member_id: str) -> Stack:
    assert member_id
    return Stack(apis)


def seen(page: Any) -> list[tuple[str, str]]:
    return [(one["type"], one["data"]["reference"]["id"]) for one in page["items"]]


def test_a_purchase_and_its_return_come_to_their_partner_once_however_often_they_are_told(
    stack: Stack, member_id: str
) -> None:
    empty = stack.search()
    assert (empty["items"], empty["has_more"]) == ([], False)
    entry_id = stack.buy("B-1")
    stack.stream()
    stack.stream()
    first = stack.search()
    [earned] = first["items"]
    assert earned["type"] == "points.earned"
    assert (earned["data"]["member_id"], earned["data"]["entry_id"]) == (member_id, entry_id)
    assert (earned["data"]["reference"], earned["data"]["role"]) == ({"kind": "purchase", "id": "B-1"}, "recorder")
    assert [type_ for partner_id, type_ in stack.announced.told if partner_id == stack.partner_id] == [
        "points.earned"
    ] * 2

    assert stack.search(cursor=first["next_cursor"]) == {
        "items": [],
        "next_cursor": first["next_cursor"],
        "has_more": False,
    }
    back = {"return_id": "R-1", "occurred_at": earned["timestamp"], "amount": {"amount": 125_000, "currency": "VND"}}
    assert stack.apis.partner("POST", "/v1/purchases/B-1/returns", back).status == 201
    stack.stream()
    assert seen(stack.search(cursor=first["next_cursor"])) == [("points.reversed", "R-1")]
    assert seen(stack.search(cursor=empty["next_cursor"])) == seen(stack.search())


def test_pages_follow_each_other_to_the_end(stack: Stack) -> None:
    for number in range(5):
        stack.buy(f"B-{number}")
    stack.stream()
    pages = [stack.search(limit=2)]
    while pages[-1]["has_more"]:
        pages.append(stack.search(limit=2, cursor=pages[-1]["next_cursor"]))
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert [about for page in pages for _, about in seen(page)] == [f"B-{number}" for number in range(5)]
    assert stack.search(types=["points.reversed"]) == {
        "items": [],
        "next_cursor": pages[-1]["next_cursor"],
        "has_more": False,
    }
    assert len(stack.search(types=["points.earned", "points.reversed"])["items"]) == 5


def test_another_partner_s_feed_is_its_own_and_so_is_its_cursor(stack: Stack) -> None:
    stack.buy("B-1")
    stack.stream()
    cursor = stack.search()["next_cursor"]
    stack.apis.make_partner("Bún Chả 36", relation="brand")
    assert stack.search()["items"] == []
    stolen = stack.apis.partner("POST", "/v1/events/search", {"cursor": cursor})
    assert (stolen.status, stolen.code) == (400, "cursor_invalid")


def test_a_cursor_whose_events_are_over_is_told_apart_from_one_that_never_was(stack: Stack) -> None:
    before = stack.search()["next_cursor"]
    stack.buy("B-1")
    stack.stream()
    feeds = Feeds(
        application().feeds._records, FixedClock(datetime.now(UTC) + timedelta(seconds=KEPT_SECONDS + 1)), print
    )
    assert feeds.search(stack.partner_id, None, 10).events == []
    table = boto3.resource("dynamodb", region_name="us-east-1").Table(application().settings.messages_table)
    table.delete_item(Key={"PK": f"FEED#{stack.partner_id}", "SK": f"{1:015d}"})
    over = stack.apis.partner("POST", "/v1/events/search", {"cursor": before})
    assert (over.status, over.code, over.body["retryable"]) == (410, "cursor_expired", False)
    assert stack.search()["items"] == []


def test_whoever_may_not_read_events_is_refused(stack: Stack) -> None:
    reader = application().partners.create("Reader", rights={Right.READ_PURCHASES})
    issued = application().partners.create_key(reader.partner_id, "hmac-sha256")
    assert issued.secret
    stack.apis.credentials = Credentials(issued.key.key_id, "hmac-sha256", base64.b64decode(issued.secret))
    answer = stack.apis.partner("POST", "/v1/events/search", {})
    assert (answer.status, answer.code) == (403, "partner_forbidden")


def test_a_search_is_held_to_its_rules(stack: Stack) -> None:
    for body, pointer in (
        ({"limit": 0}, "/limit"),
        ({"limit": 101}, "/limit"),
        ({"types": ["points.earned", "member.enrolled"]}, "/types/1"),
        ({"types": ["points.earned"] * 21}, "/types"),
        ({"cursor": 1}, "/cursor"),
    ):
        answer = stack.apis.partner("POST", "/v1/events/search", body)
        assert (answer.status, answer.code) == (422, "validation_failed")
        assert [fault["pointer"] for fault in answer.body["errors"]] == [pointer]
