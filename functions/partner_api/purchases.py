"""Purchases: reported, previewed, asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta, Struct

from partner_api.callers import recognise_partner
from partner_api.returns import ReturnRecord
from quen.bootstrap import application
from quen.earning.model import Purchase, PurchaseLine, Tender
from quen.errors import (
    ConflictRetryError,
    CurrencyMismatchError,
    MemberNotActiveError,
    MemberNotFoundError,
    PurchaseAlreadyRecordedError,
    PurchaseNotFoundError,
    TooLateError,
    ValidationFailedError,
)
from quen.http.answers import Account, Count, Day, Money, Share
from quen.http.answers import Instant as InstantAnswer
from quen.http.bodies import LINES_MAX, QUANTITY_MAX, BusinessId, Instant, Member, MoneyBody, ShortText, whole
from quen.http.endpoint import Call, Nothing, Resource, as_if_alone
from quen.http.idempotency import fingerprint
from quen.http.validation import parse_body
from quen.ledger.documents import Outcome
from quen.partners.model import PartnerCaller, Right
from quen.partners.rates import RatedAction

BATCH_MAX = 50
TENDERS_MAX = 20
TENDER_TYPE = "[a-z0-9]+(_[a-z0-9]+)*"
# Each is checked by itself, so that a fault of one is told in its own result: to the batch it is an object.
OnePurchase = Annotated[dict[str, Any], Meta(description="A purchase, as `POST /v1/purchases` takes it: PurchaseBody.")]

purchases: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


class LineBody(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the receipt, after every discount; `amount` is for the whole line. `free_quantity` of its pieces cost
    nothing, and bring no stamp; nor does a line of nothing.
    """

    line_id: ShortText
    sku: ShortText
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]
    amount: MoneyBody
    category: ShortText | None = None
    free_quantity: Annotated[int, Meta(ge=0, le=QUANTITY_MAX)] = 0

    def value(self) -> PurchaseLine:
        """As the domain has it."""
        amount = self.amount.value()
        return PurchaseLine(self.line_id, self.sku, self.quantity, amount, self.category, self.free_quantity)


class TenderBody(Struct, frozen=True, forbid_unknown_fields=True):
    """How a part of the bill was paid: `cash`, `card`, `points`, `voucher`, `stored_value`, or another word of the till's."""

    type: Annotated[str, Meta(pattern=whole(TENDER_TYPE), max_length=32, examples=["card"])]
    amount: MoneyBody

    def value(self) -> Tender:
        """As the domain has it."""
        return Tender(self.type, self.amount.value())


class PreviewBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A purchase without its id. `total` is what earns: goods after every discount. It contains the `tax`, where the till says
    how much; `tenders` say how it was paid; the `delivery_fee` comes on top of it. The `member_discount`
    is what the member's tier or paid membership took off the bill before that: a membership tells what it has saved.
    """

    member: Member
    occurred_at: Instant
    total: MoneyBody
    store_id: ShortText | None = None
    lines: Annotated[tuple[LineBody, ...], Meta(max_length=LINES_MAX)] = ()
    tax: MoneyBody | None = None
    delivery_fee: MoneyBody | None = None
    tenders: Annotated[tuple[TenderBody, ...], Meta(max_length=TENDERS_MAX)] = ()
    member_discount: MoneyBody | None = None

    def value(self, purchase_id: str = "") -> Purchase:
        """As the domain has it. Raises ValidationFailedError where two lines have one id, or a part is more than the whole."""
        lines = tuple(line.value() for line in self.lines)
        seen: set[str] = set()
        for number, line in enumerate(lines):
            if line.line_id in seen:
                raise ValidationFailedError.at(
                    f"/lines/{number}/line_id", "duplicate", "Another line has this line_id."
                )
            if line.free_quantity > line.quantity:
                raise ValidationFailedError.at(
                    f"/lines/{number}/free_quantity", "out_of_range", "More pieces are free than there are."
                )
            seen.add(line.line_id)
        total = self.total.value()
        if self.tax and self.tax.value().amount > total.amount:
            raise ValidationFailedError.at(
                "/tax/amount", "out_of_range", "The tax is more than the total that contains it."
            )
        return Purchase(
            purchase_id,
            self.occurred_at,
            total,
            self.store_id,
            lines,
            self.tax.value() if self.tax else None,
            self.delivery_fee.value() if self.delivery_fee else None,
            tuple(tender.value() for tender in self.tenders),
            self.member_discount.value() if self.member_discount else None,
        )


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


class Basis(TypedDict):
    """Which part of the bill has earned, in the smallest unit: `total`, and what was taken off it or added to it."""

    total: Count
    tenders: NotRequired[int]
    tax: NotRequired[int]
    delivery: NotRequired[int]
    goods: NotRequired[int]


class LinePoints(TypedDict):
    """What a line of the receipt has earned: its part of every rule that counted it, in whole points."""

    line_id: str
    points: Count


class NotApplied(TypedDict):
    """A rule that gave nothing because it did not apply, and why not: a code, whose sentence `explain` gives."""

    rule_id: str
    reason: str


class ReachableReward(TypedDict):
    """A reward and its price."""

    reward_id: str
    points: Count


class NextReward(ReachableReward):
    """The reward that comes next: how many points are missing, and how many purchases like this one; null: it earns nothing."""

    name: Mapping[str, str]
    missing_points: Count
    purchases_like_this: Count | None


class Reach(TypedDict):
    """The dearest rewards that the member can have now, at most three, and the next one; null: none is left."""

    reachable: list[ReachableReward]
    next: NextReward | None


class RecordedPurchase(TypedDict):
    """The purchase's points, why, and what the member then has; a preview has no `purchase_id`."""

    purchase_id: str | None
    member_id: str
    entries: list[EarnedEntry]
    basis: Basis
    lines: list[LinePoints]
    not_applied: list[NotApplied]
    rewards: Reach
    account: Account
    receipt_text: ReceiptText


class Payment(TypedDict):
    """Points that paid for a part of the bill, and how many of them came back with returned goods."""

    redemption_id: str
    points: Count
    points_returned: Count


class PurchaseStatus(RecordedPurchase):
    """The answer that the purchase got, what it was, every return of it, and the points that paid for it."""

    total: Money
    occurred_at: InstantAnswer
    returns: list[ReturnRecord]
    payments: list[Payment]


class BatchBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Purchases of a till that was offline. Each is as if it were sent alone: one that is not valid keeps no other back."""

    purchases: Annotated[tuple[OnePurchase, ...], Meta(min_length=1, max_length=BATCH_MAX)]


class BatchResult(TypedDict):
    """What `POST /v1/purchases` would have answered to it: the status, and the purchase's answer or a problem."""

    purchase_id: str | None
    status: int
    body: Mapping[str, Any]


class BatchResults(TypedDict):
    """One result for each purchase, in their order."""

    results: list[BatchResult]


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
        TooLateError,
    ),
)
def record(call: Call[PartnerCaller, PurchaseBody]) -> Outcome:
    """Report a purchase. A retry has the same `purchase_id` and gets the first answer again."""
    return _record(call.caller, call.input, call.fingerprint)


@purchases.endpoint(
    "POST", "/v1/purchases/batch", action=Right.RECORD_PURCHASES, body=BatchBody, answer=BatchResults, errors=()
)
def record_batch(call: Call[PartnerCaller, BatchBody]) -> Mapping[str, Any]:
    """Report up to 50 purchases at once, in any order; each is answered as if it had been sent alone."""

    def one(item: dict[str, Any]) -> Outcome:
        return _record(call.caller, parse_body(item, PurchaseBody), fingerprint({}, item))

    results = []
    for item in call.input.purchases:
        status, body = as_if_alone(lambda item=item: one(item), 201, call.request_id)  # type: ignore[misc] # mypy loses it
        named = item.get("purchase_id")
        results.append({"purchase_id": named if isinstance(named, str) else None, "status": status, "body": body})
    return {"results": results}


def _record(caller: PartnerCaller, body: PurchaseBody, content: str) -> Outcome:
    purchase = body.value(body.purchase_id)
    return application().purchases.record(caller.partner_id, body.member.reference(), purchase, content, caller.partner)


@purchases.endpoint(
    "POST",
    "/v1/purchases/preview",
    action=Right.RECORD_PURCHASES,
    body=PreviewBody,
    answer=RecordedPurchase,
    errors=(MemberNotFoundError, MemberNotActiveError, CurrencyMismatchError, TooLateError),
)
def preview(call: Call[PartnerCaller, PreviewBody]) -> Mapping[str, Any]:
    """What a purchase would earn, nothing is recorded: 600 times a minute for each partner at most."""
    app, body, reference = application(), call.input, call.input.member.reference()
    app.partner_rates.count(call.caller.partner_id, RatedAction.PREVIEW_PURCHASES)
    return app.purchases.preview(call.caller.partner_id, reference, body.value(), call.caller.partner)


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
