"""What a partner and the program owe each other, by the month, and the bookings behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from backoffice_api.callers import recognise_partner
from quen.bootstrap import application
from quen.errors import NotFoundError
from quen.http.bodies import Day as DayBody
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.http.scalars import Cursor, Day, Instant
from quen.http.settlement import Category, Month, MonthsQuery, PartnerMonthPage, PartnerStatement, Price
from quen.partners.model import PartnerCaller, Right
from quen.settlement.model import form_of
from quen.settlement.views import booking_view, csv_of, month_view

statements: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


class BookingsBody(PageQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of a month's bookings, or of one of its days."""

    day: DayBody | None = None


class BookingPart(TypedDict):
    """What an entry adds to a line of the statement. A line's money is rounded once, so that these need not add up to it."""

    category: Category
    points: int
    price: Price
    money: int


class Booking(TypedDict):
    """An entry of the ledger that concerns you; `reference` is your own id of what it is about, where it is yours."""

    entry_id: str
    day: Day
    recorded_at: Instant
    about: str
    reference: str | None
    parts: list[BookingPart]


class BookingPage(TypedDict):
    """Bookings by day; within a day in an order that stays."""

    items: list[Booking]
    next_cursor: Cursor | None


class StatementText(TypedDict):
    """A statement as CSV: a header, then a row for every line; it has no totals, so that it can be summed."""

    month: Month
    csv: str


@statements.endpoint(
    "POST",
    "/v1/statements/search",
    action=Right.READ_STATEMENTS,
    body=MonthsQuery,
    answer=PartnerMonthPage,
    errors=(CursorInvalidError,),
)
def search(call: Call[PartnerCaller, MonthsQuery]) -> Mapping[str, Any]:
    """Your months, the newest first."""
    app, partner_id = application(), call.caller.partner_id

    def fetch(before: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        months, following = app.books.settlement.list_months(partner_id, before, limit)
        return [month_view(month) for month in months], following

    return app.cursors.page(call.input, fetch, caller=partner_id, listing="statements")


@statements.endpoint(
    "GET",
    "/v1/statements/{month}",
    action=Right.READ_STATEMENTS,
    answer=PartnerStatement,
    errors=(NotFoundError,),
)
def show(call: Call[PartnerCaller, Nothing], month: str) -> Mapping[str, Any]:
    """A month's statement: closed for ever, or as it stands."""
    return form_of(application().books.settlement.load(call.caller.partner_id, month))


@statements.endpoint(
    "GET",
    "/v1/statements/{month}/csv",
    action=Right.READ_STATEMENTS,
    answer=StatementText,
    errors=(NotFoundError,),
)
def show_csv(call: Call[PartnerCaller, Nothing], month: str) -> Mapping[str, Any]:
    """The lines of the same statement as CSV, inside JSON as all answers are."""
    return {"month": month, "csv": csv_of(application().books.settlement.load(call.caller.partner_id, month))}


@statements.endpoint(
    "POST",
    "/v1/statements/{month}/entries/search",
    action=Right.READ_STATEMENTS,
    body=BookingsBody,
    answer=BookingPage,
    errors=(NotFoundError, CursorInvalidError),
)
def search_entries(call: Call[PartnerCaller, BookingsBody], month: str) -> Mapping[str, Any]:
    """The bookings behind a month's lines, those that came late for it too."""
    app, caller, day = application(), call.caller, call.input.day

    def fetch(after: Any, limit: int) -> tuple[Sequence[Mapping[str, Any]], Any]:
        found, following = app.books.settlement.list_bookings(caller.partner_id, month, day, after, limit)
        return [booking_view(booking, caller.partner.terms) for booking in found], following

    return app.cursors.page(call.input, fetch, caller=caller.partner_id, listing=f"bookings {month} {day}")
