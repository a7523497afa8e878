"""The audit trail on DynamoDB as moto plays it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws

from quen.dynamodb import commit, open_client
from quen.staff.model import Action, AuditRecord, Role
from quen.staff.store import AuditStore
from tables import create_tables


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield open_client("us-east-1")


@pytest.fixture
def store(client: Any) -> AuditStore:
    return AuditStore(client, create_tables(client)["program"])


def make_record(number: int = 1, **changes: Any) -> AuditRecord:
    at = datetime(2026, 11, 22, 3, 15, 0, 120, tzinfo=UTC) + timedelta(seconds=number)
    fields: dict[str, Any] = {
        "audit_id": f"aud_{number}",
        "at": at,
        "actor": "staff-1",
        "role": Role.SUPPORT,
        "action": Action.UNMASK_MEMBER,
        "target": "member:mem_1",
        "before": {},
        "after": {"note": "Cà phê", "points": 5},
        "reason": "called in",
    }
    return AuditRecord(**(fields | changes))


def test_a_record_comes_back_as_it_was(store: AuditStore) -> None:
    record = make_record(reason="")
    store.add(record)
    assert [found for _, found in store.list_month("2026-11", None, 10)] == [record]


def test_adding_it_twice_is_adding_it_once(store: AuditStore) -> None:
    store.add(make_record())
    store.add(make_record())
    assert len(store.list_month("2026-11", None, 10)) == 1


def test_a_month_is_listed_newest_first_from_a_place_on(store: AuditStore) -> None:
    for number in range(5):
        store.add(make_record(number))
    store.add(make_record(9, at=datetime(2026, 12, 1, tzinfo=UTC)))
    first = store.list_month("2026-11", None, 2)
    rest = store.list_month("2026-11", first[-1][0], 10)
    assert [record.audit_id for _, record in [*first, *rest]] == ["aud_4", "aud_3", "aud_2", "aud_1", "aud_0"]


def test_a_record_is_written_in_another_s_transaction(client: Any, store: AuditStore) -> None:
    commit(client, [store.write(make_record())])
    assert [found for _, found in store.list_month("2026-11", None, 10)] == [make_record()]
