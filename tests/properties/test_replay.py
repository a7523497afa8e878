"""Whatever the file: every purchase is sent once, a member's own in order, time only goes on, and the sums are right."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdnow import Balance, compute_balances, make_history
from ledger_shop import LedgerShop
from local.fictitious_phones import cdnow_phone
from local.histories import parse_amount, parse_history
from local.replay_summary import summarise
from local.replaying import Replay
from quen.program.compiled import compile_program
from quen.program.document import parse_document
from quen.program.model import Program

PROGRAM = Path(__file__).parents[2] / "infra/local/programs/cdnow.yaml"
BEGINNING = datetime(1990, 1, 1, tzinfo=UTC)


def load_program() -> Program:
    return compile_program(parse_document(PROGRAM.read_bytes()).content, 1, BEGINNING)


def replay(text: str, shop: LedgerShop, workers: int = 3) -> None:
    zone = shop.program.time_zone
    Replay(shop, shop, zone, lambda _day, _tally: None, workers).run(parse_history("file", text, "cdnow", zone, 2))


def check_against(balances: dict[int, Balance], shop: LedgerShop) -> None:
    assert set(shop.accounts) == {cdnow_phone(customer) for customer in balances}
    for customer, expected in balances.items():
        history = shop.entries[cdnow_phone(customer)]
        sums = summarise(history, {cdnow_phone(customer)})
        account = shop.accounts[cdnow_phone(customer)]
        assert dict(account.lots) == {day.isoformat(): points for day, points in sorted(expected.lots.items())}
        assert sum(entry.kind == "earn" for entry in history) == expected.purchases
        assert (sums.earned, sums.expired, sums.active) == (expected.earned, expected.expired, expected.active)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    customers=st.integers(1, 12),
    days=st.integers(1, 800),
    purchases=st.integers(1, 60),
    first_day=st.dates(date(1995, 1, 1), date(1997, 12, 31)),
)
def test_a_replay_earns_and_expires_what_the_plain_computation_says(
    seed: int, customers: int, days: int, purchases: int, first_day: date
) -> None:
    text = make_history(seed, customers=customers, first_day=first_day, days=days, purchases=purchases)
    shop = LedgerShop(load_program())
    replay(text, shop)
    check_against(compute_balances(text), shop)
    assert shop.is_sound()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), workers=st.integers(1, 5))
def test_members_buy_in_their_own_order_time_goes_on_and_every_day_has_its_night(seed: int, workers: int) -> None:
    text = make_history(seed, customers=5, first_day=date(1997, 1, 1), days=40, purchases=30)
    shop = LedgerShop(load_program())
    replay(text, shop, workers)
    history = parse_history("file", text, "cdnow", shop.program.time_zone, 2)
    for phone, sent in shop.order.items():
        assert sent == [purchase.purchase_id for purchase in history if purchase.member.phone == phone]
    assert shop.clock == sorted(shop.clock)
    assert shop.days == [
        date.fromordinal(number) for number in range(date(1997, 1, 1).toordinal(), shop.days[-1].toordinal() + 1)
    ]


def test_a_second_replay_of_the_same_file_changes_nothing() -> None:
    text = make_history(7, customers=6, first_day=date(1997, 1, 1), days=90, purchases=40)
    shop = LedgerShop(load_program())
    replay(text, shop)
    before = dict(shop.accounts)
    replay(text, shop)
    assert shop.accounts == before


def test_a_replay_that_was_cut_short_is_completed_by_the_next_one() -> None:
    text = make_history(8, customers=6, first_day=date(1997, 1, 1), days=400, purchases=60)
    program = load_program()
    zone, whole = program.time_zone, LedgerShop(program)
    replay(text, whole)
    broken = LedgerShop(program)
    Replay(broken, broken, zone, lambda _day, _tally: None).run(parse_history("file", text, "cdnow", zone, 2)[:31])
    replay(text, broken)
    assert {phone: account.active for phone, account in broken.accounts.items()} == {
        phone: account.active for phone, account in whole.accounts.items()
    }


@pytest.mark.skipif("QUEN_CDNOW" not in os.environ, reason="QUEN_CDNOW names no CDNOW file")
def test_the_real_cdnow_history_agrees_with_the_plain_computation() -> None:
    text = Path(os.environ["QUEN_CDNOW"]).read_text("utf-8")
    shop = LedgerShop(load_program())
    replay(text, shop)
    check_against(compute_balances(text), shop)
    assert shop.is_sound()


@given(st.decimals(0, 10**10, places=2, allow_nan=False, allow_infinity=False))
def test_an_amount_is_its_decimal_value_in_cents(amount: Decimal) -> None:
    assert parse_amount(str(amount), 2) == int(amount * 100)
    assert parse_amount(f"{amount:f}00", 2) == int(amount * 100)
