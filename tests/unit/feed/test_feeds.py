"""Feeds over memory: nothing twice, nothing skipped, and whoever comes too late is told so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import get_args

import pytest

from factories import make_program, make_purchase
from quen.errors import TemporarilyUnavailableError
from quen.events.model import Enrolled
from quen.feed.model import PARTNER_EVENT_TYPES, CursorExpiredError, Page, PartnerEvent
from quen.feed.service import (
    APPEND_TRIES_MAX,
    EVENTS_PER_TRANSACTION_MAX,
    FILTERED_READ_SIZE,
    KEPT_SECONDS,
    READS_MAX,
    FeedListener,
    Feeds,
)
from quen.http.feed import EventType
from quen.ledger.model import RecordPurchase
from till import Till
from unit.feed.fakes import FakeFeedRecords
from unit.partners.fakes import NOW, FixedClock

PARTNER = "ptn_1"


@dataclass
class Shop:
    """One partner's feed."""

    records: FakeFeedRecords = field(default_factory=FakeFeedRecords)
    clock: FixedClock = field(default_factory=FixedClock)
    pauses: list[int] = field(default_factory=list)

    @property
    def feeds(self) -> Feeds:
        return Feeds(self.records, self.clock, self.pauses.append)

    def append(self, *numbers: int) -> None:
        self.feeds.append(PARTNER, [event(number) for number in numbers])

    def search(
        self, after: int | None = None, limit: int = 100, types: Sequence[str] = ()
    ) -> tuple[list[int], int, bool]:
        page: Page = self.feeds.search(PARTNER, after, limit, types)
        return [int(one.event_id) for one in page.events], page.position, page.has_more


def event(number: int, type_: str = "points.earned") -> PartnerEvent:
    return PartnerEvent(PARTNER, str(number), type_, f'{{"number":{number}}}'.encode())


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_what_is_told_is_read_in_order_page_by_page(shop: Shop) -> None:
    shop.append(*range(1, 6))
    assert shop.search(limit=2) == ([1, 2], 2, True)
    assert shop.search(2, limit=2) == ([3, 4], 4, True)
    assert shop.search(4, limit=2) == ([5], 5, False)


def test_at_the_end_the_position_stays_and_goes_on_with_what_comes_later(shop: Shop) -> None:
    assert shop.search() == ([], 0, False)
    shop.append(1)
    assert shop.search(0) == ([1], 1, False)
    assert shop.search(1) == ([], 1, False)
    shop.append(2)
    assert shop.search(1) == ([2], 2, False)


def test_what_is_told_again_is_passed_and_the_rest_appended(shop: Shop) -> None:
    shop.append(1, 2)
    shop.append(1, 3, 2, 4, 3)
    assert shop.search()[0] == [1, 2, 3, 4]


def test_many_events_go_in_by_transactions_in_their_order(shop: Shop) -> None:
    numbers = range(1, 2 * EVENTS_PER_TRANSACTION_MAX + 2)
    shop.append(*numbers)
    assert shop.search()[0] == [*numbers]


def test_whoever_loses_a_race_goes_behind_the_winner(shop: Shop) -> None:
    shop.records.others = [event(7), event(8)]
    shop.append(1, 2)
    assert (shop.search()[0], shop.pauses) == ([7, 8, 1, 2], [0])


def test_whoever_loses_every_race_says_so(shop: Shop) -> None:
    shop.records.is_contended = True
    with pytest.raises(TemporarilyUnavailableError):
        shop.append(1)
    assert shop.pauses == [*range(APPEND_TRIES_MAX)]


def test_types_are_looked_for_over_several_reads(shop: Shop) -> None:
    count = FILTERED_READ_SIZE + 10
    events = [
        event(number, "points.expired" if number % 100 == 0 else "points.earned") for number in range(1, count + 1)
    ]
    shop.feeds.append(PARTNER, events)
    assert shop.search(types=["points.expired"], limit=2) == ([100, 200], 200, True)
    assert shop.search(200, types=["points.expired"], limit=2) == ([], count, False)
    assert shop.search(types=["points.reversed", "points.expired"]) == ([100, 200], count, False)


def test_a_page_without_a_find_moves_on_and_says_that_there_is_more(shop: Shop) -> None:
    shop.append(*range(1, READS_MAX * FILTERED_READ_SIZE + 3))
    looked = READS_MAX * FILTERED_READ_SIZE
    assert shop.search(types=["points.expired"]) == ([], looked, True)
    assert shop.search(looked, types=["points.expired"]) == ([], looked + 2, False)


def test_a_position_whose_next_event_is_over_is_refused_and_a_new_start_finds_the_oldest(shop: Shop) -> None:
    shop.append(1, 2, 3)
    shop.clock.advance(KEPT_SECONDS)
    shop.append(4, 5)
    assert shop.search(0)[0] == [1, 2, 3, 4, 5]  # over, but there still
    assert shop.search() == ([4, 5], 5, False)
    shop.records.delete_until(PARTNER, 3)
    for after in range(3):
        with pytest.raises(CursorExpiredError):
            shop.search(after)
    assert shop.search(3)[0] == [4, 5]
    assert shop.search()[0] == [4, 5]


def test_a_feed_in_which_all_is_over_goes_on_where_it_was(shop: Shop) -> None:
    shop.append(1, 2, 3)
    shop.clock.advance(KEPT_SECONDS)
    shop.records.delete_until(PARTNER, 3)
    assert shop.search() == ([], 3, False)
    assert shop.search(3) == ([], 3, False)
    with pytest.raises(CursorExpiredError):
        shop.search(2)
    shop.append(4)
    assert shop.search(3) == ([4], 4, False)


def test_a_position_that_the_feed_never_had_is_refused(shop: Shop) -> None:
    shop.append(1)
    with pytest.raises(CursorExpiredError):
        shop.search(2)


@pytest.mark.parametrize("unseen", [{1}, {1, 2}, {2}, {3}, {2, 3}, {1, 2, 3}])
def test_what_is_half_done_is_waited_for_and_never_skipped(shop: Shop, unseen: set[int]) -> None:
    """A query sees some items of a transaction and others not, in any order, whatever the head says already."""
    shop.append(1, 2, 3)
    shop.records.unseen = unseen
    seen, position, has_more = shop.search(0)
    assert seen == list(range(1, min(unseen)))
    assert (position, has_more) == (len(seen), True)
    shop.records.unseen = set()
    assert shop.search(position)[0] == list(range(position + 1, 4))


@pytest.mark.parametrize("unseen", [{1}, {1, 2}, {1, 2, 3}])
def test_a_first_look_at_what_is_half_done_is_tried_again(shop: Shop, unseen: set[int]) -> None:
    shop.append(1, 2, 3)
    shop.records.unseen = unseen
    with pytest.raises(TemporarilyUnavailableError):
        shop.search()


def test_a_body_is_found_by_its_event_in_the_partner_s_own_feed_alone(shop: Shop) -> None:
    shop.append(1)
    assert shop.feeds.find(PARTNER, "1") == event(1).body
    assert shop.feeds.find(PARTNER, "2") is None
    assert shop.feeds.find("ptn_2", "1") is None


class Announced:
    """What was announced, and of which of it the body was there by then."""

    def __init__(self, feeds: Feeds) -> None:
        self._feeds = feeds
        self.told: list[tuple[str, list[str], bool]] = []

    def announce(self, partner_id: str, events: Sequence[tuple[str, str]]) -> None:
        are_there = all(self._feeds.find(partner_id, event_id) for event_id, _ in events)
        self.told.append((partner_id, [type_ for _, type_ in events], are_there))


def test_a_batch_is_appended_by_partner_in_its_order_and_then_announced(shop: Shop) -> None:
    announced, till = Announced(shop.feeds), Till(make_program())
    listener = FeedListener(shop.feeds, lambda partner_id, _: None if partner_id == "ptn_gone" else "mem_1", announced)
    for partner_id, number in (("ptn_1", 1), ("ptn_2", 2), ("ptn_gone", 3), ("ptn_1", 4)):
        till.do(RecordPurchase(partner_id, make_purchase(purchase_id=f"B-{number}")))
    facts = [Enrolled("mem", 0, NOW), *till.entries]
    for _ in range(2):
        listener.tell(facts)
    seen = {
        partner_id: [
            json.loads(one.body)["data"]["reference"]["id"] for one in shop.feeds.search(partner_id, None, 9).events
        ]
        for partner_id in ("ptn_1", "ptn_2", "ptn_gone")
    }
    assert seen == {"ptn_1": ["B-1", "B-4"], "ptn_2": ["B-2"], "ptn_gone": []}
    assert announced.told == [("ptn_1", ["points.earned"] * 2, True), ("ptn_2", ["points.earned"], True)] * 2


def test_what_could_not_be_appended_is_not_announced(shop: Shop) -> None:
    announced, till = Announced(shop.feeds), Till(make_program())
    till.do(RecordPurchase("ptn_1", make_purchase()))
    shop.records.is_contended = True
    with pytest.raises(TemporarilyUnavailableError):
        FeedListener(shop.feeds, lambda _, member_id: member_id, announced).tell(till.entries)
    assert announced.told == []


def test_the_contract_names_every_type_that_partners_are_told() -> None:
    assert get_args(EventType) == PARTNER_EVENT_TYPES
