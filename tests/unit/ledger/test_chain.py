"""A member's history is tamper-evident: whatever is done to it is found, and named by its sequence."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from factories import NOON, make_program, make_purchase
from quen.ledger.model import (
    Account,
    Entry,
    Flaw,
    GrantBonus,
    RecordPurchase,
    Redeem,
    Reserve,
    Sealed,
    canonical_form,
    decide,
    entry_id,
    folded,
    parse_entry,
    seal,
    sealed_form,
    verify,
)

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


def kept(entries: list[Entry]) -> list[Sealed]:
    return [sealed_form(entry) for entry in entries]


@pytest.mark.parametrize("form", ["", "{", "[]", "null", '{"sequence":2}', '{"member":"mem_1","sequence":"two"}'])
def test_an_entry_that_cannot_be_read_is_found_where_it_stands(form: str) -> None:
    account, history = make_history()
    broken = [*kept(history[:1]), Sealed(form, history[1].hash), *kept(history[2:])]
    assert verify(account, broken) == Flaw(2, "cannot be read")


def test_what_is_hashed_is_the_kept_text_whatever_todays_code_would_write() -> None:
    account, history = make_history()
    blanks = kept(history)[:-1]
    last = json.dumps(json.loads(canonical_form(history[-1])))
    sealed_as_written = [*blanks, Sealed(last, hashlib.sha256(last.encode()).hexdigest())]
    renamed = replace(account, head=sealed_as_written[-1].hash)
    assert verify(renamed, sealed_as_written) is None


def test_an_untouched_history_has_no_flaw() -> None:
    account, history = make_history()
    assert verify(account, kept(history)) is None
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
    assert verify(account, kept(history)).sequence == at + 1  # type: ignore[union-attr]


@pytest.mark.parametrize("at", range(3))
def test_a_changed_entry_with_a_matching_hash_breaks_the_next_one(at: int) -> None:
    account, history = make_history()
    history[at] = seal(replace(history[at], reason="nothing to see"))
    assert verify(account, kept(history)).sequence == at + 2  # type: ignore[union-attr]


@pytest.mark.parametrize("at", range(3))
def test_a_deleted_entry_is_found(at: int) -> None:
    account, history = make_history()
    del history[at]
    assert verify(account, kept(history)).sequence == at + 2  # type: ignore[union-attr]


def test_a_missing_tail_is_found_by_the_account() -> None:
    account, history = make_history()
    assert verify(account, kept(history[:-1])).what == "the account is not the fold of its entries"  # type: ignore[union-attr]


def test_swapped_and_inserted_and_foreign_entries_are_found() -> None:
    account, history = make_history()
    swapped = [history[0], history[2], history[1], history[3]]
    assert verify(account, kept(swapped)).sequence == 3  # type: ignore[union-attr]
    assert verify(account, kept([history[0], history[0], *history[1:]])).sequence == 1  # type: ignore[union-attr]
    foreign = seal(replace(history[1], member_id="mem_2"))
    assert verify(account, kept([history[0], foreign, *history[2:]])).sequence == 2  # type: ignore[union-attr]


def test_a_changed_account_is_found() -> None:
    account, history = make_history()
    richer = replace(account, lots={key: points + 1 for key, points in account.lots.items()})
    assert verify(richer, kept(history)) is not None


@pytest.mark.parametrize(
    ("at", "change"),
    [
        (1, {"pending": {"2026-12-01/2027-12-31": 1_000_000}}),
        (1, {"lots": {"2027-11-30": 36}}),
        (1, {"lines": {"program.issued": -34, "member.active": 34}}),
        (2, {"lines": {}}),
        (3, {"lines": {"member.held": -39, "program.redeemed": 39}}),
    ],
)
def test_lines_that_differ_from_the_lots_are_found_though_the_hashes_are_right(
    at: int, change: dict[str, object]
) -> None:
    account, history = make_history()
    forged = [*history[:at], seal(replace(history[at], **change))]  # type: ignore[arg-type]
    flaw = verify(account, kept(forged))
    assert flaw is not None
    assert flaw.sequence == at + 1
