"""The night in which old entries leave the table: nothing is lost, whatever happens on the way, and the proof spans all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from quen.archive.model import Volume, packed_volume
from quen.archive.service import Archive, Archiving, KeptCheckpoint
from quen.business_days import day_start
from quen.errors import ConflictRetryError
from quen.ledger.documents import DocumentKey
from quen.ledger.model import Account, GrantBonus, Sealed, account_as_of, parse_entry, statement, verify
from quen.program.model import Program
from quen.verification.model import Checked, MemberFlaw, is_reread
from quen.verification.service import MemberChecks
from unit.archive.fakes import ARCHIVE_ENTRIES, FIRST, ArchivingWorld, MemoryOldLedger
from unit.jobs.fakes import NOW

BOUGHT_FOR_YEARS = "mem_0000000000000001"
ONCE_AND_NEVER_AGAIN = "mem_0000000000000000"
NEW = "mem_2000000000000001"


class Proof:
    """The check of a member of the world."""

    def __init__(self, world: ArchivingWorld) -> None:
        self._world = world

    def check(
        self, member_id: str = BOUGHT_FOR_YEARS, before: datetime | None = None, *, is_whole: bool = True
    ) -> Checked:
        checks = MemberChecks(self._world.old, self._existing, Archive(self._world.bucket))
        return checks.check(member_id, {"root": before}, is_whole=is_whole)

    def _existing(self, keys: Collection[DocumentKey]) -> Collection[DocumentKey]:
        return {*keys} & {*self._world.accounts.documents}


@pytest.fixture
def world() -> ArchivingWorld:
    return ArchivingWorld()


def archive(world: ArchivingWorld) -> None:
    world.run_to_the_end(ARCHIVE_ENTRIES)


def rewrite(world: ArchivingWorld, member_id: str, entries: Sequence[Sealed]) -> str:
    """Put other entries in the place of what is archived, names and all; the new name."""
    volume = Volume(member_id, 1, entries)
    world.bucket.put(volume.key, packed_volume(volume))
    kept = world.old.kept[member_id]
    world.old.kept[member_id] = replace(kept, checkpoint=replace(kept.checkpoint, key=volume.key))
    return volume.key


def test_what_is_older_than_the_program_keeps_leaves_the_table_and_nothing_is_lost(world: ArchivingWorld) -> None:
    before = world.history(BOUGHT_FOR_YEARS)
    archive(world)
    kept = world.old.load_kept(BOUGHT_FOR_YEARS)
    assert kept.checkpoint
    assert kept.checkpoint.until < datetime(2025, 11, 1, tzinfo=UTC)
    assert all(
        parse_entry(*sealed).recorded_at >= day_start(date(2025, 11, 1), world.program.time_zone)
        for sealed in kept.entries
    )
    assert world.history(BOUGHT_FOR_YEARS) == before
    assert verify(world.accounts.load(BOUGHT_FOR_YEARS), kept.entries, kept.begun) is None


def test_the_run_counts_members_entries_and_volumes(world: ArchivingWorld) -> None:
    archive(world)
    [run] = world.runs.runs.values()
    archived = sum(kept.checkpoint.sequence for kept in world.old.kept.values())
    assert (run.counts.done, run.counts.totals) == (6, {"entries": archived, "volumes": 6})
    assert run.counts.seen == 7  # who has one entry alone was looked at


def test_the_last_entry_stays_and_its_member_is_not_looked_at_every_night(world: ArchivingWorld) -> None:
    archive(world)
    assert len(world.old.load_kept(ONCE_AND_NEVER_AGAIN).entries) == 1
    assert world.old.oldest[ONCE_AND_NEVER_AGAIN] == date(2025, 11, 1)


def test_a_second_night_finds_nobody(world: ArchivingWorld) -> None:
    archive(world)
    stored = {**world.bucket.stored}
    world.clock.advance(days=1)
    archive(world)
    assert [run.counts.seen for run in world.runs.runs.values()] == [7, 0]
    assert world.bucket.stored == stored


def test_later_years_are_archived_after_earlier_ones_in_one_row(world: ArchivingWorld) -> None:
    before = [*world.history(BOUGHT_FOR_YEARS)]
    archive(world)
    for year in (2027, 2028, 2029):
        world.give(BOUGHT_FOR_YEARS, NOW.replace(year=year, month=6), year)
    before += [sealed for sealed in world.history(BOUGHT_FOR_YEARS) if sealed not in before]
    archive(world)
    assert len([key for key in world.bucket.stored if BOUGHT_FOR_YEARS in key]) == 2
    assert world.history(BOUGHT_FOR_YEARS) == before
    assert Proof(world).check().flaw is None


def test_a_program_that_keeps_entries_for_ever_has_nobody_looked_at(world: ArchivingWorld) -> None:
    world.programs.program = replace(world.program, entries_kept_months=None)
    archive(world)
    assert (world.bucket.stored, world.old.kept) == ({}, {})


class Changed:
    """A program that kept entries for 13 months until some minutes before the run."""

    def __init__(self, world: ArchivingWorld, months: int | None) -> None:
        self._before, self._after = world.program, replace(world.program, entries_kept_months=months)

    def current(self, now: datetime) -> Program:
        return self._before if now < NOW - timedelta(minutes=5) else self._after


@pytest.mark.parametrize("months", [None, 120])
def test_whoever_decides_to_keep_entries_longer_keeps_them_from_that_minute_on(
    world: ArchivingWorld, months: int | None
) -> None:
    """The night goes by the program of its midnight; what a statement can show no more does not come back."""
    world.programs = Changed(world, months)  # type: ignore[assignment] # as much of programs as is asked for
    archive(world)
    assert not world.bucket.stored
    assert not world.old.kept


def test_a_dry_run_says_what_would_go_and_moves_nothing(world: ArchivingWorld) -> None:
    run = world.jobs.start_run(ARCHIVE_ENTRIES, date(2026, 12, 1), dry_run=True, actor="staff:an")
    assert (run["seen"], run["done"]) == (7, 6)
    assert run["totals"]["entries"] > 6
    assert (world.bucket.stored, world.old.kept) == ({}, {})


def test_a_run_by_hand_is_left_to_the_function_that_has_the_rights(world: ArchivingWorld) -> None:
    run = world.jobs.start_run(ARCHIVE_ENTRIES, date(2026, 12, 1), dry_run=False, actor="staff:an")
    assert (run["state"], run["seen"], world.bucket.stored) == ("running", 0, {})
    world.queue.deliver(world.jobs)
    assert len(world.old.kept) == 6


def test_a_history_that_was_touched_is_not_archived_and_its_member_is_reported(world: ArchivingWorld) -> None:
    entries = world.accounts.entries[BOUGHT_FOR_YEARS]
    entries[1] = replace(entries[1], balance_after=9999)
    archive(world)
    assert {*world.reports.failed} == {BOUGHT_FOR_YEARS}
    assert BOUGHT_FOR_YEARS not in world.old.kept
    assert entries[0].sequence == 1


def test_what_cannot_be_read_again_stays_in_the_table(world: ArchivingWorld) -> None:
    world.bucket.put = lambda key, data: None  # type: ignore[method-assign]
    archive(world)
    assert world.old.kept == {}
    assert world.accounts.entries[BOUGHT_FOR_YEARS][0].sequence == 1


def test_who_is_given_something_between_two_steps_loses_nothing(world: ArchivingWorld) -> None:
    keep = world.old.keep

    def giving(member_id: str, *rest: object) -> None:
        world.ledger.grant(member_id, GrantBonus("birthday", 50, "2099", "birthday"))
        keep(member_id, *rest)  # type: ignore[arg-type]

    world.old.keep = giving  # type: ignore[method-assign]
    archive(world)
    for member_id in world.old.kept:
        checked = Proof(world).check(member_id)
        assert checked.flaw is None
        assert parse_entry(*world.history(member_id)[-1]).reference.id == "2099"


@pytest.mark.parametrize("gone", [0, 1, -2], ids=["the first", "the second", "the last but one"])
def test_a_history_that_was_read_while_entries_were_deleted_is_not_whole(world: ArchivingWorld, gone: int) -> None:
    kept = world.old.load_kept(BOUGHT_FOR_YEARS)
    missing = kept.entries[gone]
    assert kept.is_whole
    assert not replace(kept, entries=[sealed for sealed in kept.entries if sealed != missing]).is_whole


def test_who_is_overtaken_between_two_reads_calls_nobody_s_history_flawed(world: ArchivingWorld) -> None:
    """Another run has archived and deleted what this one has not read yet."""
    zone, before = world.programs.program.time_zone, date(2026, 1, 1)
    other = Archiving(world.old, world.bucket)

    class Overtaken(MemoryOldLedger):
        def find(self, member_id: str) -> KeptCheckpoint | None:
            found = super().find(member_id)
            if found is None:
                other.archive(member_id, before, zone, "run_other", is_recovering=False)
            return found

    late = Overtaken(world.accounts)
    late.kept, late.oldest = world.old.kept, world.old.oldest
    with pytest.raises(ConflictRetryError):
        Archiving(late, world.bucket).archive(BOUGHT_FOR_YEARS, NOW.date(), zone, "run_1", is_recovering=False)


@pytest.mark.parametrize("is_whole", [True, False], ids=["with the archive", "from the checkpoint"])
def test_the_proof_finds_the_same_sums_and_the_same_root_before_and_after(
    world: ArchivingWorld, *, is_whole: bool
) -> None:
    before = Proof(world).check()
    archive(world)
    after = Proof(world).check(is_whole=is_whole)
    assert (before.flaw, after) == (None, before)


def test_a_root_of_a_day_that_is_archived_by_now_is_still_what_it_was(world: ArchivingWorld) -> None:
    days = [FIRST + timedelta(days=70 * number) for number in range(14)]
    before = [Proof(world).check(before=day).heads for day in days]
    archive(world)
    assert [Proof(world).check(before=day, is_whole=False).heads for day in days] == before


def test_a_missing_object_is_named_with_the_sequence_that_it_ends_with(world: ArchivingWorld) -> None:
    archive(world)
    checkpoint = world.old.kept[BOUGHT_FOR_YEARS].checkpoint
    del world.bucket.stored[checkpoint.key]
    what = f"its archived object {checkpoint.key} is missing"
    assert Proof(world).check().flaw == MemberFlaw(BOUGHT_FOR_YEARS, checkpoint.sequence, what)
    assert Proof(world).check(is_whole=False).flaw is None


def test_an_altered_object_is_named_with_the_sequence_that_it_begins_with(world: ArchivingWorld) -> None:
    archive(world)
    key = world.old.kept[BOUGHT_FOR_YEARS].checkpoint.key
    world.bucket.stored[key] = world.bucket.stored[world.old.kept["mem_0000000000000002"].checkpoint.key]
    flaw = Proof(world).check().flaw
    assert flaw == MemberFlaw(BOUGHT_FOR_YEARS, 1, f"its archived object {key} was changed")


LIES = {
    "what the member has": lambda told: replace(told, account=replace(told.account, lots={"2027-12-31": 10_000})),
    "what was moved": lambda told: replace(told, totals={"member.active": 1, "program.issued": -1}),
    "until when it reaches": lambda told: replace(told, until=NOW),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_checkpoint_that_lies_is_found(world: ArchivingWorld, lie: str) -> None:
    archive(world)
    kept = world.old.kept[BOUGHT_FOR_YEARS]
    world.old.kept[BOUGHT_FOR_YEARS] = replace(kept, checkpoint=LIES[lie](kept.checkpoint))
    flaw = Proof(world).check().flaw
    assert flaw == MemberFlaw(
        BOUGHT_FOR_YEARS, kept.checkpoint.sequence, "the checkpoint is not what its entries come to"
    )


def test_an_archive_that_was_rewritten_with_its_checkpoint_breaks_the_chain(world: ArchivingWorld) -> None:
    archive(world)
    others = world.history("mem_0000000000000002")
    rewrite(world, BOUGHT_FOR_YEARS, others[: world.old.kept[BOUGHT_FOR_YEARS].checkpoint.sequence])
    flaw = Proof(world).check().flaw
    assert flaw == MemberFlaw(BOUGHT_FOR_YEARS, 1, "belongs to another member")


def test_a_document_of_an_archived_entry_is_asked_for_as_well(world: ArchivingWorld) -> None:
    archive(world)
    claim = DocumentKey(f"MEMBER#{BOUGHT_FOR_YEARS}", "CLAIM#birthday:2024")
    del world.accounts.documents[claim]
    flaw = Proof(world).check().flaw
    assert flaw
    assert (flaw.sequence, flaw.what) == (1, f"its document {claim.partition}/{claim.sort} is missing")
    assert Proof(world).check(is_whole=False).flaw is None


def test_every_member_s_archive_is_read_once_in_four_weeks() -> None:
    nights = [date(2026, 12, 1) + timedelta(days=number) for number in range(28)]
    for number in range(40):
        assert sum(is_reread(f"mem_{number:016}", night) for night in nights) == 1


def test_past_accounts_and_statements_are_the_same_from_the_checkpoint_on(world: ArchivingWorld) -> None:
    entries = [parse_entry(*sealed) for sealed in world.history(BOUGHT_FOR_YEARS)]
    archive(world)
    kept = world.old.load_kept(BOUGHT_FOR_YEARS)
    left = [parse_entry(*sealed) for sealed in kept.entries]
    begun = Account(BOUGHT_FOR_YEARS)
    for day in (datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)):
        assert kept.reaches_back_to(day)
        assert account_as_of(kept.begun, left, world.program, day) == account_as_of(begun, entries, world.program, day)
        assert statement(kept.begun, left, world.program, day, NOW, NOW) == statement(
            begun, entries, world.program, day, NOW, NOW
        )
    assert not kept.reaches_back_to(datetime(2025, 5, 1, tzinfo=UTC))


@settings(max_examples=25, deadline=None)
@given(
    months=st.lists(st.integers(0, 70), min_size=1, max_size=25),
    nights=st.lists(st.integers(13, 90), max_size=5),
    kept=st.integers(13, 30),
)
def test_whenever_a_life_is_archived_all_of_it_is_still_there(months: list[int], nights: list[int], kept: int) -> None:
    world = ArchivingWorld(members=0)
    world.programs.program = replace(world.program, entries_kept_months=kept)
    member_id = world.add_member(4, 4)
    archiving = Archiving(world.old, world.bucket)
    moments = [(month, "give", number) for number, month in enumerate(months)] + [
        (night, "night", 0) for night in nights
    ]
    for month, what, number in sorted(moments):
        at = FIRST + timedelta(days=30 * month, minutes=number)
        if what == "give":
            world.give(member_id, at, number)
        elif world.accounts.entries[member_id]:
            kept_from = (at - timedelta(days=30 * kept)).date().replace(day=1)
            archiving.archive(member_id, kept_from, world.program.time_zone, "run", is_recovering=False)
    checked = Proof(world).check(member_id)
    assert checked == Proof(world).check(member_id, is_whole=False)
    assert (checked.flaw, checked.entries) == (None, world.accounts.load(member_id).sequence)
    assert verify(world.accounts.load(member_id), world.history(member_id)) is None
