"""Purchases: reported, previewed, asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta, Struct

from partner_api.callers import recognise_partner
from quen.bootstrap import application
from quen.earning.model import Purchase, PurchaseLine
from quen.errors import (
    ConflictRetryError,
    CurrencyMismatchError,
    MemberNotActiveError,
    MemberNotFoundError,
    PurchaseAlreadyRecordedError,
    PurchaseNotFoundError,
    ValidationFailedError,
)
from quen.http.answers import Account, Day, Money, Share
from quen.http.answers import Instant as InstantAnswer
from quen.http.bodies import LINES_MAX, BusinessId, Instant, Member, MoneyBody, ShortText
from quen.http.endpoint import Call, Nothing, Resource
from quen.ledger.documents import Outcome
from quen.partners.model import PartnerCaller, Right
from quen.partners.rates import RatedAction

QUANTITY_MAX = 10**6

purchases: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


class LineBody(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the receipt, after every discount; `amount` is for the whole line."""

    line_id: ShortText
    sku: ShortText
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]
    amount: MoneyBody
    category: ShortText | None = None

    def value(self) -> PurchaseLine:
        """As the domain has it."""
        return PurchaseLine(self.line_id, self.sku, self.quantity, self.amount.value(), self.category)


class PreviewBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A purchase without its id. `total` is what earns: goods after every discount."""

    member: Member
    occurred_at: Instant
    total: MoneyBody
    store_id: ShortText | None = None
    lines: Annotated[tuple[LineBody, ...], Meta(max_length=LINES_MAX)] = ()

    def value(self, purchase_id: str = "") -> Purchase:
        """As the domain has it. Raises ValidationFailedError where two lines have one id."""
        lines = tuple(line.value() for line in self.lines)
        seen: set[str] = set()
        for number, line in enumerate(lines):
            if line.line_id in seen:
                raise ValidationFailedError.at(
                    f"/lines/{number}/line_id", "duplicate", "Another line has this line_id."
                )
            seen.add(line.line_id)
        return Purchase(purchase_id, self.occurred_at, self.total.value(), self.store_id, lines)


class PurchaseBody(PreviewBody, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A purchase. The same `purchase_id` with the same content is the same purchase, for ever."""

    purchase_id: BusinessId


class EarnedEntry(TypedDict):
    """What the purchase earned; a preview has no `entry_id`."""

    entry_id: str | None
    kind: str
    points: int
    state: Literal["active", "pending"]
    active_on: Day
    expires_on: Day | None
    explanation: list[Share]


class ReceiptText(TypedDict):
    """What the till can print."""

    vi: str
    en: str


class RecordedPurchase(TypedDict):
    """The purchase's points, why, and what the member then has; a preview has no `purchase_id`."""

    purchase_id: str | None
    member_id: str
    entries: list[EarnedEntry]
    account: Account
    receipt_text: ReceiptText


class PurchaseStatus(RecordedPurchase):
    """The answer that the purchase got, what it was, and every return of it."""

    total: Money
    occurred_at: InstantAnswer
    returns: list[Mapping[str, Any]]


@purchases.endpoint(
    "POST",
    "/v1/purchases",
    action=Right.RECORD_PURCHASES,
    status=201,
    body=PurchaseBody,
    answer=RecordedPurchase,
    errors=(
        MemberNotFoundError,
        MemberNotActiveError,
        PurchaseAlreadyRecordedError,
        ConflictRetryError,
        CurrencyMismatchError,
    ),
)
def record(call: Call[PartnerCaller, PurchaseBody]) -> Outcome:
    """Report a purchase. A retry has the same `purchase_id` and gets the first answer again."""
    body = call.input
    return application().purchases.record(
        call.caller.partner_id, body.member.reference(), body.value(body.purchase_id), call.fingerprint
    )


@purchases.endpoint(
    "POST",
    "/v1/purchases/preview",
    action=Right.RECORD_PURCHASES,
    body=PreviewBody,
    answer=RecordedPurchase,
    errors=(MemberNotFoundError, MemberNotActiveError, CurrencyMismatchError),
)
def preview(call: Call[PartnerCaller, PreviewBody]) -> Mapping[str, Any]:
    """What a purchase would earn, nothing is recorded: 600 times a minute for each partner at most."""
    app, body, reference = application(), call.input, call.input.member.reference()
    app.partner_rates.count(call.caller.partner_id, RatedAction.PREVIEW_PURCHASES)
    return app.purchases.preview(call.caller.partner_id, reference, body.value())


@purchases.endpoint(
    "GET",
    "/v1/purchases/{purchase_id}",
    action=Right.READ_PURCHASES,
    answer=PurchaseStatus,
    errors=(PurchaseNotFoundError,),
)
def show(call: Call[PartnerCaller, Nothing], purchase_id: str) -> Mapping[str, Any]:
    """What became of a purchase: the question after a time-out."""
    return application().purchases.load(call.caller.partner_id, purchase_id)
