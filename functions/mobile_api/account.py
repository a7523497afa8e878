"""The account and its statement."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mobile_api.callers import own_member_id
from quen.bootstrap import application
from quen.errors import MemberNotFoundError
from quen.http.answers import Account, EntryPage
from quen.http.callers import MemberCaller, recognise_member
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery

account: Resource[MemberCaller] = Resource(__name__, recognise_member)


@account.endpoint("GET", "/v1/me/account", answer=Account, errors=(MemberNotFoundError,))
def show_account(call: Call[MemberCaller, Nothing]) -> Mapping[str, Any]:
    """What the member has now."""
    return application().ledger.show_account(own_member_id(call.caller))


@account.endpoint(
    "GET", "/v1/me/entries", query=PageQuery, answer=EntryPage, errors=(MemberNotFoundError, CursorInvalidError)
)
def list_entries(call: Call[MemberCaller, PageQuery]) -> Mapping[str, Any]:
    """The statement, newest first."""
    app = application()
    fetch = partial(app.ledger.list_entries, own_member_id(call.caller))
    return app.cursors.page(call.input, fetch, caller=call.caller.name, listing="entries")
