"""The audit trail, over a list: newest first, page by page, month after month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from quen.errors import ValidationFailedError
from quen.staff.model import Action, AuditRecord, Role, StaffCaller
from quen.staff.service import FIRST_MONTH, AuditTrail
from quen.writes import Write

OWNER = StaffCaller("staff-1", Role.OWNER)


class ListedRecords:
    """Records in memory, at the places that the store gives them."""

    def __init__(self) -> None:
        self.kept: dict[str, AuditRecord] = {}
        self.months_read: list[str] = []

    def add(self, record: AuditRecord) -> None:
        self.kept[f"{record.at.isoformat()}#{record.audit_id}"] = record

    def write(self, record: AuditRecord) -> Write:
        raise NotImplementedError

    def list_month(self, month: str, before: str | None, limit: int) -> Sequence[tuple[str, AuditRecord]]:
        self.months_read.append(month)
        places = [place for place in self.kept if place.startswith(month) and (before is None or place < before)]
        return [(place, self.kept[place]) for place in sorted(places, reverse=True)[:limit]]


class SetClock:
    """Says what it is told."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 3, 30, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant


def make_trail(count: int, *, every: timedelta) -> tuple[AuditTrail, ListedRecords]:
    records, clock = ListedRecords(), SetClock()
    trail = AuditTrail(records, clock)
    for number in range(count):
        trail.record(OWNER, Action.ADJUST_POINTS, f"member:{number}")
        clock.instant += every
    return trail, records


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_join_without_a_gap_over_months_and_years(limit: int) -> None:
    trail, _ = make_trail(20, every=timedelta(days=23))
    found: list[str] = []
    place: str | None = None
    while True:
        page, place = trail.list_records(place, limit)
        found += [record.target for record in page]
        if place is None:
            break
        assert len(page) == limit
    assert found == [f"member:{number}" for number in reversed(range(20))]


def test_an_empty_trail_ends_at_the_first_month_there_can_be() -> None:
    trail, records = make_trail(0, every=timedelta(0))
    assert trail.list_records(None, 20) == ([], None)
    assert records.months_read == ["2026-03", "2026-02", FIRST_MONTH]


def test_a_full_page_reads_no_further_month() -> None:
    trail, records = make_trail(5, every=timedelta(minutes=1))
    trail.list_records(None, 3)
    assert records.months_read == ["2026-03"]


@pytest.mark.parametrize("reason", ["\x1b[2Jnothing happened", "a\x00b", "\u202eegap", "a\x07"])
def test_a_reason_cannot_change_how_the_trail_is_read(reason: str) -> None:
    records = ListedRecords()
    with pytest.raises(ValidationFailedError) as refused:
        AuditTrail(records, SetClock()).record(OWNER, Action.READ_AUDIT, "member:mem_1", reason=reason)
    assert refused.value.faults[0].pointer == "/reason"
    assert records.kept == {}


def test_a_reason_may_have_lines_and_any_script() -> None:
    records = ListedRecords()
    reason = "Khách gọi:\n\t“trừ nhầm”, xin lỗi 👩\u200d🍳"
    AuditTrail(records, SetClock()).record(OWNER, Action.READ_AUDIT, "member:mem_1", reason=reason)
    assert [record.reason for record in records.kept.values()] == [reason]
