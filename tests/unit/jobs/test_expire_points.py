"""The index of what is due was written by the program of then: another program's warnings are found all the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from quen.jobs.names import EXPIRE_POINTS
from quen.ledger.model import Account, next_due_on
from quen.ledger.ports import Change, DuePage
from quen.program.model import Expiry, ExpiryWarning, Program
from unit.jobs.fakes import NOW, MemoryAccounts, World

TODAY = date(2026, 12, 1)
SOON, LATER = "2026-12-20", "2027-06-30"
NOT_WARNED, WARNED = ExpiryWarning(), ExpiryWarning((30, 7))


class Indexed(MemoryAccounts):
    """Shows what an account's last write has shown, whatever the program says since."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.shown: dict[str, str] = {}
        self.writes = 0

    def add(self, account: Account) -> None:
        super().add(account)
        self.shown[account.member_id] = str(next_due_on(account, self.program) or "")

    def commit(self, change: Change) -> None:
        super().commit(change)
        self.writes += 1
        self.shown[change.after.member_id] = str(next_due_on(change.after, change.program) or "")

    def list_due(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        return self._page(shard, lambda account: self.shown[account.member_id], on, cursor, limit)


class IndexedWorld(World):
    accounts_type = Indexed


def with_warning(program: Program, warning: ExpiryWarning) -> Program:
    return replace(program, points=replace(program.points, expiry=Expiry("months", 12, warning=warning)))


def changed(before: ExpiryWarning, after: ExpiryWarning, *, reachable: bool = True) -> tuple[World, Indexed]:
    """A world of three members whose program began to warn otherwise on the evening before TODAY."""
    world = IndexedWorld()
    accounts: Any = world.accounts
    programs = with_warning(world.program, before), with_warning(world.program, after)
    accounts.program = programs[0]
    for number, last_day in enumerate((SOON, LATER, None)):
        member_id = world.add_member(2, number, (40, last_day))
        accounts.add(replace(accounts.accounts[member_id], reachable=reachable))
    current: Callable[[datetime], Program] = lambda now: programs[now >= NOW - timedelta(hours=12)]  # noqa: E731
    world.programs.current = current  # type: ignore[method-assign]
    accounts.program = programs[1]
    return world, accounts


def run(world: World, days: int = 0, *, dry_run: bool = False) -> dict[str, Any]:
    """The night of that many days after TODAY."""
    on = TODAY + timedelta(days=days)
    world.clock.instant = NOW + timedelta(days=days)
    return world.jobs.start_run(EXPIRE_POINTS, on, dry_run=dry_run, actor="staff")


def test_those_whose_points_end_soon_are_warned_on_the_day_on_which_a_program_begins_to_warn() -> None:
    world, accounts = changed(NOT_WARNED, WARNED)
    done = run(world)
    assert (done["done"], done["totals"]) == (1, {"warned": 1})
    assert sorted(day for day in accounts.shown.values() if day) == ["2026-12-13", "2027-05-31"]
    assert run(world, 1)["seen"] == 0, "the others are found when their day comes"


def test_nobody_is_looked_at_anew_where_warnings_stay_or_become_fewer() -> None:
    for before, after in ((WARNED, WARNED), (WARNED, ExpiryWarning((7,))), (WARNED, replace(WARNED, is_required=True))):
        assert run(changed(before, after)[0])["seen"] <= 1


def test_of_whoever_may_not_be_told_the_index_is_right_already() -> None:
    world, accounts = changed(NOT_WARNED, WARNED, reachable=False)
    run(world)
    assert accounts.writes == 0


def test_who_was_shown_for_a_warning_that_is_none_any_more_is_looked_at_in_vain_once() -> None:
    world, accounts = changed(WARNED, NOT_WARNED)
    assert accounts.shown["mem_2000000000000000"] == "2026-11-20"
    assert [run(world, days)["seen"] for days in (0, 1)] == [1, 0]
    assert accounts.shown["mem_2000000000000000"] == "2026-12-21"


def test_a_dry_run_shows_nothing_anew() -> None:
    world, accounts = changed(NOT_WARNED, WARNED)
    assert run(world, dry_run=True)["totals"] == {"warned": 1}
    assert accounts.writes == 0
