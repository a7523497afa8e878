"""The books over DynamoDB as moto plays it: what is put is found, once, and in pages; and what the stream brings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import make_program
from house import FixedPrograms, MovableClock
from quen.errors import AlreadyDecidedError, NotFoundError
from quen.events.model import Event
from quen.ledger.model.funding import expired_of, funded_by, redeemed_at
from quen.partners.model import Terms
from quen.settlement.alerts import BusAlerts
from quen.settlement.composition import Bookkeeping
from quen.settlement.disputes import Asked, Decision
from quen.settlement.model import Category, DisputeState, Pack
from quen.settlement.packs import PackLevel
from quen.settlement.store import BookStore, DisputeStore, PackItem, StatementStore
from quen.shards.store import TotalStore
from tables import create_tables, open_mocked
from unit.settlement.fakes import BRAND, OTHER, POSTPAID, PREPAID, FakePartners, book, make_entry, make_partner, noon

OCT_5, OCT_6, TODAY = date(2026, 10, 5), date(2026, 10, 6), date(2026, 10, 20)


class SeenBus:
    """A bus that remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def put(self, events: Sequence[Event]) -> None:
        self.events += events


class Shop:
    """The use cases over one table; noon of 20 October, until a test moves the clock."""

    def __init__(self, *terms: Terms) -> None:
        self.client = open_mocked()
        self.table = create_tables(self.client)["program"]
        self.clock = MovableClock(noon(date(2026, 10, 20)))
        self.partners = FakePartners(make_partner(*terms), make_partner(*terms, partner_id=OTHER))
        self.bus = SeenBus()
        programs, clock = FixedPrograms(make_program()), self.clock
        given = self.partners, programs, clock, clock
        self.books = Bookkeeping(self.client, self.table, *given, lambda: b"k" * 32)
        self.listener = self.books.listener(self.bus)
        self.bookings = BookStore(self.client, self.table)

    def buy_pack(self, pack_id: str, points: int, at: datetime) -> None:
        """As the partners' administration keeps it."""
        PackItem(PK=f"PARTNER#{BRAND}", SK=f"PACK#{pack_id}", points=points, paid=0, bought_at=at).save()


@pytest.fixture
def shop() -> Any:
    with mock_aws():
        yield Shop(POSTPAID)


@pytest.fixture
def prepaid() -> Any:
    with mock_aws():
        yield Shop(replace(PREPAID, alert_below=200))


def test_the_stream_may_tell_a_fact_twice_and_it_is_booked_once(shop: Shop) -> None:
    facts = [make_entry({funded_by(BRAND): -30}), make_entry({redeemed_at(OTHER): 5}, number=2)]
    shop.listener.tell([*facts, *facts])
    shop.listener.tell(facts)
    [booking] = shop.bookings.list_days(BRAND, OCT_5, OCT_5)
    assert (booking.points, booking.reference.id) == ({"issued": 30}, "7731")
    assert [each.points for each in shop.bookings.list_days(OTHER, OCT_5, OCT_6)] == [{"redeemed": 5}]


def test_a_booking_is_read_as_it_was_written(shop: Shop) -> None:
    [booking] = book({funded_by(BRAND): -30, expired_of(BRAND): 4})
    shop.bookings.add([booking])
    assert [*shop.bookings.list_days(BRAND, OCT_5, OCT_5)] == [booking]
    assert shop.bookings.find(BRAND, "2026-10", booking.entry_id) == booking
    assert shop.bookings.find(BRAND, "2026-11", booking.entry_id) is None


def test_bookings_come_in_pages_each_of_them_once(shop: Shop) -> None:
    every = [
        one for number in range(20) for one in book({funded_by(BRAND): -1}, (OCT_5, OCT_6)[number % 2], number=number)
    ]
    shop.bookings.add(every)
    found, place = [], None
    while True:
        page, place = shop.books.settlement.list_bookings(BRAND, "2026-10", None, place, 6)
        assert len(page) == 6 or place is None
        found += page
        if place is None:
            break
    assert sorted(found, key=lambda one: one.sequence) == sorted(every, key=lambda one: one.sequence)
    of_a_day, _ = shop.books.settlement.list_bookings(BRAND, "2026-10", OCT_6, None, 50)
    assert {one.day for one in of_a_day} == {OCT_6}


def test_a_closed_statement_is_kept_once_with_its_hash(shop: Shop) -> None:
    shop.listener.tell([make_entry({funded_by(BRAND): -30})])
    shop.clock.instant = noon(date(2026, 12, 2))
    november = shop.books.settlement.close(BRAND, "2026-11")
    statements = StatementStore(shop.client, shop.table)
    october = statements.find(BRAND, "2026-10")
    assert october is not None
    assert october.total("issued").money == 3000
    assert statements.list_closed(BRAND, "2026-12", 5) == [november, october]
    assert not statements.keep(replace(november, currency="USD"))
    assert statements.find(BRAND, "2026-11") == november


def test_a_dispute_is_resolved_once_and_corrects_the_next_statement(shop: Shop) -> None:
    entry = make_entry({funded_by(BRAND): -30})
    shop.listener.tell([entry])
    [booking] = shop.bookings.list_days(BRAND, OCT_5, OCT_5)
    asked = Asked("2026-10", "came back", entry_id=booking.entry_id, points=0)
    dispute, was_there = shop.books.disputes.open(BRAND, asked, idempotency_key="d-1", fingerprint="f")
    assert (dispute.day, was_there) == (OCT_5, False)
    assert shop.books.disputes.open(BRAND, asked, idempotency_key="d-1", fingerprint="f") == (dispute, True)
    assert shop.books.disputes.list_in_state(DisputeState.OPENED, None, 5) == ([dispute], None)
    accepted = Decision(DisputeState.ACCEPTED, "seen", "an", -30, "issued")
    resolved = shop.books.disputes.resolve(dispute.dispute_id, accepted)
    with pytest.raises(AlreadyDecidedError):
        shop.books.disputes.resolve(dispute.dispute_id, accepted)
    assert not DisputeStore(shop.client, shop.table).resolve(resolved, OCT_6)
    assert shop.books.disputes.list_in_state(DisputeState.OPENED, None, 5) == ([], None)
    assert shop.books.disputes.list_in_state(DisputeState.ACCEPTED, None, 5) == ([resolved], None)
    assert shop.books.disputes.list_of_partner(BRAND, None, 5) == ([resolved], None)
    assert shop.books.settlement.load(BRAND, "2026-10").due == 0
    with pytest.raises(NotFoundError):
        shop.books.disputes.load(OTHER, dispute.dispute_id)


@pytest.mark.parametrize(
    ("category", "points", "used"), [("reversed", 30, -30), ("issued", -30, -30), ("issued", 5, 5), ("expired", 30, 0)]
)
def test_what_a_dispute_corrects_of_a_pack_can_be_given_away_as_the_statement_says(
    prepaid: Shop, category: Category, points: int, used: int
) -> None:
    asked = Asked("2026-10", "came back", purchase_id="P-1")
    dispute, _ = prepaid.books.disputes.open(BRAND, asked, idempotency_key="d-1", fingerprint="f")
    accepted = Decision(DisputeState.ACCEPTED, "seen", "an", points, category)
    prepaid.books.disputes.resolve(dispute.dispute_id, accepted)
    with pytest.raises(AlreadyDecidedError):
        prepaid.books.disputes.resolve(dispute.dispute_id, accepted)
    counted = TotalStore(prepaid.client, prepaid.table).count_taken([("PACK", BRAND)])["PACK", BRAND]
    assert sum(counted.values()) == prepaid.books.settlement.load(BRAND, "2026-10").pack.used == used


def test_terms_that_begin_later_change_nothing_of_what_a_dispute_has_corrected(prepaid: Shop) -> None:
    asked = Asked("2026-10", "came back", purchase_id="P-1")
    dispute, _ = prepaid.books.disputes.open(BRAND, asked, idempotency_key="d-1", fingerprint="f")
    prepaid.books.disputes.resolve(dispute.dispute_id, Decision(DisputeState.ACCEPTED, "seen", "an", 30, "reversed"))
    before = prepaid.books.settlement.load(BRAND, "2026-10")
    later = replace(POSTPAID, first_day=date(2026, 10, 25), issued="1")
    partner = prepaid.partners.load(BRAND)
    prepaid.partners.kept[BRAND] = replace(partner, terms=(*partner.terms, later))
    assert prepaid.books.settlement.load(BRAND, "2026-10") == before


def test_disputes_come_in_pages_the_newest_first(shop: Shop) -> None:
    for number in range(3):
        shop.clock.advance(minutes=1)
        asked = Asked("2026-10", "lost", purchase_id=f"P-{number}")
        shop.books.disputes.open(BRAND, asked, idempotency_key=str(number), fingerprint="f")
    page, place = shop.books.disputes.list_of_partner(BRAND, None, 2)
    rest, end = shop.books.disputes.list_of_partner(BRAND, place, 2)
    assert [each.purchase_id for each in (*page, *rest)] == ["P-2", "P-1", "P-0"]
    assert end is None


def test_a_pack_that_runs_low_is_told_once_until_more_is_bought(prepaid: Shop) -> None:
    prepaid.buy_pack("pck_1", 1000, noon(date(2026, 10, 1)))
    prepaid.listener.tell([make_entry({funded_by(BRAND): -700}, TODAY)])
    assert prepaid.bus.events == []
    for number in (2, 3):
        prepaid.clock.advance(minutes=2)
        prepaid.listener.tell([make_entry({funded_by(BRAND): -60}, TODAY, number=number)])
    prepaid.clock.advance(minutes=2)
    prepaid.listener.tell([make_entry({funded_by(BRAND): -10}, TODAY, number=4)])
    [event] = prepaid.bus.events
    assert event.type == "partner.pack_low"
    assert (event.detail["points_left"], event.detail["alert_below"], event.detail["partner_id"]) == (180, 200, BRAND)
    prepaid.buy_pack("pck_2", 100, prepaid.clock.instant)
    prepaid.clock.advance(minutes=2)
    prepaid.listener.tell([make_entry({funded_by(BRAND): -100}, TODAY, number=5)])
    assert [each.detail["points_left"] for each in prepaid.bus.events] == [180, 170]


def test_a_pack_is_looked_at_once_a_minute_while_it_does_not_run_low(prepaid: Shop) -> None:
    levels, looked = prepaid.books.listener(prepaid.bus)._watch._levels, list[int]()
    prepaid.listener._watch._levels.level = lambda *asked: looked.append(1) or levels.level(*asked)
    prepaid.buy_pack("pck_1", 1000, noon(date(2026, 10, 1)))
    for number, (seconds, looks) in enumerate(((0, 1), (59, 1), (1, 2), (59, 2))):
        prepaid.clock.advance(seconds=seconds)
        prepaid.listener.tell([make_entry({funded_by(BRAND): -200}, TODAY, number=number + 1)])
        assert len(looked) == looks
    assert prepaid.bus.events == []


def test_a_pack_that_is_emptied_within_the_minute_is_told_of_at_once(prepaid: Shop) -> None:
    prepaid.buy_pack("pck_1", 1000, noon(date(2026, 10, 1)))
    prepaid.listener.tell([make_entry({funded_by(BRAND): -700}, TODAY)])
    prepaid.clock.advance(seconds=30)
    prepaid.listener.tell([make_entry({funded_by(BRAND): -100}, TODAY, number=2)])
    assert prepaid.bus.events == []
    prepaid.clock.advance(seconds=10)
    prepaid.listener.tell([make_entry({funded_by(BRAND): -200}, TODAY, number=3)])
    assert [each.detail["points_left"] for each in prepaid.bus.events] == [0]


def test_a_pack_that_a_dispute_has_brought_low_is_told_of(prepaid: Shop) -> None:
    prepaid.buy_pack("pck_1", 1000, noon(date(2026, 10, 1)))
    asked = Asked("2026-10", "never booked", purchase_id="P-1")
    dispute, _ = prepaid.books.disputes.open(BRAND, asked, idempotency_key="d-1", fingerprint="f")
    prepaid.books.disputes.resolve(dispute.dispute_id, Decision(DisputeState.ACCEPTED, "seen", "an", 700, "issued"))
    prepaid.listener.tell([make_entry({funded_by(BRAND): -150}, TODAY)])
    assert [each.detail["points_left"] for each in prepaid.bus.events] == [150]
    assert prepaid.books.settlement.load(BRAND, "2026-10").pack.left == 150


def test_what_is_left_goes_on_from_the_last_closed_statement(prepaid: Shop) -> None:
    prepaid.buy_pack("pck_1", 1000, noon(date(2026, 10, 1)))
    prepaid.listener.tell([make_entry({funded_by(BRAND): -700})])
    prepaid.clock.instant = noon(date(2026, 11, 2))
    closed = prepaid.books.settlement.close(BRAND, "2026-10")
    assert (closed.pack.bought, closed.pack.left) == ((Pack("pck_1", date(2026, 10, 1), 1000),), 300)
    prepaid.listener.tell([make_entry({funded_by(BRAND): -101}, date(2026, 11, 2), number=2)])
    assert [each.detail["points_left"] for each in prepaid.bus.events] == [199]
    assert prepaid.books.settlement.load(BRAND, "2026-11").pack.left == 199


def test_an_alert_that_was_told_but_not_marked_has_the_same_event_id(prepaid: Shop) -> None:
    class ForgetfulMarks:
        def was_told(self, _partner_id: str, _packs: int) -> bool:
            return False

        def mark_told(self, _partner_id: str, _packs: int) -> None:
            pass

    alerts, at = BusAlerts(prepaid.bus, ForgetfulMarks()), datetime(2026, 10, 20, tzinfo=UTC)
    for _ in range(2):
        alerts.tell(make_partner(PREPAID), PackLevel(1000, 5), PREPAID, at)
    assert len({event.detail["event_id"] for event in prepaid.bus.events}) == 1
