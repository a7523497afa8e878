"""What a proof is good for: the member whom it is about, as long as what it says of them stays true."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from quen.ledger.model import (
    Account,
    Adjust,
    NoteReach,
    OpenBalance,
    ReceivePoints,
    RecordProof,
    SetState,
    TakeOver,
    statement,
)
from unit.ledger.test_warned import ASKED, Life, day, midnight, told


def life_with_a_lot() -> Life:
    life = Life()
    life.give(40, "2026-03-31")
    life.live_to("2026-03-02")
    return life


def test_points_of_whoever_is_active_again_do_not_end_because_they_once_were_not() -> None:
    life = life_with_a_lot()
    life.do(SetState("blocked", "asked"))
    life.prove("2026-03-31", proof="not_active")
    life.do(SetState("active", "asked"))
    life.live_to("2026-04-01")
    assert life.account.lots == {"2026-04-14": 40}


@pytest.mark.parametrize("proof", ["no_consent", "no_address"])
def test_what_nobody_could_be_told_is_to_be_told_once_the_member_may_be_again(proof: str) -> None:
    life = life_with_a_lot()
    life.do(NoteReach(reachable=False))
    life.prove("2026-03-31", proof=proof)
    life.do(NoteReach(reachable=True))
    assert life.account.proven == {}
    life.live_to("2026-04-01")
    assert life.account.lots == {"2026-04-14": 40}


@pytest.mark.parametrize("proof", ["delivered", "accepted"])
def test_who_was_warned_stays_warned_whatever_they_agree_to_after(proof: str) -> None:
    life = life_with_a_lot()
    life.prove("2026-03-31", proof=proof)
    life.do(NoteReach(reachable=False))
    life.do(NoteReach(reachable=True))
    life.live_to("2026-04-01")
    assert life.account.active == 0


def test_a_warning_that_arrives_counts_after_one_that_nobody_could_be_given() -> None:
    life = life_with_a_lot()
    life.prove("2026-03-31", proof="no_address")
    life.do(RecordProof(("2026-03-31",), "msg_2", "delivered"))
    life.do(NoteReach(reachable=False))
    life.do(NoteReach(reachable=True))
    assert life.account.proven == {"2026-03-31": "delivered"}


def test_a_warning_that_comes_late_moves_nothing_else_to_another_day() -> None:
    life = Life(replace(ASKED, is_required=False))
    life.give(7, "2026-03-05")
    life.give(40, "2026-03-31")
    life.now = day("2026-03-26")
    life.keep_up()
    occurred = [entry.occurred_at for entry in life.entries]
    assert occurred == sorted(occurred)
    shown = statement(
        Account("mem"), life.entries, life.program, midnight("2026-01-01"), midnight("2026-03-20"), life.now
    )
    assert shown.closing.lots == {"2026-03-31": 40}


def test_nobody_is_told_of_a_last_day_that_is_over() -> None:
    life = Life()
    life.give(40, "2026-03-31")
    life.live_to("2026-03-08")
    before = len(life.entries)
    life.now = day("2026-04-20")
    life.keep_up()
    assert [entry.kind for entry in life.entries[before:]] == ["extend", "extend", "warn"]
    assert told(life.entries[before:]) == [("2026-04-20", 30, {"2026-04-28": 40})]


@pytest.mark.parametrize(
    "command",
    [
        ReceivePoints("trf_1", {"2026-03-31": 1000}, "mem_2"),
        TakeOver("mrg_1", Account("mem_2", lots={"2026-03-31": 1000})),
        OpenBalance("imp_1", {"2026-03-31": 1000}),
        Adjust("adj_1", 1000, "gift", date(2026, 3, 31)),
    ],
)
def test_what_comes_to_a_last_day_after_its_warning_does_not_end_because_of_it(command: object) -> None:
    life = life_with_a_lot()
    life.prove("2026-03-31")
    life.do(command)
    assert told(life.live_to("2026-03-31"))[-1] == ("2026-03-30", 1, {"2026-03-31": 1040})
    life.live_to("2026-04-01")
    assert life.account.active == 1040


def test_a_warning_of_what_came_later_too_is_proof_again() -> None:
    life = life_with_a_lot()
    life.prove("2026-03-31")
    life.do(ReceivePoints("trf_1", {"2026-03-31": 1000, "2026-06-30": 5}, "mem_2"))
    life.live_to("2026-03-30")
    life.prove("2026-03-31")
    life.live_to("2026-04-01")
    assert life.account.active == 5
