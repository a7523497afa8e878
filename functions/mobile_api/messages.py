"""What the member was told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from mobile_api.callers import own_member_id, recognise_bearer
from quen.bootstrap import application
from quen.errors import MemberNotFoundError
from quen.http.answers import Cursor, Instant
from quen.http.callers import MemberCaller
from quen.http.endpoint import Call, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.messages.desk import Place
from quen.messages.model import Kind, State
from quen.messages.views import own_message_view
from quen.program.model import Channel

messages: Resource[MemberCaller] = Resource(__name__, recognise_bearer)


class OwnMessage(TypedDict):
    """What became of one thing to tell. `at` is its last change; `channel` is null where none was chosen."""

    kind: Kind
    channel: Channel | None
    state: State
    at: Instant | None


class OwnMessagePage(TypedDict):
    """Messages, newest first."""

    items: list[OwnMessage]
    next_cursor: Cursor | None


@messages.endpoint(
    "GET",
    "/v1/me/messages",
    query=PageQuery,
    answer=OwnMessagePage,
    errors=(MemberNotFoundError, CursorInvalidError),
)
def list_messages(call: Call[MemberCaller, PageQuery]) -> Mapping[str, Any]:
    """What the member was told, or was not and why, newest first."""
    app, member_id = application(), own_member_id(call.caller)

    def fetch(before: Place | None, limit: int) -> tuple[list[dict[str, Any]], Place | None]:
        page, place = app.message_desk.list_messages(member_id, before, limit)
        return [own_message_view(message) for message in page], place

    return app.cursors.page(call.input, fetch, caller=call.caller.name, listing="messages")
