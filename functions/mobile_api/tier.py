"""The member's tier, the way to the next one, and how they came by it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mobile_api.callers import own_member_id, recognise_bearer
from quen.bootstrap import application
from quen.errors import MemberNotFoundError
from quen.http.callers import MemberCaller
from quen.http.endpoint import Call, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.http.tiers import TierPage

tier: Resource[MemberCaller] = Resource(__name__, recognise_bearer)


@tier.endpoint("GET", "/v1/me/tier", query=PageQuery, answer=TierPage, errors=(MemberNotFoundError, CursorInvalidError))
def show_tier(call: Call[MemberCaller, PageQuery]) -> Mapping[str, Any]:
    """The tier with the way to the next one, and its history, newest first."""
    app, member_id = application(), own_member_id(call.caller)
    shown = app.ledger.show_account(member_id)["tier"]
    fetch = partial(app.tier_history.list_changes, member_id)
    page = app.cursors.page(call.input, fetch, caller=call.caller.name, listing="tier")
    return {"tier": shown, **page, "archived_before": app.ledger.archived_before(member_id, page)}
