"""What earns, and what it earned: purchases, events, awards with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Struct, field

from quen.money import Money
from quen.program.model import Wallet, card_of_wallet

NOTHING: Mapping[str, int] = MappingProxyType({})


class PurchaseLine(Struct, frozen=True):
    """One line of the receipt, after every discount: `amount` is for the whole line, not for a piece. Of its `quantity`,
    `free_quantity` pieces cost nothing: of pieces that come back, they are the last.
    """

    line_id: str
    sku: str
    quantity: int
    amount: Money
    category: str | None = None
    free_quantity: int = 0

    @property
    def paid_quantity(self) -> int:
        """The pieces that cost something."""
        return self.quantity - min(self.free_quantity, self.quantity)


class Tender(Struct, frozen=True):
    """How a part of the bill was paid: `cash`, `card`, `points`, `voucher`, `stored_value`, or another word of the till's."""

    type: str
    amount: Money


class Purchase(Struct, frozen=True):
    """What a till reports. `total` is for goods, after every discount; it contains `tax`, and what `tenders` say paid for it;
    `delivery_fee` comes on top; `member_discount` is what a tier or a paid membership has taken off the bill before. A
    preview's `purchase_id` is empty.
    """

    purchase_id: str
    occurred_at: datetime
    total: Money
    store_id: str | None = None
    lines: tuple[PurchaseLine, ...] = ()
    tax: Money | None = None
    delivery_fee: Money | None = None
    tenders: tuple[Tender, ...] = ()
    member_discount: Money | None = None


class MemberEvent(Struct, frozen=True):
    """What a member did that is no purchase. `subject` is what it was about: the same member, type and subject count once."""

    event_id: str
    type: str
    subject: str
    occurred_at: datetime
    store_id: str | None = None


class RuleShare(Struct, frozen=True):
    """The part of an award that one rule gave. `basis`: the amount it looked at, in the currency's smallest unit.

    `exact` is what the rule gave before rounding and before its caps, as a decimal or a fraction; empty where that is
    `points`. What a tier adds is named `tier:` and the tier, what a perk
    adds `perk:` and the perk.
    """

    rule_id: str
    rule_version: int
    basis: int
    points: int
    wallet: Wallet = "points"
    exact: str = ""


def stamps_by_card(shares: Iterable[RuleShare]) -> dict[str, int]:
    """The stamps that these shares put on cards, by card; a card without any is not named."""
    stamps: dict[str, int] = {}
    for share in shares:
        if share.points and (card_id := card_of_wallet(share.wallet)):
            stamps[card_id] = stamps.get(card_id, 0) + share.points
    return stamps


class Skipped(NamedTuple):
    """A rule that did not apply, and the code of the reason why not."""

    rule_id: str
    reason: str


class Award(Struct, frozen=True):
    """What is earned, and why. The shares of a wallet add up to it; a rule that applied and gave nothing is named with 0.

    `capped` is what every limit of a period or a budget has used of it, by the limit's name: what must be remembered.
    `waits` are the points by the days that they wait before they are active. `basis` says of which parts the amount that
    earned was made: `total`, and what was added to it or taken off. `skipped` are the rules that did not apply.
    """

    explanation: tuple[RuleShare, ...] = ()
    capped: Mapping[str, int] = field(default_factory=dict)
    waits: Mapping[int, int] = field(default_factory=dict)
    basis: Mapping[str, int] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()

    @property
    def points(self) -> int:
        """The points earned."""
        return self.earned("points")

    @property
    def cards(self) -> Mapping[str, int]:
        """The stamps earned, by card."""
        return stamps_by_card(self.explanation)

    def earned(self, wallet: Wallet) -> int:
        """What is earned for that wallet."""
        return sum(share.points for share in self.explanation if share.wallet == wallet)
