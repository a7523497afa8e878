"""How the books are shown."""

from __future__ import annotations

import csv
import io
from datetime import date

from quen.ledger.model.funding import funded_by, redeemed_at
from quen.settlement.model import CATEGORIES
from quen.settlement.service import MonthState
from quen.settlement.views import COLUMNS, booking_view, csv_of, month_view
from unit.settlement.fakes import BRAND, POSTPAID, Desk, book


def test_a_statement_s_rows_add_up_to_its_totals() -> None:
    desk = Desk()
    desk.book({funded_by(BRAND): -30}, date(2026, 10, 5), number=1)
    desk.book({redeemed_at(BRAND): 7}, date(2026, 10, 6), number=2)
    desk.go_to(date(2026, 11, 2))
    desk.settlement.close(BRAND, "2026-10")
    desk.book({funded_by(BRAND): -3}, date(2026, 10, 31), number=3)
    desk.book({funded_by(BRAND): -2}, date(2026, 11, 2), number=4)
    statement = desk.settlement.load(BRAND, "2026-11")
    rows = [*csv.DictReader(io.StringIO(csv_of(statement)))]
    assert [(row["kind"], row["day"], row["points"]) for row in rows] == [
        ("line", "2026-11-02", "2"),
        ("late", "2026-10-31", "3"),
    ]
    assert {*rows[0]} == {*COLUMNS}
    for category in CATEGORIES:
        money = sum(int(row["money"]) for row in rows if row["category"] == category)
        assert money == statement.total(category).money
    assert sum(int(row["due"]) for row in rows) == statement.due


def test_a_booking_is_shown_without_its_member() -> None:
    [booking] = book({funded_by(BRAND): -30, redeemed_at(BRAND): 10})
    shown = booking_view(booking, [POSTPAID])
    assert booking.member_id not in str(shown)
    assert (shown["about"], shown["reference"], shown["day"]) == ("purchase", "7731", "2026-10-05")
    assert [(part["category"], part["points"], part["money"]) for part in shown["parts"]] == [
        ("issued", 30, 3000),
        ("redeemed", 10, 900),
    ]


def test_an_open_month_in_a_list_has_no_sums() -> None:
    shown = month_view(MonthState("2026-11", None))
    assert (shown["state"], shown["totals"], shown["due"], shown["hash"]) == ("open", None, None, None)
