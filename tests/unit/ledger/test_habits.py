"""What an account remembers of its member's purchases: by month, by store, since when, whatever order the receipts come in."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from factories import NOON, make_program, make_purchase
from local.write_units import item_size
from quen.ledger.items import account_item, entry_item, read_account
from quen.ledger.model import (
    Account,
    BrokenLedgerError,
    Entry,
    OpenBalance,
    RecordPurchase,
    Redeem,
    Reserve,
    account_as_of,
    apply,
    behaviour_of,
    canonical_form,
    decide,
    parse_entry,
    sealed_form,
    verify,
)
from quen.ledger.model.chain import seal
from quen.ledger.model.habits import place_of
from quen.ledger.ports import Change
from quen.people import Behaviour
from till import Till

PROGRAM = make_program(accepted_days=92)
TODAY = date(2026, 11, 22)
MONTHS = {"2024-12": [1, 5, 1], "2026-11": [2, 9, 2]}


def on(day: str) -> datetime:
    """Noon of that day in Saigon."""
    return datetime.fromisoformat(f"{day}T05:00:00+00:00")


def bought_on(*days: str, store: str | None = "HCM-01") -> Till:
    """A purchase of 100,000 on each of these days, reported on the spot."""
    till = Till(PROGRAM)
    for number, day in enumerate(days):
        till.now = on(day)
        till.buy(100_000, f"B-{number}", store=store)
    return till


def test_who_has_bought_nothing_has_no_habits() -> None:
    assert behaviour_of(Account("mem"), make_program(), TODAY) == Behaviour({}, None, None, (), "")


def test_a_month_counts_purchases_spend_and_visits() -> None:
    till = bought_on("2026-10-31", "2026-11-01", "2026-11-20")
    till.buy(0, "B-free", store="HCM-01")
    assert till.account.habits == {"2026-10": [1, 100_000, 1], "2026-11": [3, 200_000, 2]}
    seen = behaviour_of(till.account, make_program(), TODAY)
    assert (seen.first_on, seen.last_on, seen.stores) == (date(2026, 10, 31), date(2026, 11, 20), ("HCM-01",))
    assert (seen.purchases, till.account.purchases) == (4, 4)
    assert seen.months["2026-11"] == (3, 200_000, 2)


def test_a_month_is_that_of_the_program_s_calendar() -> None:
    till = Till(PROGRAM, now=datetime(2026, 10, 31, 17, 30, tzinfo=UTC))  # half past midnight in Saigon
    till.buy(100_000)
    assert [*till.account.habits] == ["2026-11"]


@pytest.mark.parametrize(
    ("stores", "visits"), [(["A", "A", "A"], 1), (["A", "B", "A"], 2), ([None, None], 1), ([None, "A", "B"], 3)]
)
def test_a_visit_is_the_first_purchase_of_a_day_at_a_store(stores: list[str | None], visits: int) -> None:
    till = Till(PROGRAM)
    for number, store in enumerate(stores):
        till.buy(50_000, f"B-{number}", store=store)
    assert till.account.habits == {"2026-11": [len(stores), 50_000 * len(stores), visits]}


def test_a_till_that_names_no_store_is_no_store_that_was_bought_at() -> None:
    seen = behaviour_of(bought_on("2026-11-20", store=None).account, make_program(), TODAY)
    assert (seen.stores, seen.last_on) == ((), date(2026, 11, 20))


def test_a_late_receipt_counts_in_its_own_month_and_moves_no_last_day() -> None:
    till = bought_on("2026-11-20")
    till.buy(70_000, "B-late", on("2026-09-30"), "HN-02")
    assert till.account.habits == {"2026-09": [1, 70_000, 1], "2026-11": [1, 100_000, 1]}
    seen = behaviour_of(till.account, make_program(), TODAY)
    assert (seen.first_on, seen.last_on, seen.stores) == (date(2026, 9, 30), date(2026, 11, 20), ("HN-02", "HCM-01"))


def test_the_last_ten_stores_are_remembered_in_the_order_of_last_use() -> None:
    till = Till(PROGRAM)
    for number in range(12):
        till.buy(10_000, f"B-{number}", NOON - timedelta(days=20 - number), f"S-{number:02d}")
    till.buy(10_000, "B-again", NOON, "S-05")
    till.buy(10_000, "B-late", NOON - timedelta(days=30), "S-99")
    till.buy(10_000, "B-unnamed", NOON - timedelta(days=40))
    stores = behaviour_of(till.account, make_program(), TODAY).stores
    assert stores == ("S-02", "S-03", "S-04", *(f"S-{number:02d}" for number in range(6, 12)), "S-05")


def test_months_older_than_two_years_stand_together() -> None:
    days = [f"{2024 + month // 12}-{month % 12 + 1:02d}-15" for month in range(30)]
    account = bought_on(*days).account
    assert account.habits["earlier"] == [6, 600_000, 6]
    assert [month for month in account.habits if month != "earlier"] == [day[:7] for day in days[6:]]
    assert (account.purchases, account.first_bought_on) == (30, date(2024, 1, 15))


@pytest.mark.parametrize(
    ("habits", "month", "place"),
    [
        (MONTHS | {"earlier": [9, 9, 9]}, "2026-11", "2026-11"),
        (MONTHS | {"earlier": [9, 9, 9]}, "2026-10", "2026-10"),
        (MONTHS | {"earlier": [9, 9, 9]}, "2024-11", "earlier"),
        (MONTHS, "2024-11", "2024-11"),
        ({"earlier": [9, 9, 9]}, "2024-11", "earlier"),
        ({}, "2024-11", "2024-11"),
    ],
)
def test_a_month_stands_under_earlier_only_once_it_is_no_longer_told_apart(
    habits: dict[str, list[int]], month: str, place: str
) -> None:
    assert place_of(habits, month) == place


def test_a_return_lowers_the_spend_and_a_whole_one_the_purchases_and_visits() -> None:
    till = bought_on("2026-11-19", "2026-11-20")
    till.bring_back(30_000, "B-1")
    assert till.account.habits == {"2026-11": [2, 170_000, 2]}
    till.bring_back(70_000, "B-1")
    assert till.account.habits == {"2026-11": [1, 100_000, 1]}
    assert behaviour_of(till.account, make_program(), TODAY).last_on == date(
        2026, 11, 20
    )  # they were there all the same


def test_a_visit_stays_while_another_purchase_of_it_stays() -> None:
    till = bought_on("2026-11-20", "2026-11-20")
    till.bring_back(100_000, "B-0")
    assert till.account.habits == {"2026-11": [1, 100_000, 1]}
    till.bring_back(100_000, "B-1")
    assert till.account.habits == {}


def test_a_purchase_of_nothing_comes_back_once() -> None:
    till = Till(PROGRAM)
    for name in ("B-1", "B-2"):
        till.buy(0, name)
    till.bring_back(0, "B-1")
    till.bring_back(0, "B-1")
    assert till.account.habits == {"2026-11": [1, 0, 1]}


def test_what_comes_back_after_two_years_is_taken_from_what_stands_together() -> None:
    till = bought_on("2024-01-15", "2024-02-15", "2026-11-15")
    assert till.account.habits["earlier"] == [2, 200_000, 2]
    till.bring_back(100_000, "B-0")
    assert till.account.habits == {"2026-11": [1, 100_000, 1], "earlier": [1, 100_000, 1]}
    till.bring_back(40_000, "B-1")
    assert till.account.habits["earlier"] == [1, 60_000, 1]


def test_a_purchase_older_than_the_counting_takes_nothing_below_zero() -> None:
    till = bought_on("2026-11-20")
    till.account = replace(till.account, habits={}, seen={}, caps={})
    till.entries = []
    till.bring_back(100_000, "B-0")
    assert till.account.habits == {}


def test_spending_and_balances_of_an_older_system_are_no_habits() -> None:
    till = Till(PROGRAM)
    till.do(OpenBalance("imp_1", {"2027-11-30": 500}, {"stamps": 3}))
    till.do(Reserve("red_1", 100, NOON + timedelta(minutes=15)))
    till.do(Redeem("red_1"))
    assert (till.account.habits, till.account.seen) == ({}, {})


def test_the_account_of_a_past_moment_has_the_habits_of_that_moment() -> None:
    till = bought_on("2026-10-20", "2026-11-20")
    past = account_as_of(Account("mem"), till.entries, PROGRAM, on("2026-10-21"))
    assert past.habits == {"2026-10": [1, 100_000, 1]}
    assert behaviour_of(past, make_program(), TODAY).last_on == date(2026, 10, 20)


def test_what_is_kept_reads_back_and_is_verified() -> None:
    till = bought_on("2026-10-20", "2026-11-20")
    item = account_item(Change(till.account, till.account, [], PROGRAM))
    assert read_account("mem", item) == till.account
    kept = [sealed_form(entry) for entry in till.entries]
    assert [parse_entry(*sealed) for sealed in kept] == till.entries
    assert verify(till.account, kept) is None
    assert verify(replace(till.account, habits={"2026-11": [9, 9, 9]}), kept) is not None


def test_the_entry_of_a_purchase_is_under_a_kilobyte() -> None:
    till = bought_on("2026-11-20", store="HCM-QUAN-1-NGUYEN-HUE-68")
    [entry] = till.entries
    assert item_size(entry_item(entry, PROGRAM).serialize()) < 1024


def test_an_entry_without_habits_is_written_and_read_as_it_always_was() -> None:
    [entry] = decide(Account("mem"), OpenBalance("imp_1", {"2027-11-30": 5}), PROGRAM, NOON)
    fields = json.loads(canonical_form(entry))
    assert {"habits", "seen", "tier"}.isdisjoint(fields)
    assert parse_entry(canonical_form(entry), entry.hash) == entry


def test_an_entry_that_takes_back_more_than_there_was_is_a_broken_ledger() -> None:
    [entry] = decide(Account("mem"), RecordPurchase("ptn", make_purchase()), PROGRAM, NOON)
    broken: Entry = seal(replace(entry, habits={"2026-11": [-1, 0, 0]}))
    with pytest.raises(BrokenLedgerError, match="takes back more purchases"):
        apply(Account("mem"), broken)
