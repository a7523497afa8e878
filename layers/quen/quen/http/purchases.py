"""Purchases, in whichever way they come in: what a till says was bought, and what the member gets for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta, Struct

from quen.earning.model import Purchase, PurchaseLine, Tender
from quen.errors import ValidationFailedError
from quen.http.answers import Account, Count, Day, Share
from quen.http.bodies import LINES_MAX, QUANTITY_MAX, Instant, MoneyBody, ShortText, whole

TENDERS_MAX = 20
TENDER_TYPE = "[a-z0-9]+(_[a-z0-9]+)*"


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


class SaleBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was bought, whoever did. `total` is what earns: goods after every discount. It contains the `tax`, where the till
    says how much; `tenders` say how it was paid; the `delivery_fee` comes on top of it. The `member_discount` is what the
    member's tier or paid membership took off the bill before that: a membership tells what it has saved.
    """

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


class EarnedEntry(TypedDict):
    """What the purchase earned; a preview has no `entry_id`."""

    entry_id: str | None
    kind: str
    points: int
    state: Literal["active", "pending"]
    active_on: Day
    expires_on: Day | None
    explanation: list[Share]


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


class PurchasePoints(TypedDict):
    """The purchase's points, why, and what the member then has."""

    purchase_id: str | None
    member_id: str
    entries: list[EarnedEntry]
    basis: Basis
    lines: list[LinePoints]
    not_applied: list[NotApplied]
    rewards: Reach
    account: Account
