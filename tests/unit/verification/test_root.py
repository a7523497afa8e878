"""The root of all histories: the same in any order and by any parts, another one for any other head."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from msgspec.structs import replace

from factories import NOON, make_program, make_purchase
from quen.ledger.documents import DocumentKey
from quen.ledger.model import (
    Account,
    Entry,
    GrantBonus,
    KeptHistory,
    RecordPurchase,
    Reference,
    Sealed,
    decide,
    rebuild,
    sealed_form,
)
from quen.ledger.service import folded
from quen.verification.model import (
    ROOT_BITS,
    SETTLING,
    History,
    document_of,
    head_number,
    root_of,
    settled_by,
)

HEADS = [(f"mem_{number}", number + 1, f"{number:064x}") for number in range(40)]
PROGRAM = make_program()


def make_history(member_id: str = "mem_1", purchases: int = 3) -> list[Entry]:
    """An enrolment, and a purchase on each of the days after it."""
    account, entries = Account(member_id), list[Entry]()
    commands = [GrantBonus("welcome", 20, "enrolment", "welcome")]
    bought = [RecordPurchase("ptn_1", make_purchase(purchase_id=f"B-{number}")) for number in range(purchases)]
    for day, command in enumerate([*commands, *bought]):
        made = decide(account, command, PROGRAM, NOON + timedelta(days=day))
        account = folded(account, made)
        entries += made
    return entries


def read(entries: list[Entry]) -> History:
    return History(KeptHistory(entries[0].member_id, None, [sealed_form(entry) for entry in entries]))


def root(heads: list[tuple[str, int, str]]) -> str:
    return root_of(sum(head_number(*head) for head in heads))


def test_the_order_in_which_members_are_met_does_not_matter() -> None:
    mixed = random.Random(7).sample(HEADS, len(HEADS))
    assert mixed != HEADS
    assert root(mixed) == root(HEADS)


@pytest.mark.parametrize("cut", [0, 1, 17, 40])
def test_the_sums_of_any_two_parts_add_up_to_the_whole(cut: int) -> None:
    parts = [sum(head_number(*head) for head in part) for part in (HEADS[:cut], HEADS[cut:])]
    assert root_of(sum(parts)) == root(HEADS)


@pytest.mark.parametrize("changed", [("mem_x", 8, f"{7:064x}"), ("mem_7", 9, f"{7:064x}"), ("mem_7", 8, f"{8:064x}")])
def test_one_other_member_sequence_or_head_makes_another_root(changed: tuple[str, int, str]) -> None:
    assert root([*HEADS[:7], changed, *HEADS[8:]]) != root(HEADS)
    assert root(HEADS[:-1]) != root(HEADS)
    assert root([*HEADS, HEADS[0]]) != root(HEADS)


def test_a_root_does_not_change_with_the_code_that_takes_it() -> None:
    """It is kept for ever: were this to fail, every root kept so far would be worthless."""
    assert head_number("mem_1", 1, "00") >> (ROOT_BITS - 64) == 0x5E962C886FF0108
    assert root_of(0) == "a1a4f5721c1c4610af7f71078f3a68c330536d679803b0e0507ee8dc10c5dfca"


def test_a_sum_beyond_the_last_bit_begins_again() -> None:
    assert root_of(5 + 2**ROOT_BITS) == root_of(5)


def test_a_root_of_an_earlier_instant_is_the_same_when_histories_have_grown() -> None:
    young, old = read(make_history(purchases=1)), read(make_history(purchases=3))
    before = NOON + timedelta(days=2)
    assert old.number(before) == young.number(None) == young.number(before)
    assert old.number(None) != young.number(None)


def test_what_was_recorded_in_the_very_instant_is_not_before_it() -> None:
    history = read(make_history(purchases=1))
    assert history.number(NOON) == 0
    assert history.number(NOON + timedelta(seconds=1)) == head_number("mem_1", 1, history.kept[0].hash)


def test_a_history_counts_up_to_the_first_entry_that_nobody_can_read() -> None:
    entries = make_history()
    kept = [sealed_form(entry) for entry in entries]
    broken = History(KeptHistory("mem_1", None, [*kept[:2], Sealed("{", kept[2].hash), kept[3]]))
    assert broken.number(None) == head_number("mem_1", 2, kept[1].hash)
    assert broken.totals() == {"member.active": 44, "program.issued": -44}


def test_an_entry_that_is_still_being_written_is_not_asked_for() -> None:
    midnight = NOON
    assert settled_by(midnight, midnight + timedelta(hours=1)) == midnight
    assert settled_by(midnight, midnight + timedelta(minutes=1)) == midnight + timedelta(minutes=1) - SETTLING


def test_an_entry_names_the_document_of_its_command_where_there_is_one() -> None:
    welcome, purchase = make_history(purchases=1)
    [birthday] = decide(rebuild("mem_1", [welcome, purchase]), GrantBonus("birthday", 50, "2026", "b"), PROGRAM, NOON)
    assert document_of(welcome) is None
    assert document_of(purchase) == DocumentKey("PURCHASE#ptn_1#B-0")
    assert document_of(birthday) == DocumentKey("MEMBER#mem_1", "CLAIM#birthday:2026")
    noted = replace(birthday, kind="win_back", reference=Reference("win_back", "2026-11-22"))
    assert document_of(noted) == DocumentKey("MEMBER#mem_1", "CLAIM#win_back:2026-11-22")


def test_the_first_entry_whose_document_is_missing_is_named() -> None:
    entries = make_history()
    history, account = read(entries), rebuild("mem_1", entries)
    keys = [key for entry in entries if (key := document_of(entry))]
    assert history.flaw(account, keys) is None
    found = history.flaw(account, keys[:1])
    assert found
    assert (found.sequence, found.what) == (3, "its document PURCHASE#ptn_1#B-1/DOCUMENT is missing")
