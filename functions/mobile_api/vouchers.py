"""The member's own vouchers, with their codes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, TypedDict

from mobile_api.callers import own_member_id, recognise_bearer
from quen.bootstrap import application
from quen.errors import MemberNotFoundError
from quen.http.answers import Cursor
from quen.http.callers import MemberCaller
from quen.http.endpoint import Call, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.http.vouchers import Voucher

vouchers: Resource[MemberCaller] = Resource(__name__, recognise_bearer)


class OwnVoucher(Voucher):
    """A voucher of the member's, and the code to show at the till."""

    code: str


class OwnVoucherPage(TypedDict):
    """Vouchers, the newest first."""

    items: list[OwnVoucher]
    next_cursor: Cursor | None


@vouchers.endpoint(
    "GET",
    "/v1/me/vouchers",
    query=PageQuery,
    answer=OwnVoucherPage,
    errors=(MemberNotFoundError, CursorInvalidError),
)
def list_vouchers(call: Call[MemberCaller, PageQuery]) -> Mapping[str, Any]:
    """The member's vouchers, in whatever state, newest first."""
    app = application()
    fetch = partial(app.vouchers.list_own, own_member_id(call.caller))
    return app.cursors.page(call.input, fetch, caller=call.caller.name, listing="vouchers")
