"""Returns: goods that come back to a till."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta, Struct

from partner_api.callers import recognise_partner
from quen.bootstrap import application
from quen.errors import (
    ConflictRetryError,
    CurrencyMismatchError,
    PurchaseNotFoundError,
    ReturnAlreadyRecordedError,
    ReturnExceedsPurchaseError,
    ValidationFailedError,
)
from quen.http.answers import Account, Changes, Money, ReturnedPoints
from quen.http.answers import Instant as InstantAnswer
from quen.http.bodies import LINES_MAX, QUANTITY_MAX, BusinessId, Instant, MoneyBody, ShortText
from quen.http.endpoint import Call, Resource
from quen.ledger.documents import Outcome
from quen.partners.model import PartnerCaller, Right
from quen.receipts.errors import ReceiptNotClaimedError
from quen.returns.model import Goods, LineReturned

returns: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


class LineBody(Struct, frozen=True, forbid_unknown_fields=True):
    """So many pieces of one line of the receipt; `amount` is what is given back for them."""

    line_id: ShortText
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]
    amount: MoneyBody


class ReturnBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Either an amount of the bill, or lines of it. The same `return_id` with the same content is the same return."""

    return_id: BusinessId
    occurred_at: Instant
    amount: MoneyBody | None = None
    lines: Annotated[tuple[LineBody, ...], Meta(max_length=LINES_MAX)] = ()

    def goods(self) -> Goods:
        """As the domain has it. Raises ValidationFailedError."""
        if (self.amount is None) == (not self.lines):
            raise ValidationFailedError.at("", "exactly_one_required", "Return exactly one of amount and lines.")
        lines = tuple(LineReturned(line.line_id, line.quantity, line.amount.value()) for line in self.lines)
        return Goods(self.return_id, self.occurred_at, self.amount.value() if self.amount else None, lines)


class ReversedEntry(TypedDict):
    """The return's entry. `points` is what the goods had earned, negative, wherever it was taken from."""

    entry_id: str
    kind: str
    points: int
    changes: Changes


class ReturnRecord(TypedDict):
    """A return of a purchase, and what then remains of the bill."""

    return_id: str
    purchase_id: str
    member_id: str
    occurred_at: InstantAnswer
    returned: Money
    remaining: Money
    points: ReturnedPoints
    entries: list[ReversedEntry]


class ReturnReceipt(TypedDict):
    """What the till can print."""

    vi: str
    en: str


class RecordedReturn(ReturnRecord):
    """The return, and what the member then has."""

    account: Account
    receipt_text: ReturnReceipt


@returns.endpoint(
    "POST",
    "/v1/purchases/{purchase_id}/returns",
    action=Right.RECORD_PURCHASES,
    status=201,
    body=ReturnBody,
    answer=RecordedReturn,
    errors=(
        PurchaseNotFoundError,
        ReceiptNotClaimedError,
        ReturnAlreadyRecordedError,
        ReturnExceedsPurchaseError,
        CurrencyMismatchError,
        ConflictRetryError,
    ),
)
def record(call: Call[PartnerCaller, ReturnBody], purchase_id: str) -> Outcome:
    """Report goods that came back. A retry has the same `return_id` and gets the first answer again."""
    return application().returns.record(call.caller.partner_id, purchase_id, call.input.goods(), call.fingerprint)
