"""A partner's statements: what is in them, how they close, and what becomes of what comes late."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256

import pytest
from msgspec.structs import replace

from quen.errors import NotFoundError
from quen.ledger.model.funding import expired_of, funded_by, redeemed_at
from quen.partners.model import Partner
from quen.settlement.model import (
    GENESIS,
    Correction,
    MonthNotOverError,
    MonthSums,
    Pack,
    form_of,
    read_form,
)
from quen.settlement.model.months import closable_on, days_of, is_month, months_between
from quen.settlement.ports import BoughtPack
from unit.settlement.fakes import BRAND, POSTPAID, PREPAID, Desk, FakeBookings, FakePartners, make_partner, noon

OCT, NOV = "2026-10", "2026-11"


def desk_of(partner: Partner) -> Desk:
    return Desk(FakePartners(partner))


def test_a_line_is_a_category_of_a_day_and_the_totals_are_their_sums() -> None:
    desk = Desk()
    desk.book({funded_by(BRAND): -30}, date(2026, 10, 5), number=1)
    desk.book({funded_by(BRAND): -12}, date(2026, 10, 5), number=2)
    desk.book({funded_by(BRAND): -3}, date(2026, 10, 6), number=3)
    desk.book({redeemed_at(BRAND): 20}, date(2026, 10, 6), number=4)
    statement = desk.settlement.load(BRAND, OCT)
    shown = [(line.day.day, line.category, line.points, line.bookings, line.money) for line in statement.lines]
    assert shown == [(5, "issued", 42, 2, 4200), (6, "issued", 3, 1, 300), (6, "redeemed", 20, 1, 1800)]
    assert (statement.total("issued").points, statement.total("issued").money) == (45, 4500)
    assert statement.due == 4500 - 1800
    assert (statement.closed_at, statement.hash) == (None, "")


def test_a_new_price_counts_from_its_own_day_on() -> None:
    dearer = replace(POSTPAID, first_day=date(2026, 10, 6), issued="120")
    desk = desk_of(make_partner(POSTPAID, dearer))
    for number, day in enumerate((5, 6), start=1):
        desk.book({funded_by(BRAND): -10}, date(2026, 10, day), number=number)
    lines = desk.settlement.load(BRAND, OCT).lines
    assert [(line.price, line.money) for line in lines] == [("100", 1000), ("120", 1200)]


def test_a_month_is_closed_once_it_is_over_and_stays() -> None:
    desk = Desk()
    desk.book({funded_by(BRAND): -30}, date(2026, 10, 31), number=1)
    desk.go_to(date(2026, 10, 31))
    with pytest.raises(MonthNotOverError):
        desk.settlement.close(BRAND, OCT)
    desk.go_to(date(2026, 11, 1))
    closed = desk.settlement.close(BRAND, OCT)
    assert closed.closed_at == noon(date(2026, 11, 1))
    desk.book({funded_by(BRAND): -5}, date(2026, 10, 31), number=2)
    assert desk.settlement.load(BRAND, OCT) == closed == desk.settlement.close(BRAND, OCT)


def test_what_comes_late_is_a_line_of_the_next_statement_at_its_own_day_s_price() -> None:
    dearer = replace(POSTPAID, first_day=date(2026, 11, 1), issued="120")
    desk = desk_of(make_partner(POSTPAID, dearer))
    desk.book({funded_by(BRAND): -30}, date(2026, 10, 31), number=1)
    desk.go_to(date(2026, 11, 2))
    desk.settlement.close(BRAND, OCT)
    desk.book({funded_by(BRAND): -5}, date(2026, 10, 31), number=2)
    desk.book({funded_by(BRAND): -5}, date(2026, 11, 2), number=3)
    november = desk.settlement.load(BRAND, NOV)
    assert [(line.day, line.points, line.money) for line in november.late] == [(date(2026, 10, 31), 5, 500)]
    assert [(line.day, line.points, line.money) for line in november.lines] == [(date(2026, 11, 2), 5, 600)]
    assert november.due == 1100
    desk.go_to(date(2026, 12, 2))
    desk.settlement.close(BRAND, NOV)
    desk.book({expired_of(BRAND): 9}, date(2026, 10, 31), number=4)
    december = desk.settlement.load(BRAND, "2026-12")
    assert [(line.category, line.points) for line in december.late] == [("expired", 9)]


def test_statements_are_a_chain_of_hashes_that_anybody_can_compute() -> None:
    desk = Desk()
    desk.book({funded_by(BRAND): -30}, date(2026, 10, 5), number=1)
    desk.go_to(date(2026, 12, 2))
    november = desk.settlement.close(BRAND, NOV)
    october = desk.settlement.load(BRAND, OCT)
    assert (october.previous_hash, november.previous_hash) == (GENESIS, october.hash)
    shown = form_of(october)
    del shown["hash"]
    text = json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert sha256(text.encode()).hexdigest() == october.hash
    assert read_form(form_of(october)) == october


def test_closing_a_month_closes_those_before_it_and_writes_what_it_is_given_with_the_month_itself() -> None:
    desk = Desk()
    desk.go_to(date(2026, 12, 2))
    desk.settlement.close(BRAND, NOV, lambda closed: [closed.month])  # type: ignore[list-item]
    assert [*desk.statements.kept] == [(BRAND, OCT), (BRAND, NOV)]
    assert desk.statements.written == [NOV]


def test_a_month_closes_from_the_second_day_of_the_next_one_on_and_missed_ones_with_it() -> None:
    desk = Desk()
    assert desk.settlement.close_due(BRAND, date(2026, 11, 1)) == []
    desk.go_to(date(2027, 1, 2))
    assert [each.month for each in desk.settlement.close_due(BRAND, date(2027, 1, 2))] == [OCT, NOV, "2026-12"]
    assert desk.settlement.close_due(BRAND, date(2027, 1, 2)) == []


def test_a_prepaid_partner_sees_its_packs_and_owes_nothing_for_what_they_paid() -> None:
    desk = desk_of(make_partner(PREPAID))
    desk.packs.kept = [
        BoughtPack("pck_1", noon(date(2026, 10, 3)), 1000, 80_000),
        BoughtPack("pck_2", noon(date(2026, 11, 3)), 500, 40_000),
    ]
    desk.book({funded_by(BRAND): -300}, date(2026, 10, 5), number=1)
    desk.book({funded_by(BRAND): 40}, date(2026, 10, 6), number=2)
    desk.book({redeemed_at(BRAND): 10}, date(2026, 10, 6), number=3)
    desk.go_to(date(2026, 11, 5))
    october = desk.settlement.close(BRAND, OCT)
    assert october.due == -900
    assert (october.total("issued").money, october.pack.used, october.pack.left) == (30_000, 260, 740)
    desk.book({funded_by(BRAND): -100}, date(2026, 11, 5), number=4)
    november = desk.settlement.load(BRAND, NOV).pack
    assert (november.before, november.bought, november.left) == (
        740,
        (Pack("pck_2", date(2026, 11, 3), 500, 40_000),),
        1140,
    )


def test_a_pack_is_stated_once_be_it_bought_before_the_terms_or_seen_after_its_month_was_closed() -> None:
    desk = desk_of(make_partner(PREPAID))
    desk.packs.kept = [BoughtPack("pck_1", noon(date(2026, 8, 3)), 1000, 80_000)]
    desk.go_to(date(2026, 11, 2))
    assert desk.settlement.close(BRAND, OCT).pack.left == 1000
    desk.packs.kept.append(BoughtPack("pck_0", noon(date(2026, 10, 31)), 10, 800))
    desk.packs.kept.append(BoughtPack("pck_2", noon(date(2026, 11, 1)), -100, -8000))
    november = desk.settlement.load(BRAND, NOV).pack
    assert [pack.pack_id for pack in november.bought] == ["pck_0", "pck_2"]
    assert november.left == 910


def test_an_accepted_dispute_corrects_the_next_statement_once() -> None:
    desk = Desk()
    desk.book({funded_by(BRAND): -30}, date(2026, 10, 5), number=1)
    desk.go_to(date(2026, 11, 4))
    desk.settlement.close(BRAND, OCT)
    correction = Correction("dsp_1", date(2026, 10, 5), "issued", -30)
    desk.disputes.corrections = [(BRAND, date(2026, 11, 4), correction)]
    desk.go_to(date(2026, 12, 4))
    november = desk.settlement.close(BRAND, NOV)
    assert [(each.dispute_id, each.line.money) for each in november.corrections] == [("dsp_1", -3000)]
    assert november.due == -3000
    assert desk.settlement.load(BRAND, "2026-12").corrections == ()


@pytest.mark.parametrize("month", ["2026-09", "2026-11", "2026-13", "october"])
def test_there_is_no_statement_before_the_terms_or_after_today(month: str) -> None:
    with pytest.raises(NotFoundError):
        Desk().settlement.load(BRAND, month)


def test_a_partner_without_terms_has_no_statement() -> None:
    desk = desk_of(replace(make_partner(), terms=()))
    with pytest.raises(NotFoundError):
        desk.settlement.load(BRAND, OCT)
    assert desk.settlement.list_months(BRAND, None, 12) == ([], None)
    assert desk.settlement.close_due(BRAND, date(2026, 12, 2)) == []


def test_months_are_listed_newest_first_the_closed_ones_with_their_statements() -> None:
    desk = Desk()
    desk.go_to(date(2026, 12, 20))
    desk.settlement.close_due(BRAND, date(2026, 12, 20))
    page, following = desk.settlement.list_months(BRAND, None, 2)
    assert [(each.month, each.statement is not None) for each in page] == [("2026-12", False), (NOV, True)]
    page, following = desk.settlement.list_months(BRAND, following, 2)
    assert ([each.month for each in page], following) == ([OCT], None)


def test_months_are_texts_that_know_their_days() -> None:
    assert (is_month("2026-02"), is_month("2026-00"), is_month("2026-1")) == (True, False, False)
    assert months_between("2026-11", "2027-01") == ["2026-11", "2026-12", "2027-01"]
    assert days_of("2028-02") == [date(2028, 2, number) for number in range(1, 30)]
    assert [closable_on(date(2026, 11, day)) for day in (1, 2)] == ["2026-09", "2026-10"]


def test_a_closed_month_is_read_again_only_where_something_came_for_it() -> None:
    class Watched(FakeBookings):
        """Remembers which months were read."""

        def __init__(self) -> None:
            super().__init__()
            self.read: list[str] = []

        def sum_month(self, partner_id: str, month: str) -> MonthSums:
            self.read.append(month)
            return super().sum_month(partner_id, month)

        def count_month(self, partner_id: str, month: str) -> int:
            return super().sum_month(partner_id, month).bookings

    desk = Desk()
    desk.bookings = watched = Watched()
    desk.settlement = desk.over(desk.statements)
    desk.go_to(date(2026, 11, 2))
    desk.settlement.close(BRAND, OCT)
    desk.book({funded_by(BRAND): -5}, date(2026, 10, 31), number=2)
    desk.go_to(date(2026, 12, 2))
    desk.settlement.close(BRAND, NOV)
    assert watched.read == [OCT, NOV, OCT]
    desk.settlement.load(BRAND, "2026-12")
    assert watched.read[3:] == ["2026-12"]
