"""The nightly closing: every partner is looked at once, and what was closed is counted whoever died in between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec.structs import replace

from quen.jobs.close_statements import CloseStatements
from quen.jobs.model import SHARDS, Run
from quen.jobs.names import CLOSE_STATEMENTS
from quen.ledger.model.funding import funded_by
from quen.settlement.model import Statement
from unit.settlement.fakes import BRAND, Desk, FakePartners, FakeStatements, make_partner, noon


def run_on(day: date, **changes: Any) -> Run:
    return Run(CLOSE_STATEMENTS, day, "run_1", noon(day), noon(day), "schedule", **changes)


def test_the_shards_together_have_every_partner_that_settles_once() -> None:
    partners = [make_partner(partner_id=f"ptn_{number:016}") for number in range(30)]
    stranger = replace(make_partner(partner_id="ptn_stranger"), terms=())
    job = CloseStatements(Desk(FakePartners(*partners, stranger)).settlement)
    seen: list[str] = []
    for shard in range(SHARDS):
        cursor = None
        while True:
            page = job.list_members(run_on(date(2026, 11, 2)), shard, cursor, 7)
            seen += page.member_ids
            if (cursor := page.cursor) is None:
                break
    assert sorted(seen) == [partner.partner_id for partner in partners]


def test_a_run_closes_what_is_due_and_counts_it_again_for_who_recovers() -> None:
    desk = Desk()
    job = CloseStatements(desk.settlement)
    desk.go_to(date(2026, 12, 2))
    run = run_on(date(2026, 12, 2))
    dry = job.handle(replace(run, dry_run=True), BRAND, is_recovering=False)
    assert (dry.was_done, dry.totals, desk.statements.kept) == (True, {"statements": 2}, {})
    done = job.handle(run, BRAND, is_recovering=False)
    assert (done.was_done, done.totals) == (True, {"statements": 2})
    assert not job.handle(run, BRAND, is_recovering=False).was_done
    assert job.handle(run, BRAND, is_recovering=True) == done
    later = run_on(date(2026, 12, 3))
    assert not job.handle(later, BRAND, is_recovering=True).was_done


def test_the_first_of_a_month_closes_nothing_yet() -> None:
    desk = Desk()
    desk.go_to(date(2026, 11, 1))
    assert not CloseStatements(desk.settlement).handle(run_on(date(2026, 11, 1)), BRAND, is_recovering=False).was_done


def test_who_is_slower_goes_on_from_the_statement_that_was_kept() -> None:
    class Faster(FakeStatements):
        """Somebody else closes every month a moment before, and has not seen a booking."""

        def keep(self, statement: Statement, others: Sequence[Any] = ()) -> bool:
            theirs = replace(statement, lines=(), stated_bookings={}, hash="theirs")
            super().keep(theirs)
            return super().keep(statement, others)

    desk = Desk()
    desk.book({funded_by(BRAND): -30}, date(2026, 10, 5), number=1)
    faster = Faster()
    settlement = desk.over(faster)
    desk.go_to(date(2026, 12, 2))
    assert settlement.close_due(BRAND, date(2026, 12, 2)) == []
    desk.go_to(date(2026, 12, 5))
    november = faster.kept[BRAND, "2026-11"]
    assert november.previous_hash == "theirs"
    assert [(line.day, line.points) for line in november.late] == [(date(2026, 10, 5), 30)]
