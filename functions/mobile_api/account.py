"""The account and its statement."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mobile_api.callers import own_member_id, recognise_bearer
from quen.archive.errors import EntriesArchivedError
from quen.bootstrap import application
from quen.errors import MemberNotFoundError, PurchaseNotFoundError
from quen.http.answers import Account, EntryPage, Explanation, Statement
from quen.http.callers import MemberCaller
from quen.http.endpoint import Call, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.http.periods import MomentQuery, PeriodQuery, PurchaseQuery

account: Resource[MemberCaller] = Resource(__name__, recognise_bearer)


@account.endpoint(
    "GET", "/v1/me/account", query=MomentQuery, answer=Account, errors=(MemberNotFoundError, EntriesArchivedError)
)
def show_account(call: Call[MemberCaller, MomentQuery]) -> Mapping[str, Any]:
    """What the member has now, or had at a moment that has passed."""
    return application().statements.show_account(own_member_id(call.caller), call.input.as_of)


@account.endpoint(
    "GET", "/v1/me/entries", query=PageQuery, answer=EntryPage, errors=(MemberNotFoundError, CursorInvalidError)
)
def list_entries(call: Call[MemberCaller, PageQuery]) -> Mapping[str, Any]:
    """The statement, newest first."""
    app = application()
    member_id = own_member_id(call.caller)
    page = app.cursors.page(
        call.input, partial(app.ledger.list_entries, member_id), caller=call.caller.name, listing="entries"
    )
    return page | {"archived_before": app.ledger.archived_before(member_id, page)}


@account.endpoint(
    "GET", "/v1/me/statement", query=PeriodQuery, answer=Statement, errors=(MemberNotFoundError, EntriesArchivedError)
)
def show_statement(call: Call[MemberCaller, PeriodQuery]) -> Mapping[str, Any]:
    """What moved the account between two days, both included: opening + movements = closing."""
    asked = call.input
    return application().statements.show_statement(own_member_id(call.caller), asked.first, asked.last)


@account.endpoint(
    "GET",
    "/v1/me/explain",
    query=PurchaseQuery,
    answer=Explanation,
    errors=(MemberNotFoundError, PurchaseNotFoundError, EntriesArchivedError),
)
def explain(call: Call[MemberCaller, PurchaseQuery]) -> Mapping[str, Any]:
    """Why a purchase earned what it did, or nothing."""
    return application().statements.explain(own_member_id(call.caller), call.input.purchase_id)
