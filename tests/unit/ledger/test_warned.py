"""Members are warned before points end, and no point of whoever can be warned ends without it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from factories import make_program
from quen.business_days import day_end, day_start
from quen.ledger.model import (
    Account,
    Adjust,
    Entry,
    NoteReach,
    RecordProof,
    Reserve,
    SetState,
    account_as_of,
    next_due_on,
    parse_entry,
    rebuild,
    sealed_form,
    verify,
)
from quen.messages.intents import intents_of
from quen.program.model import Expiry, ExpiryWarning
from till import Till

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ASKED = ExpiryWarning((30, 7, 1), together_days=3, is_required=True, grace_days=14)


def day(text: str) -> datetime:
    """Noon of that local day."""
    return datetime.fromisoformat(f"{text}T05:00:00+00:00")


def midnight(text: str) -> datetime:
    return day_start(datetime.fromisoformat(text).date(), ZONE)


class Life(Till):
    """One account under a program that warns, from a January on."""

    def __init__(self, warning: ExpiryWarning = ASKED, *, reachable: bool = True) -> None:
        plain = make_program()
        points = replace(plain.points, expiry=Expiry("months", 12, "end_of_month", warning=warning))
        super().__init__(replace(plain, points=points), Account("mem"), day("2026-01-10"))
        if reachable:
            self.do(NoteReach(reachable=True))

    def give(self, points: int, last_day: str) -> None:
        self.do(Adjust(f"adj_{len(self.entries)}", points, "gift", datetime.fromisoformat(last_day).date()))

    def live_to(self, text: str) -> list[Entry]:
        """Every midnight up to that noon is worked; what was written meanwhile."""
        before = len(self.entries)
        at = midnight((self.now + timedelta(hours=7, days=1)).date().isoformat())
        while at <= day(text):
            self.now = at
            self.keep_up()
            at += timedelta(days=1)
        self.now = day(text)
        return self.entries[before:]

    def prove(self, *days: str, proof: str = "delivered") -> None:
        self.do(RecordProof(days, "msg_1", proof))


def told(entries: list[Entry]) -> list[tuple[str, int, dict[str, int]]]:
    """When each warning fell due (the local day), its stage and points."""
    return [
        (entry.occurred_at.astimezone(ZONE).date().isoformat(), entry.warned.stage, dict(entry.warned.points))
        for entry in entries
        if entry.warned
    ]


def test_a_member_is_warned_thirty_seven_and_one_days_before_points_end() -> None:
    life = Life()
    life.give(40, "2026-03-31")
    assert told(life.live_to("2026-03-31")) == [
        ("2026-03-01", 30, {"2026-03-31": 40}),
        ("2026-03-24", 7, {"2026-03-31": 40}),
        ("2026-03-30", 1, {"2026-03-31": 40}),
    ]


def test_only_what_is_truly_at_risk_then_is_told_and_nothing_where_nothing_is_left() -> None:
    life = Life()
    life.give(40, "2026-03-31")
    life.live_to("2026-03-10")
    life.do(Adjust("adj_out", -25, "spent"))
    assert told(life.live_to("2026-03-24"))[-1] == ("2026-03-24", 7, {"2026-03-31": 15})
    life.do(Adjust("adj_rest", -15, "spent"))
    assert life.live_to("2026-04-10") == []


def test_last_days_that_follow_closely_are_told_in_one() -> None:
    life = Life()
    for points, last_day in ((10, "2026-03-31"), (20, "2026-04-02"), (30, "2026-04-03"), (40, "2026-04-04")):
        life.give(points, last_day)
    assert told(life.live_to("2026-03-06")) == [
        ("2026-03-01", 30, {"2026-03-31": 10, "2026-04-02": 20, "2026-04-03": 30}),
        ("2026-03-05", 30, {"2026-04-04": 40}),
    ]


def test_points_that_end_sooner_than_the_first_warning_are_told_of_at_the_next_midnight_that_is_right() -> None:
    life = Life()
    life.give(40, "2026-01-14")
    assert told(life.entries) == [("2026-01-10", 7, {"2026-01-14": 40})]
    assert told(life.live_to("2026-01-14")) == [("2026-01-13", 1, {"2026-01-14": 40})]


def test_whoever_was_not_looked_at_for_a_month_is_told_once_what_is_true_then() -> None:
    life = Life()
    life.give(40, "2026-03-31")
    life.now = day("2026-03-26")
    life.keep_up()
    assert told(life.entries) == [("2026-03-26", 7, {"2026-03-31": 40})]


def test_points_end_when_a_warning_has_arrived_and_the_expiry_says_so() -> None:
    life = Life()
    life.give(40, "2026-03-31")
    life.live_to("2026-03-02")
    life.prove("2026-03-31")
    assert told(life.live_to("2026-03-31"))[-1] == ("2026-03-30", 1, {"2026-03-31": 40}), "the others are told as well"
    [entry] = life.live_to("2026-04-01")
    assert (entry.kind, entry.points, entry.reason) == ("expire", -40, "delivered")
    assert life.account.active == 0


def test_without_a_warning_that_arrived_points_live_on_and_their_member_is_warned_of_the_new_day() -> None:
    life = Life()
    life.give(40, "2026-03-31")
    life.live_to("2026-03-31")
    extend, again = life.live_to("2026-04-01")
    assert (extend.kind, extend.points, dict(extend.lots)) == ("extend", 0, {"2026-03-31": -40, "2026-04-14": 40})
    assert extend.occurred_at == midnight("2026-04-01")
    assert told([again]) == [("2026-04-01", 30, {"2026-04-14": 40})]
    assert life.account.lots == {"2026-04-14": 40}
    life.prove("2026-04-14", proof="no_address")
    assert [entry.kind for entry in life.live_to("2026-04-15")] == ["warn", "warn", "expire"]
    assert life.account.active == 0


@pytest.mark.parametrize("is_late", [False, True])
def test_what_a_hold_gives_back_when_its_lot_is_over_ends_as_it_would_have_however_late_the_night_comes(
    is_late,
) -> None:
    """The proof was of those points too: it is remembered as long as they may come back."""
    life = Life()
    life.give(10, "2026-03-31")
    life.live_to("2026-03-30")
    life.prove("2026-03-31")
    life.do(Reserve("red_1", 4, day("2026-04-01")))
    if is_late:
        life.now = day("2026-04-03")
        life.keep_up()
    else:
        life.live_to("2026-04-03")
    assert (life.account.lots, life.account.holds) == ({}, {})
    assert [-entry.points for entry in life.entries if entry.kind == "expire"] == [6, 4]
    assert not [entry for entry in life.entries if entry.kind == "extend"]


def test_a_proof_that_comes_after_the_last_day_does_not_count_for_the_day_that_followed_it() -> None:
    life = Life()
    life.give(40, "2026-03-31")
    life.live_to("2026-04-02")
    life.prove("2026-03-31")
    assert life.account.lots == {"2026-04-14": 40}
    assert [entry.kind for entry in life.live_to("2026-04-15")] == ["warn", "warn", "extend", "warn"]


def test_points_live_on_to_a_day_of_which_nothing_was_told_yet() -> None:
    life = Life()
    life.give(40, "2026-03-31")
    life.give(5, "2026-04-14")
    life.live_to("2026-03-31")
    life.prove("2026-04-14")
    life.live_to("2026-04-01")
    assert life.account.lots == {"2026-04-14": 5, "2026-04-15": 40}


@pytest.mark.parametrize(
    "change",
    [
        lambda life: life.do(NoteReach(reachable=False)),
        lambda life: life.do(SetState("inactive", "asked")),
    ],
)
def test_points_of_whoever_may_not_be_told_end_on_their_last_day(change) -> None:
    life = Life()
    life.give(40, "2026-03-31")
    change(life)
    assert [entry.kind for entry in life.live_to("2026-04-01")] == ["expire"]


def test_nobody_is_told_who_never_agreed_to_it() -> None:
    life = Life(reachable=False)
    life.give(40, "2026-03-31")
    assert [entry.kind for entry in life.live_to("2026-04-01")] == ["expire"]


def test_a_program_may_warn_without_asking_that_the_warning_arrives() -> None:
    life = Life(replace(ASKED, is_required=False))
    life.give(40, "2026-03-31")
    assert [entry.kind for entry in life.live_to("2026-04-01")] == ["warn", "warn", "warn", "expire"]


def test_points_without_an_end_are_warned_of_never() -> None:
    life = Life()
    life.program = replace(life.program, points=replace(life.program.points, expiry=Expiry(warning=ASKED)))
    life.do(Adjust("adj", 40, "gift"))
    assert next_due_on(life.account, life.program) is None


def test_no_warning_comes_before_points_can_be_there() -> None:
    assert ASKED.stages(Expiry("days", 7)) == [1]
    assert ASKED.stages(Expiry("months", 1)) == [7, 1]
    assert ASKED.stages(Expiry("months", 2)) == [30, 7, 1]
    assert ASKED.stages(Expiry("months", 1, "end_of_month")) == [30, 7, 1]
    assert ASKED.stages(Expiry("fixed", month_day=(12, 31))) == [30, 7, 1]


def test_the_account_is_found_on_the_day_of_the_next_warning() -> None:
    life = Life()
    life.give(40, "2026-03-31")
    assert str(next_due_on(life.account, life.program)) == "2026-03-01"
    life.live_to("2026-03-01")
    assert str(next_due_on(life.account, life.program)) == "2026-03-24"
    life.live_to("2026-03-30")
    assert str(next_due_on(life.account, life.program)) == "2026-04-01"


def test_what_is_over_everywhere_is_not_remembered() -> None:
    life = Life()
    life.give(40, "2026-03-31")
    life.live_to("2026-03-01")
    life.prove("2026-03-31")
    life.give(10, "2026-04-20")
    life.live_to("2026-04-21")
    assert (life.account.warned, life.account.proven) == ({"2026-04-20": 1, "2026-05-04": 30}, {})


def test_warnings_proofs_and_what_lives_on_are_in_the_chain_and_in_the_past() -> None:
    life = Life()
    life.give(40, "2026-03-31")
    life.live_to("2026-03-08")
    life.prove("2026-03-31")
    life.give(7, "2026-03-20")
    life.live_to("2026-04-05")
    history = [sealed_form(entry) for entry in life.entries]
    assert [parse_entry(*sealed) for sealed in history] == life.entries
    assert rebuild("mem", life.entries) == life.account
    assert verify(life.account, history) is None
    then = account_as_of(
        Account("mem"), life.entries, life.program, day_end(datetime(2026, 3, 20, tzinfo=UTC).date(), ZONE)
    )
    assert then.lots == {"2026-03-31": 40, "2026-04-03": 7}


def test_a_warning_is_told_once_for_each_stage_with_days_and_points_alone() -> None:
    life = Life()
    life.give(10, "2026-03-31")
    life.give(20, "2026-04-02")
    [warn] = life.live_to("2026-03-01")
    [intent] = intents_of(warn)
    assert (intent.kind, intent.period) == ("expiring", "2026-03-31.30")
    assert intent.data == {
        "points": 30,
        "balance": 30,
        "on": "2026-03-31",
        "through": "2026-04-02",
        "days": ["2026-03-31", "2026-04-02"],
        "stage": 30,
    }
