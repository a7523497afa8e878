"""The feed of events: what webhooks bring, for whoever would rather pull."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from backoffice_api.callers import recognise_partner
from quen.bootstrap import application
from quen.feed.model import CursorExpiredError
from quen.http.endpoint import Call, Resource
from quen.http.errors import CursorInvalidError
from quen.http.feed import EventType, FeedPage
from quen.http.paging import LIMIT_DEFAULT, Cursor, Limit
from quen.partners.model import PartnerCaller, Right

LISTING = "feed"

feed: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


class FeedBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Behind which page (the oldest event on, without a `cursor`), how many, and of which types; without `types`, of all."""

    cursor: Cursor | None = None
    limit: Limit = LIMIT_DEFAULT
    types: Annotated[list[EventType], Meta(max_length=20)] = []


@feed.endpoint(
    "POST",
    "/v1/events/search",
    action=Right.READ_EVENTS,
    body=FeedBody,
    answer=FeedPage,
    errors=(CursorInvalidError, CursorExpiredError),
)
def search(call: Call[PartnerCaller, FeedBody]) -> Mapping[str, Any]:
    """What concerns you, oldest first, complete and without gaps; kept for 30 days."""
    app, partner_id, asked = application(), call.caller.partner_id, call.input
    position: Any = None
    if asked.cursor is not None:
        position = app.cursors.open(asked.cursor, caller=partner_id, listing=LISTING)
    page = app.feeds.search(partner_id, position, asked.limit, frozenset(asked.types))
    return {
        "items": [json.loads(event.body) for event in page.events],
        "next_cursor": app.cursors.seal(page.position, caller=partner_id, listing=LISTING),
        "has_more": page.has_more,
    }
