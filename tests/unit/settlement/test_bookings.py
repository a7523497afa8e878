"""What an entry means to the partners that its lines name."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from factories import SAIGON
from quen.ledger.model.funding import expired_of, funded_by, redeemed_at
from quen.ledger.model.values import ISSUED, REDEEMED, Reference
from quen.settlement.model import MonthSums, Slot, Sum, beyond, bookings_of, partner_account, summed
from unit.settlement.fakes import BRAND, OTHER, book, make_entry

DAY = date(2026, 10, 5)


@pytest.mark.parametrize(
    ("line", "points"),
    [
        ({funded_by(BRAND): -30}, {"issued": 30}),
        ({funded_by(BRAND): 12}, {"reversed": 12}),
        ({redeemed_at(BRAND): 120}, {"redeemed": 120}),
        ({redeemed_at(BRAND): -120}, {"refunded": 120}),
        ({expired_of(BRAND): 7}, {"expired": 7}),
        ({expired_of(BRAND): 7, funded_by(BRAND): -30}, {"issued": 30, "expired": 7}),
    ],
)
def test_a_line_s_sign_says_what_it_is_to_the_partner(line: dict[str, int], points: dict[str, int]) -> None:
    [booking] = bookings_of(make_entry(line), SAIGON)
    assert dict(booking.points) == points
    assert (booking.partner_id, booking.day, booking.reference) == (BRAND, DAY, Reference("purchase", "7731"))


def test_the_program_s_own_points_are_in_no_partner_s_books() -> None:
    assert bookings_of(make_entry({ISSUED: -30}), SAIGON) == []
    assert bookings_of(make_entry({REDEEMED: 30}), SAIGON) == []


def test_an_entry_of_two_partners_is_booked_with_each() -> None:
    bookings = bookings_of(make_entry({expired_of(BRAND): 7, expired_of(OTHER): 5}), SAIGON)
    assert {each.partner_id: dict(each.points) for each in bookings} == {BRAND: {"expired": 7}, OTHER: {"expired": 5}}


def test_a_partner_is_not_told_another_s_purchase() -> None:
    [booking] = bookings_of(make_entry({expired_of(OTHER): 5}, reference=f"{BRAND}#7731"), SAIGON)
    assert booking.reference == Reference("purchase", "")


def test_the_day_is_the_local_one_on_which_it_was_recorded() -> None:
    late = replace(make_entry({funded_by(BRAND): -30}), recorded_at=datetime(2026, 10, 31, 17, 0, tzinfo=UTC))
    assert [each.day for each in bookings_of(late, SAIGON)] == [date(2026, 11, 1)]


@pytest.mark.parametrize(
    "name", ["program.issued", "partner.funded", "partner.ptn_1.fund", "partner..funded", "funded"]
)
def test_other_accounts_are_no_partner_s(name: str) -> None:
    assert partner_account(name) is None


def test_sums_count_points_and_bookings_and_what_is_beyond_them_is_what_came_later() -> None:
    early, late = [(DAY, booking.points) for each in (30, 5) for booking in book({funded_by(BRAND): -each})]
    both = summed([early, late])
    assert both == MonthSums({Slot(DAY, "issued"): Sum(35, 2)}, 2)
    assert beyond(both.sums, summed([early]).sums) == {Slot(DAY, "issued"): Sum(5, 1)}
    assert beyond(both.sums, both.sums) == {}


def test_the_books_know_the_accounts_that_the_ledger_writes() -> None:
    names = [funded_by(BRAND), redeemed_at(BRAND), expired_of(BRAND)]
    assert [partner_account(name) for name in names] == [(BRAND, "funded"), (BRAND, "redeemed"), (BRAND, "expired")]
