"""Balances that members bring from an older system."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta, Struct

from quen.bootstrap import application
from quen.errors import NotFoundError, QuenError
from quen.http.answers import Problem
from quen.http.bodies import BusinessId, Day, Name, Points, ShortText, whole
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Resource, note_refused_item
from quen.http.idempotency import fingerprint
from quen.http.problems import problem
from quen.http.validation import parse_body
from quen.imports.model import AMOUNT_MAX, LOTS_MAX, Lot, Row
from quen.imports.service import RowResult
from quen.staff.model import Action, StaffCaller

imports: Resource[StaffCaller] = Resource(__name__, recognise_staff)

ROWS_MAX = 50
CARDS_MAX = 20
Month = Annotated[str, Meta(pattern=whole("[0-9]{4}-(?:0[1-9]|1[0-2])"), max_length=7, examples=["2026-11"])]
# Each is checked by itself, so that a fault of one is told in its own result: to the request it is an object.
OneRow = Annotated[dict[str, Any], Meta(description="A row: see ImportedRow.")]


class LotBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Points and their last day; null: they never expire."""

    points: Points
    expires_on: Day | None


class ImportedRow(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One person's opening balance; a phone number or an e-mail address at least. `stored_value` is in the currency's
    smallest unit, `qualifying` by month, `cards` stamps by punch card; `stamps` are those of the only card there is.
    """

    row_id: BusinessId
    phone: ShortText | None = None
    email: Annotated[str, Meta(min_length=3, max_length=254)] | None = None
    name: Name | None = None
    birthday: date | None = None
    locale: ShortText | None = None
    joined_on: Day | None = None
    lots: Annotated[tuple[LotBody, ...], Meta(max_length=LOTS_MAX)] = ()
    qualifying: dict[Month, Points] = {}
    stamps: Annotated[int, Meta(ge=0, le=10**9)] = 0
    stored_value: Annotated[int, Meta(ge=0, le=AMOUNT_MAX)] = 0
    tier: ShortText | None = None
    cards: Annotated[dict[ShortText, Points], Meta(max_length=CARDS_MAX)] = {}

    def value(self) -> Row:
        """As the domain has it."""
        return Row(
            row_id=self.row_id,
            phone=self.phone,
            email=self.email,
            name=self.name,
            birthday=self.birthday,
            locale=self.locale,
            joined_on=self.joined_on,
            lots=tuple(Lot(lot.points, lot.expires_on) for lot in self.lots),
            qualifying=self.qualifying,
            stamps=self.stamps,
            stored_value=self.stored_value,
            tier=self.tier,
            cards=self.cards,
        )


class RowsBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Up to 50 rows; a dry run writes nothing and says what would be refused."""

    rows: Annotated[tuple[OneRow, ...], Meta(min_length=1, max_length=ROWS_MAX)]
    dry_run: bool = False


class ImportedRowResult(TypedDict):
    """What became of a row: a member was opened, points were added to one who is there, it was there before, or it was
    refused, and why. In a dry run a row that would be taken is `valid`.
    """

    row_id: str | None
    status: Literal["opened", "added", "replayed", "refused", "valid"]
    member_id: str | None
    problem: Problem | None


class ImportResults(TypedDict):
    """One result for each row, in their order."""

    results: list[ImportedRowResult]


@imports.endpoint(
    "POST",
    "/v1/imports/{import_id}/rows",
    action=Action.IMPORT_BALANCES,
    body=RowsBody,
    answer=ImportResults,
    errors=(NotFoundError,),
)
def bring_in(call: Call[StaffCaller, RowsBody], import_id: str) -> Mapping[str, Any]:
    """Take balances of an older system in, each row once: sent again, a row is answered and changes nothing."""
    app = application()
    after = {"rows": len(call.input.rows), "dry_run": call.input.dry_run}
    # Rows are many transactions, so the request is on record before the first of them.
    app.audit.record(call.caller, Action.IMPORT_BALANCES, f"import:{import_id}", after=after)
    results = []
    for item in call.input.rows:
        row_id = item.get("row_id")
        try:
            row = parse_body(item, ImportedRow).value()
            result = app.imports.bring_in(import_id, row, fingerprint({}, item), dry_run=call.input.dry_run)
        except QuenError as error:
            result = RowResult(row_id if isinstance(row_id, str) else "", "refused", error=error)
        if result.error:
            note_refused_item(result.error)
        results.append(_shown(result, call.request_id))
    return {"results": results}


def _shown(result: RowResult, request_id: str) -> dict[str, Any]:
    return {
        "row_id": result.row_id or None,
        "status": result.status,
        "member_id": result.member_id,
        "problem": problem(result.error, request_id) if result.error else None,
    }
