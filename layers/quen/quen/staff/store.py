"""The audit trail in DynamoDB, in the table `Program`.

    what                        key                                            by
    a month's records           PK AUDIT#<yyyy-mm>, SK <time>#<id>             Query backwards, consistent

The time is RFC 3339 in UTC to the microsecond, so that the order of keys is the order of events. Every record has a key
of its own, so a put can only repeat itself; there is no update and no delete.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute

from quen.dynamodb import bind, put
from quen.staff.model import Action, AuditRecord, Role
from quen.stored_items import StoredItem
from quen.writes import Write

_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


class AuditItem(StoredItem):
    """One record; `before` and `after` are JSON."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    actor = UnicodeAttribute()
    role = UnicodeAttribute()
    action = UnicodeAttribute()
    target = UnicodeAttribute()
    before = UnicodeAttribute()
    after = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)


class AuditStore:
    """See `quen.staff.service.AuditRecords` for what each method promises."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        bind((AuditItem,), table_name, client)

    def add(self, record: AuditRecord) -> None:
        """Keep the record."""
        _item(record).save()

    def write(self, record: AuditRecord) -> Write:
        """The write that keeps it, for another's transaction."""
        return put("audit", _item(record))

    def list_month(self, month: str, before: str | None, limit: int) -> Sequence[tuple[str, AuditRecord]]:
        """Records of a month with their places, newest first."""
        place = AuditItem.SK
        earlier = place < before if before else None
        found = AuditItem.query(_month_key(month), earlier, scan_index_forward=False, limit=limit, consistent_read=True)
        return [(item.SK, _record(item)) for item in found]


def _item(record: AuditRecord) -> AuditItem:
    at = record.at.strftime(_TIME_FORMAT)
    return AuditItem(
        PK=_month_key(at[:7]),
        SK=f"{at}#{record.audit_id}",
        actor=record.actor,
        role=record.role.value,
        action=record.action.value,
        target=record.target,
        before=_json(record.before),
        after=_json(record.after),
        reason=record.reason or None,
    )


def _record(item: AuditItem) -> AuditRecord:
    at, _, audit_id = item.SK.partition("#")
    return AuditRecord(
        audit_id=audit_id,
        at=datetime.fromisoformat(at),
        actor=item.actor,
        role=Role(item.role),
        action=Action(item.action),
        target=item.target,
        before=json.loads(item.before),
        after=json.loads(item.after),
        reason=item.reason or "",
    )


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _month_key(month: str) -> str:
    return f"AUDIT#{month}"
