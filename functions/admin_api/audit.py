"""What staff did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from admin_api.views import audit_view
from quen.bootstrap import application
from quen.http.answers import Cursor, Instant
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.staff.model import Action, StaffCaller

audit: Resource[StaffCaller] = Resource(__name__, recognise_staff)


class Record(TypedDict):
    """One thing that a member of staff did."""

    audit_id: str
    at: Instant
    actor: str
    role: str
    action: str
    target: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str | None


class RecordPage(TypedDict):
    """The trail, newest first."""

    items: list[Record]
    next_cursor: Cursor | None


@audit.endpoint(
    "GET", "/v1/audit", action=Action.READ_AUDIT, query=PageQuery, answer=RecordPage, errors=(CursorInvalidError,)
)
def list_records(call: Call[StaffCaller, PageQuery]) -> Mapping[str, Any]:
    """The audit trail, newest first."""
    return application().cursors.page(call.input, _fetch, caller=call.caller.name, listing="audit")


def _fetch(before: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    records, following = application().audit.list_records(before, limit)
    return [audit_view(record) for record in records], following
