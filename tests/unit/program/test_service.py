"""Programs: versions follow each other, one writer at a time, and a refused document changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from quen.errors import ConflictRetryError, NotFoundError, ValidationFailedError
from quen.program.model import VersionMark
from quen.program.service import Programs, StoredVersion
from quen.writes import Write
from unit.program.documents import COFFEE_SHOP, changed, make_document
from unit.program.fakes import InMemoryVersions, StoppedClock

NOW = datetime(2026, 11, 22, 5, 0, 0, 250_000, tzinfo=UTC)
LATER = NOW + timedelta(days=10)


@pytest.fixture
def versions() -> InMemoryVersions:
    return InMemoryVersions()


@pytest.fixture
def wall() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def programs(versions: InMemoryVersions, wall: StoppedClock) -> Programs:
    return Programs(versions, wall)


def test_before_the_first_document_there_is_no_program(programs: Programs) -> None:
    with pytest.raises(NotFoundError):
        programs.current(NOW)
    with pytest.raises(NotFoundError):
        programs.document(NOW)


def test_a_document_becomes_the_first_version_at_once(programs: Programs, versions: InMemoryVersions) -> None:
    answer = programs.replace(COFFEE_SHOP.read_text(), actor="staff-1", now=NOW)
    assert (answer["version"], answer["effective_from"]) == (1, "2026-11-22T05:00:00Z")
    assert answer["program"]["id"] == "ca-phe-quen"
    assert programs.current(NOW).version == 1
    assert versions.versions[1].actor == "staff-1"
    assert programs.document(NOW) == answer


def test_what_was_read_can_be_changed_and_written_as_it_is(programs: Programs) -> None:
    programs.replace(make_document(), actor="a", now=NOW)
    document = programs.document(LATER)
    document["birthday"]["points"] = 75
    answer = programs.replace(document, actor="b", now=LATER)
    assert (answer["version"], answer["effective_from"]) == (2, "2026-12-02T05:00:00Z")
    assert [programs.at(instant).version for instant in (NOW, LATER)] == [1, 2]
    assert programs.at(NOW - timedelta(days=365)).version == 1


def test_an_unchanged_document_stays_the_same_version(programs: Programs, versions: InMemoryVersions) -> None:
    first = programs.replace(make_document(), actor="a", now=NOW)
    assert programs.replace(make_document(), actor="b", now=LATER) == first
    assert programs.replace(first, actor="b", now=LATER) == first
    assert len(versions.versions) == 1


def test_an_invalid_document_names_every_fault_and_the_old_version_stays(
    programs: Programs, versions: InMemoryVersions
) -> None:
    programs.replace(make_document(), actor="a", now=NOW)
    broken = changed("/earning/0/per", 0)
    broken["rewards"][0]["points"] = "many"
    with pytest.raises(ValidationFailedError) as refused:
        programs.replace(broken, actor="b", now=LATER)
    assert {fault.pointer for fault in refused.value.faults} == {"/earning/0/per", "/rewards/0/points"}
    assert list(versions.versions) == [1]
    assert programs.current(LATER).version == 1


def test_a_version_can_be_prepared_before_it_counts(programs: Programs) -> None:
    programs.replace(make_document(), actor="a", now=NOW)
    prepared = changed("/birthday/points", 100) | {"effective_from": "2026-12-02T05:00:00Z"}
    assert programs.replace(prepared, actor="a", now=NOW)["version"] == 2
    assert programs.replace(changed("/birthday/points", 60), actor="a", now=NOW)["version"] == 3
    found = [programs.current(NOW + timedelta(days=days)).birthday for days in (0, 9, 10)]
    assert [birthday.points for birthday in found if birthday] == [60, 60, 100]


def test_a_version_never_changes_the_past(programs: Programs, versions: InMemoryVersions) -> None:
    programs.replace(make_document(), actor="a", now=NOW)
    earlier = changed("/birthday/points", 60) | {"effective_from": "2026-11-01T00:00:00Z"}
    with pytest.raises(ValidationFailedError) as refused:
        programs.replace(earlier, actor="a", now=LATER)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/effective_from", "in_the_past")]
    assert len(versions.versions) == 1


def test_a_document_as_it_was_read_before_can_be_put_back(programs: Programs) -> None:
    first = programs.replace(make_document(), actor="a", now=NOW)
    programs.replace(first | {"birthday": {"points": 60}}, actor="a", now=LATER)
    back = programs.replace(first, actor="b", now=LATER + timedelta(minutes=1))
    assert back["version"] == 3
    assert programs.current(LATER + timedelta(minutes=2)).birthday == programs.at(NOW).birthday


def test_a_program_keeps_its_currency_but_in_a_sandbox(versions: InMemoryVersions, wall: StoppedClock) -> None:
    Programs(versions, wall).replace(make_document(), actor="a", now=NOW)
    dollars = changed("/program/currency", "USD")
    with pytest.raises(ValidationFailedError) as refused:
        Programs(versions, wall).replace(dollars, actor="a", now=LATER)
    assert refused.value.faults[0].pointer == "/program/currency"
    assert len(versions.versions) == 1
    replaced = Programs(versions, wall, is_sandbox=True).replace(dollars, actor="a", now=LATER)
    assert replaced["version"] == 2


def test_a_write_whose_answer_was_lost_is_answered_the_same_when_repeated(programs: Programs) -> None:
    first = programs.replace(make_document(), actor="a", now=NOW)
    change = first | {"birthday": {"points": 60}}
    second = programs.replace(change, actor="a", now=LATER)
    assert programs.replace(change, actor="a", now=LATER + timedelta(seconds=3)) == second


class RacedVersions(InMemoryVersions):
    """Somebody else's version comes between the read and the write, once."""

    def load_marks(self) -> tuple[VersionMark, ...]:
        marks = super().load_marks()
        if len(self.versions) == 1:
            self.versions[2] = StoredVersion(2, NOW, NOW, "rival", self.versions[1].text.replace("50", "55"))
        return marks


def test_of_two_writers_one_is_told_to_try_again(wall: StoppedClock) -> None:
    versions = RacedVersions()
    programs = Programs(versions, wall)
    programs.replace(make_document(), actor="a", now=NOW)
    with pytest.raises(ConflictRetryError):
        programs.replace(changed("/birthday/points", 60), actor="b", now=LATER)
    assert versions.versions[2].actor == "rival"


def test_what_is_in_force_is_read_once_a_minute_and_a_version_once(
    programs: Programs, versions: InMemoryVersions, wall: StoppedClock
) -> None:
    programs.replace(make_document(), actor="a", now=NOW)
    versions.marks_read = versions.versions_read = 0
    for _ in range(100):
        programs.current(NOW)
    assert (versions.marks_read, versions.versions_read) == (1, 1)
    wall.advance(59)
    programs.current(NOW)
    assert versions.marks_read == 1
    wall.advance(1)
    programs.current(NOW)
    assert (versions.marks_read, versions.versions_read) == (2, 1)


def test_another_process_sees_a_new_version_within_a_minute(versions: InMemoryVersions, wall: StoppedClock) -> None:
    here, there = Programs(versions, wall), Programs(versions, wall)
    here.replace(make_document(), actor="a", now=NOW)
    assert there.current(NOW).version == 1
    here.replace(changed("/birthday/points", 60), actor="a", now=NOW)
    assert (here.current(NOW).version, there.current(NOW).version) == (2, 1)
    wall.advance(60)
    assert there.current(NOW).version == 2


def test_the_sandbox_looks_again_each_time(versions: InMemoryVersions, wall: StoppedClock) -> None:
    here, there = Programs(versions, wall), Programs(versions, wall, cache_seconds=0)
    here.replace(make_document(), actor="a", now=NOW)
    there.current(NOW)
    here.replace(changed("/birthday/points", 60), actor="a", now=NOW)
    assert there.current(NOW).version == 2


def test_versions_are_listed_newest_first_and_any_can_be_read(programs: Programs) -> None:
    for points in (50, 60, 70):
        programs.replace(changed("/birthday/points", points), actor=f"staff-{points}", now=NOW)
    assert [one["version"] for one in programs.list_versions(limit=2)] == [3, 2]
    assert programs.list_versions(before=2) == [
        {
            "version": 1,
            "effective_from": "2026-11-22T05:00:00Z",
            "recorded_at": "2026-11-22T05:00:00Z",
            "actor": "staff-50",
        }
    ]
    assert programs.document(NOW, version=2)["birthday"]["points"] == 60
    with pytest.raises(NotFoundError):
        programs.document(NOW, version=4)


def test_no_more_than_a_few_old_versions_are_kept_in_memory(programs: Programs, versions: InMemoryVersions) -> None:
    for number in range(20):
        now = NOW + timedelta(days=number)
        programs.replace(changed("/birthday/points", 50 + number), actor="a", now=now)
        assert programs.current(now).version == number + 1
    assert programs.at(NOW).version == 1


def test_what_goes_with_a_new_version_knows_the_one_before_and_is_written_only_with_it(
    programs: Programs, versions: InMemoryVersions
) -> None:
    def others(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Write]:
        return [Write("note", "Put", {"before": before, "after": after})]

    first = {"version": 1, "effective_from": "2026-11-22T05:00:00Z"}
    second = {"version": 2, "effective_from": "2026-12-02T05:00:00Z"}
    programs.replace(make_document(), actor="a", now=NOW, others=others)
    programs.replace(make_document(), actor="a", now=LATER, others=others)
    programs.replace(changed("/birthday/points", 60), actor="a", now=LATER, others=others)
    assert [write.parameters for write in versions.written] == [
        {"before": {}, "after": first},
        {"before": first, "after": second},
    ]
