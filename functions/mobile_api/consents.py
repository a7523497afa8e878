"""What the member agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mobile_api.callers import own_member_id, recognise_bearer
from quen.bootstrap import application
from quen.errors import MemberNotFoundError
from quen.http.callers import MemberCaller
from quen.http.consents import ConsentPage, record_views, uses_view
from quen.http.endpoint import Call, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery

consents: Resource[MemberCaller] = Resource(__name__, recognise_bearer)


@consents.endpoint(
    "GET", "/v1/me/consents", query=PageQuery, answer=ConsentPage, errors=(MemberNotFoundError, CursorInvalidError)
)
def list_consents(call: Call[MemberCaller, PageQuery]) -> Mapping[str, Any]:
    """What holds now, use by use and channel by channel, and every decision behind it, newest first."""
    app = application()
    member = app.members.load(own_member_id(call.caller))

    def fetch(before: Any, limit: int) -> tuple[list[dict[str, Any]], int | None]:
        found, following = app.consents.page(member.member_id, before, limit)
        return record_views(found), following

    page = app.cursors.page(call.input, fetch, caller=call.caller.name, listing="consents")
    return {"uses": uses_view(member), **page}
