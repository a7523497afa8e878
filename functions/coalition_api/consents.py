"""What a member agreed to, for staff who are asked: every read is on record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quen.bootstrap import application
from quen.errors import MemberNotFoundError
from quen.http.callers import recognise_staff
from quen.http.consents import StaffConsentPage, staff_record_views, uses_view
from quen.http.endpoint import Call, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.staff.model import Action, StaffCaller

consents: Resource[StaffCaller] = Resource(__name__, recognise_staff)


@consents.endpoint(
    "GET",
    "/v1/members/{member_id}/consents",
    action=Action.READ_CONSENTS,
    query=PageQuery,
    answer=StaffConsentPage,
    errors=(MemberNotFoundError, CursorInvalidError),
)
def list_consents(call: Call[StaffCaller, PageQuery], member_id: str) -> Mapping[str, Any]:
    """What holds now, use by use and channel by channel, and every decision with its proof, newest first. Of a merged member
    it is what they decided themselves.
    """
    app = application()
    member = app.members.load(member_id)

    def fetch(before: Any, limit: int) -> tuple[list[dict[str, Any]], int | None]:
        found, following = app.consents.page(member_id, before, limit)
        return staff_record_views(found), following

    page = app.cursors.page(call.input, fetch, caller=call.caller.name, listing=f"consents {member_id}")
    # On record before it is answered: what cannot be recorded is not shown.
    app.audit.record(call.caller, Action.READ_CONSENTS, f"member:{member_id}")
    return {"uses": uses_view(member), **page}
