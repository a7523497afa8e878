"""A member's history is tamper-evident: whatever is done to it is found, and named by its sequence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from factories import NOON, make_program, make_purchase
from quen.ledger.model import (
    Account,
    Entry,
    GrantBonus,
    RecordPurchase,
    Redeem,
    Reserve,
    canonical_form,
    decide,
    entry_id,
    parse_entry,
    seal,
    verify,
)
from quen.ledger.service import folded

PROGRAM = make_program()


def make_history() -> tuple[Account, list[Entry]]:
    commands = [
        GrantBonus("welcome", 20, "enrolment", "welcome"),
        RecordPurchase("ptn_1", make_purchase(350_000)),
        Reserve("red_1", 40, NOON + timedelta(days=30), "free-coffee", limit=2),
        Redeem("red_1"),
    ]
    account, history = Account("mem_1"), list[Entry]()
    for command in commands:
        entries = decide(account, command, PROGRAM, NOON)
        account = folded(account, entries)
        history += entries
    return account, history


def test_an_untouched_history_has_no_flaw() -> None:
    account, history = make_history()
    assert verify(account, history) is None
    assert verify(Account("mem_2"), []) is None


def test_the_canonical_form_reads_back_as_the_same_entry() -> None:
    _, history = make_history()
    for entry in history:
        assert parse_entry(canonical_form(entry), entry.hash) == entry
        assert len(canonical_form(entry).encode()) < 900


def test_ids_come_from_the_hash_and_differ() -> None:
    _, history = make_history()
    ids = {entry_id(entry) for entry in history}
    assert len(ids) == 4
    assert all(one.startswith("ent_") and len(one) == 20 for one in ids)


@pytest.mark.parametrize("at", range(4))
def test_a_changed_entry_is_found(at: int) -> None:
    account, history = make_history()
    history[at] = replace(history[at], reason="nothing to see")
    assert verify(account, history).sequence == at + 1  # type: ignore[union-attr]


@pytest.mark.parametrize("at", range(3))
def test_a_changed_entry_with_a_matching_hash_breaks_the_next_one(at: int) -> None:
    account, history = make_history()
    history[at] = seal(replace(history[at], reason="nothing to see"))
    assert verify(account, history).sequence == at + 2  # type: ignore[union-attr]


@pytest.mark.parametrize("at", range(3))
def test_a_deleted_entry_is_found(at: int) -> None:
    account, history = make_history()
    del history[at]
    assert verify(account, history).sequence == at + 2  # type: ignore[union-attr]


def test_a_missing_tail_is_found_by_the_account() -> None:
    account, history = make_history()
    assert verify(account, history[:-1]).what == "the account is not the fold of its entries"  # type: ignore[union-attr]


def test_swapped_and_inserted_and_foreign_entries_are_found() -> None:
    account, history = make_history()
    swapped = [history[0], history[2], history[1], history[3]]
    assert verify(account, swapped).sequence == 3  # type: ignore[union-attr]
    assert verify(account, [history[0], history[0], *history[1:]]).sequence == 1  # type: ignore[union-attr]
    foreign = seal(replace(history[1], member_id="mem_2"))
    assert verify(account, [history[0], foreign, *history[2:]]).sequence == 2  # type: ignore[union-attr]


def test_a_changed_account_is_found() -> None:
    account, history = make_history()
    richer = replace(account, lots={key: points + 1 for key, points in account.lots.items()})
    assert verify(richer, history) is not None
