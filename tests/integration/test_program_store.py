"""The program's store on DynamoDB as moto plays it, and what the in-memory versions of the unit tests promise with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws

from quen.dynamodb import open_client
from quen.errors import ConflictRetryError, NotFoundError
from quen.program.model import VersionMark
from quen.program.service import Programs, ProgramVersions, StoredVersion
from quen.program.store import MARKS_MAX, CurrentItem, ProgramStore
from tables import create_tables
from unit.program.documents import changed, make_document
from unit.program.fakes import InMemoryVersions, StoppedClock

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def make_version(number: int, text: str = '{"program":{"name":"Cà phê Quen"}}') -> StoredVersion:
    return StoredVersion(number, NOW + timedelta(days=number), NOW, f"staff-{number}", text)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield open_client("us-east-1")


@pytest.fixture
def store(client: Any) -> ProgramStore:
    return ProgramStore(client, create_tables(client)["program"])


@pytest.fixture(params=["in memory", "DynamoDB"])
def versions(request: pytest.FixtureRequest) -> ProgramVersions:
    return InMemoryVersions() if request.param == "in memory" else request.getfixturevalue("store")


def add(versions: ProgramVersions, *numbers: int) -> None:
    for number in numbers:
        versions.add_version(make_version(number), versions.load_marks())


def test_at_first_there_is_nothing(versions: ProgramVersions) -> None:
    assert versions.load_marks() == ()
    assert versions.list_versions(None, 10) == []
    with pytest.raises(NotFoundError):
        versions.load_version(1)


def test_a_version_comes_back_as_it_was_written(versions: ProgramVersions) -> None:
    add(versions, 1, 2)
    assert versions.load_version(2) == make_version(2)
    assert versions.load_marks() == tuple(VersionMark(one, NOW + timedelta(days=one)) for one in (1, 2))


def test_versions_are_listed_newest_first_without_their_text(versions: ProgramVersions) -> None:
    add(versions, 1, 2, 3)
    assert versions.list_versions(None, 2) == [make_version(3, ""), make_version(2, "")]
    assert versions.list_versions(2, 10) == [make_version(1, "")]
    assert versions.list_versions(1, 10) == []


def test_whoever_writes_second_is_refused_and_changes_nothing(versions: ProgramVersions) -> None:
    add(versions, 1)
    marks = versions.load_marks()
    versions.add_version(make_version(2, '{"first":1}'), marks)
    with pytest.raises(ConflictRetryError):
        versions.add_version(make_version(2, '{"second":1}'), marks)
    assert versions.load_version(2).text == '{"first":1}'
    assert len(versions.load_marks()) == 2


def test_two_first_documents_do_not_both_become_the_first_version(versions: ProgramVersions) -> None:
    versions.add_version(make_version(1), ())
    with pytest.raises(ConflictRetryError):
        versions.add_version(make_version(1), ())


def test_the_list_of_versions_stays_small(store: ProgramStore) -> None:
    marks = [f"{NOW + timedelta(days=number):%Y-%m-%dT%H:%M:%SZ} {number}" for number in range(1, MARKS_MAX + 1)]
    CurrentItem(version=MARKS_MAX, marks=marks).save()
    add(store, MARKS_MAX + 1)
    assert [mark.version for mark in store.load_marks()] == list(range(2, MARKS_MAX + 2))


def test_programs_over_the_real_store(store: ProgramStore) -> None:
    programs = Programs(store, StoppedClock())
    first = programs.replace(make_document(), actor="staff", now=NOW)
    assert programs.current(NOW).load_reward("free-coffee").name_in("vi") == "Cà phê miễn phí"
    assert programs.replace(first, actor="staff", now=NOW) == first
    assert programs.replace(changed("/birthday/points", 60), actor="staff", now=NOW)["version"] == 2
    assert [one["version"] for one in programs.list_versions()] == [2, 1]
    birthday = programs.current(NOW).birthday
    assert birthday is not None
    assert birthday.points == 60


def test_a_document_of_the_largest_size_fits(store: ProgramStore) -> None:
    document = make_document()
    name = "Cà phê sữa đá " * 7
    reward = {"points": 1, "name": {"vi": name.strip(), "en": name.strip()}}
    document["rewards"] = [{"id": f"reward-{number}", **reward} for number in range(200)]
    programs = Programs(store, StoppedClock())
    programs.replace(document, actor="staff", now=NOW)
    assert len(programs.current(NOW).rewards) == 200
