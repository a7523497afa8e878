"""Members are warned a week before a gift of theirs ends, once, and not where it was given for a few days only."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from quen.events.model import events_of
from quen.ledger.model import (
    Account,
    Entry,
    NoteReach,
    Redeem,
    Reserve,
    account_as_of,
    next_due_on,
    parse_entry,
    rebuild,
    sealed_form,
)
from quen.ledger.model.draft import Draft
from quen.ledger.model.values import Reference
from quen.messages.intents import intents_of
from quen.messages.model import Intent
from quen.program.model import Expiry, ExpiryWarning
from unit.ledger.test_warned import ASKED, Life, midnight

END = "2026-03-31"
KEY = f"coffee/{END}"


def give(life: Life, key: str = KEY, pieces: int = 1) -> None:
    """What an occasion gives."""
    draft = Draft(life.account, "bonus", life.program, life.now, Reference("birthday", "2026"))
    life.keep([draft.sealed(gifts={key: pieces})])
    life.keep_up()


def warnings(entries: list[Entry]) -> list[tuple[str, str, int]]:
    """The days before, and what was told of."""
    return [(one.occurred_at.isoformat(), one.reference.id, one.warned.stage) for one in entries if one.warned]


def test_a_gift_is_told_of_seven_days_before_its_last_day_and_no_second_time() -> None:
    life = Life()
    give(life, pieces=2)
    assert str(next_due_on(life.account, life.program)) == "2026-03-24"
    assert warnings(life.live_to("2026-04-10")) == [(midnight("2026-03-24").isoformat(), KEY, 7)]
    assert next_due_on(life.account, life.program) is None
    assert life.account.gifts == {KEY: 2}  # nothing is taken away: it is over by itself


def test_it_is_told_as_a_gift_and_not_as_points() -> None:
    life = Life()
    give(life, pieces=2)
    [entry] = life.live_to(END)
    gift = {"what": "reward", "id": "coffee", "on": END}
    assert intents_of(entry) == [Intent("mem", "gift_ending", f"coffee.{END}.7", gift)]
    [event] = events_of(entry)
    said = {name: event.detail.get(name) for name in ("points", "days_before", "reward_id", "on", "pieces", "expiring")}
    assert (event.type, said) == (
        "gift.ending",
        {"points": 0, "days_before": 7, "reward_id": "coffee", "on": END, "pieces": 2, "expiring": None},
    )


@pytest.mark.parametrize(("last_day", "is_told"), [("2026-01-16", False), ("2026-01-17", False), ("2026-01-19", True)])
def test_a_gift_that_is_given_for_a_few_days_is_not_told_of_again(last_day: str, is_told: bool) -> None:
    """It is 10 January. The calendar of Greenwich alone knows no more than this."""
    life = Life()
    give(life, f"coffee/{last_day}")
    assert bool(warnings(life.live_to(last_day))) is is_told


def test_a_gift_that_was_had_is_not_told_of() -> None:
    life = Life()
    give(life)
    life.do(Reserve("red_1", 120, midnight("2026-03-02"), "coffee", is_gift=True))
    life.do(Redeem("red_1"))
    assert warnings(life.live_to(END)) == []


@pytest.mark.parametrize("back_on", ["2026-03-20", "2026-03-28"])
def test_a_gift_that_was_set_aside_is_told_of_when_it_is_there_again(back_on: str) -> None:
    life = Life()
    give(life)
    life.do(Reserve("red_1", 120, midnight(back_on), "coffee", is_gift=True))
    assert [one.kind for one in life.live_to(END)] == ["lapse", "warn"]


def test_what_was_told_before_it_was_set_aside_is_not_told_when_it_comes_back() -> None:
    life = Life()
    give(life)
    life.live_to("2026-03-25")
    life.do(Reserve("red_1", 120, midnight("2026-03-27"), "coffee", is_gift=True))
    assert [one.kind for one in life.live_to(END)] == ["lapse"]


def test_nobody_is_told_who_never_agreed_to_it_and_who_agrees_late_is_told_then() -> None:
    life = Life(reachable=False)
    give(life)
    assert life.live_to("2026-03-27") == []
    life.do(NoteReach(reachable=True))
    assert [one.kind for one in life.entries[-2:]] == ["notice", "warn"]
    assert life.live_to(END) == []


@pytest.mark.parametrize(("days", "stages"), [((30, 14, 1), [14]), ((30,), [30]), ((3, 1), []), ((), [])])
def test_the_program_s_last_stage_that_leaves_a_week_is_the_gift_s(days: tuple[int, ...], stages: list[int]) -> None:
    life = Life(ExpiryWarning(days))
    give(life)
    assert [stage for _, _, stage in warnings(life.live_to(END))] == stages


def test_gifts_are_told_of_where_points_never_end() -> None:
    life = Life()
    life.program = replace(life.program, points=replace(life.program.points, expiry=Expiry(warning=ASKED)))
    give(life)
    assert len(warnings(life.live_to(END))) == 1


def test_a_gift_of_a_reward_that_begins_with_a_number_is_told_of_once() -> None:
    life = Life()
    give(life, f"2-coffees/{END}")
    assert [key for _, key, _ in warnings(life.live_to("2026-04-10"))] == [f"2-coffees/{END}"]


def test_what_was_told_of_gifts_is_remembered_as_long_as_they_are_there() -> None:
    life = Life()
    give(life)
    assert life.account.warned == {KEY: 79}  # told with the gift itself, in the morning of 10 January
    life.live_to("2026-04-10")
    assert life.account.warned == {KEY: 7}
    give(life, "tea/2026-06-30")
    assert {*life.account.gifts} == {*life.account.warned} == {"tea/2026-06-30"}


def test_warnings_of_gifts_are_in_the_chain_and_in_the_past() -> None:
    life = Life()
    give(life)
    life.give(7, "2026-03-20")
    life.live_to("2026-04-05")
    history = [sealed_form(entry) for entry in life.entries]
    assert [parse_entry(*sealed) for sealed in history] == life.entries
    assert rebuild("mem", life.entries) == life.account
    assert account_as_of(Account("mem"), life.entries, life.program, midnight("2026-03-25")).warned[KEY] == 7
