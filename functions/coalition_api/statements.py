"""Partners' statements, as staff read and close them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quen.bootstrap import application
from quen.errors import ConflictRetryError, NotFoundError
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.errors import CursorInvalidError
from quen.http.settlement import MonthsQuery, PartnerMonthPage, PartnerStatement
from quen.settlement.model import MonthNotOverError, form_of
from quen.settlement.model import Statement as StatementValue
from quen.settlement.views import month_view
from quen.staff.model import Action, StaffCaller
from quen.writes import Write

statements: Resource[StaffCaller] = Resource(__name__, recognise_staff)


@statements.endpoint(
    "GET",
    "/v1/partners/{partner_id}/statements",
    action=Action.READ_STATEMENTS,
    query=MonthsQuery,
    answer=PartnerMonthPage,
    errors=(NotFoundError, CursorInvalidError),
)
def list_months(call: Call[StaffCaller, MonthsQuery], partner_id: str) -> Mapping[str, Any]:
    """The partner's months, the newest first; none where it does not settle."""
    app = application()

    def fetch(before: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        months, following = app.books.settlement.list_months(partner_id, before, limit)
        return [month_view(month) for month in months], following

    return app.cursors.page(call.input, fetch, caller=call.caller.name, listing=f"statements {partner_id}")


@statements.endpoint(
    "GET",
    "/v1/partners/{partner_id}/statements/{month}",
    action=Action.READ_STATEMENTS,
    answer=PartnerStatement,
    errors=(NotFoundError,),
)
def show(_call: Call[StaffCaller, Nothing], partner_id: str, month: str) -> Mapping[str, Any]:
    """A partner's statement: closed for ever, or as it stands."""
    return form_of(application().books.settlement.load(partner_id, month))


@statements.endpoint(
    "POST",
    "/v1/partners/{partner_id}/statements/{month}/close",
    action=Action.CLOSE_STATEMENT,
    answer=PartnerStatement,
    errors=(NotFoundError, MonthNotOverError, ConflictRetryError),
)
def close(call: Call[StaffCaller, Nothing], partner_id: str, month: str) -> Mapping[str, Any]:
    """Close a month that is over, and those before it that are open, without waiting for the night; again is the same."""
    app = application()

    def record(closed: StatementValue) -> list[Write]:
        after = {"month": month, "due": closed.due, "hash": closed.hash}
        return [app.audit.write(call.caller, Action.CLOSE_STATEMENT, f"partner:{partner_id}", after=after)]

    return form_of(app.books.settlement.close(partner_id, month, record))
