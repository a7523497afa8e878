"""What is left of a purchase: what its document keeps of it, what earlier returns took, and what a new one leaves. Pure.

A document's details are JSON-able and short, because they are paid for by the kilobyte: `*_form` writes them, `read_*`
reads them back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from quen.earning.model import NO_FACTS, Purchase, PurchaseLine, Tender, rooms_had, stamps_by_card
from quen.errors import CurrencyMismatchError, ReturnExceedsPurchaseError, ValidationFailedError
from quen.instants import format_instant, parse_instant
from quen.ledger.model import NEVER, Entry, Lots, own_lots
from quen.ledger.model.chain import facts_form, parse_facts
from quen.ledger.model.funding import funder_of, issued
from quen.ledger.model.values import QUALIFYING
from quen.money import Money
from quen.program.model import Facts, Program, Wallet, WithGoods, card_wallet

Details = Mapping[str, Any]


class LineReturned(Struct, frozen=True):
    """So many pieces of one line of the receipt, for so much of its amount."""

    line_id: str
    quantity: int
    amount: Money


class Goods(Struct, frozen=True):
    """What comes back: an `amount` of the bill, or `lines` of it."""

    return_id: str
    occurred_at: datetime
    amount: Money | None = None
    lines: tuple[LineReturned, ...] = ()


class Sale(Struct, frozen=True):
    """A purchase as it stands: what it was, by which version of the program it was decided, what it still earns.

    `rooms` is what rules with a cap per day could still give when it was decided; `facts` what its rules knew of the
    member; `own` are the points that are still its own, by lot or pending lot; `returned` is the amount that came back,
    `has_returns` whether anything did, be it for nothing; `stamped_on` the local day on which its stamps went on cards;
    `funder` the partner that stands behind what it earned, where one does.
    """

    purchase: Purchase
    version: int
    earned: Mapping[Wallet, int]
    rooms: Mapping[str, int]
    own: Lots
    facts: Facts = NO_FACTS
    returned: int = 0
    lines_returned: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    has_returns: bool = False
    stamped_on: date | None = None
    funder: str = ""

    @property
    def remaining(self) -> Purchase:
        """The purchase without what came back; of one that came back whole no line is left, whichever a return named."""
        total = Money(self.purchase.total.amount - self.returned, self.purchase.total.currency)
        lines = tuple(_left_of(line, *self.lines_returned.get(line.line_id, (0, 0))) for line in self.purchase.lines)
        return replace(
            self.purchase,
            total=total,
            lines=() if self.returned and not total.amount else tuple(line for line in lines if line.quantity),
            tax=self._left(self.purchase.tax),
            delivery_fee=self._left(self.purchase.delivery_fee),
            member_discount=self._left(self.purchase.member_discount),
            tenders=tuple(replace(tender, amount=self._share_left(tender.amount)) for tender in self.purchase.tenders),
        )

    def _left(self, amount: Money | None) -> Money | None:
        return self._share_left(amount) if amount else None

    def _share_left(self, amount: Money) -> Money:
        """Of what belongs to the whole bill, the part of what is left of it, rounded down."""
        return Money(int(amount.amount * (1 - self.share_returned)), amount.currency)

    @property
    def share_returned(self) -> Fraction:
        """Which part of the bill came back; of one of nothing, which part of its pieces; of one without these, all with the
        first return.
        """
        if self.purchase.total.amount:
            return Fraction(self.returned, self.purchase.total.amount)
        pieces = sum(line.quantity for line in self.purchase.lines)
        if not pieces:
            return Fraction(self.has_returns)
        return Fraction(sum(quantity for quantity, _ in self.lines_returned.values()), pieces)


def sold_form(purchase: Purchase, entry: Entry, program: Program) -> dict[str, Any]:
    """What is kept of a purchase, and of what it was given for it by that version of the program."""
    return kept_form(purchase, program) | _awarded_form(entry, program, purchase.store_id)


def kept_form(purchase: Purchase, program: Program) -> dict[str, Any]:
    """What is kept of a purchase; what the till left out is left out, and what kind of goods they were where no rule asks."""
    return purchase_form(purchase, with_goods=WithGoods in program.asked)


def purchase_form(purchase: Purchase, *, with_goods: bool = True) -> dict[str, Any]:
    """A purchase without its id, as `read_purchase` reads it back; its goods are kept by their kind where that is wanted."""
    lines = [_line_form(line, with_goods=with_goods) for line in purchase.lines]
    kept = {
        "total": [purchase.total.amount, purchase.total.currency],
        "occurred_at": format_instant(purchase.occurred_at),
        "store": purchase.store_id,
        "lines": lines,
        "tax": purchase.tax.amount if purchase.tax else 0,
        "delivery": purchase.delivery_fee.amount if purchase.delivery_fee else 0,
        "discount": purchase.member_discount.amount if purchase.member_discount else 0,
        "tenders": [[tender.type, tender.amount.amount] for tender in purchase.tenders],
    }
    return {name: value for name, value in kept.items() if value}


def _line_form(line: PurchaseLine, *, with_goods: bool) -> list[Any]:
    quantity = [line.quantity, line.free_quantity] if line.free_quantity else line.quantity
    kept: list[Any] = [line.line_id, quantity, line.amount.amount]
    return [*kept, line.sku, *([line.category] if line.category else [])] if with_goods else kept


def _awarded_form(entry: Entry, program: Program, store: str | None) -> dict[str, Any]:
    """What is kept of the award: the rules' version, what was earned, knowing what, under which limits, into which lots."""
    rooms = rooms_had(program, program.local_day(entry.occurred_at), store, entry.caps, entry.shares)
    cards = stamps_by_card(entry.shares)
    kept = {
        "version": entry.program_version,
        "points": issued(entry),
        "qualifying": entry.lines.get(QUALIFYING, 0),
        "stamps": sum(share.points for share in entry.shares if share.wallet == "stamps"),
        "cards": cards,
        "stamped_on": program.local_day(entry.recorded_at).isoformat() if cards else "",
        "rooms": rooms,
        "own": dict(own_lots(entry)),
        "funder": funder_of(entry),
        "facts": facts_form(entry.facts),
    }
    return {name: value for name, value in kept.items() if value}


def kept_before(result: Mapping[str, Any]) -> dict[str, Any]:
    """What a purchase's own answer says of its award: for purchases of a version of Quen that kept nothing else."""
    earned = result["entries"][0]
    versions = [share["rule_version"] for share in earned["explanation"]]
    lot = earned["expires_on"] or NEVER
    own = f"{earned['active_on']}/{lot}" if earned["state"] == "pending" else lot
    return {"version": max(versions, default=1), "points": earned["points"], "own": {own: earned["points"]}}


def returned_form(goods: Goods, amount: int, lost: Mapping[Wallet, int], own: Lots) -> Details:
    """What is kept of a return."""
    kept = {
        "return_id": goods.return_id,
        "amount": amount,
        "lines": [[line.line_id, line.quantity, line.amount.amount] for line in goods.lines],
        "lost": {wallet: points for wallet, points in lost.items() if points},
        "own": dict(own),
    }
    return {name: value for name, value in kept.items() if value or name == "amount"}


def read_purchase(purchase_id: str, details: Details) -> Purchase:
    """The purchase that was kept so."""
    amount, currency = details["total"]
    return Purchase(
        purchase_id,
        parse_instant(details["occurred_at"]),
        Money(amount, currency),
        details.get("store"),
        tuple(_line(kept, currency) for kept in details.get("lines", ())),
        Money(details["tax"], currency) if "tax" in details else None,
        Money(details["delivery"], currency) if "delivery" in details else None,
        tuple(Tender(kind, Money(paid, currency)) for kind, paid in details.get("tenders", ())),
        Money(details["discount"], currency) if "discount" in details else None,
    )


def read_sale(purchase_id: str, details: Details, returns: Sequence[Details]) -> Sale:
    """The purchase of that document after the returns of these, in their order."""
    return read_sales(purchase_id, details, returns)[-1]


def read_sales(purchase_id: str, details: Details, returns: Sequence[Details]) -> list[Sale]:
    """The purchase of that document as it was made, and after each of these returns, in their order."""
    purchase = read_purchase(purchase_id, details)
    earned: dict[Wallet, int] = {
        "points": details.get("points", 0),
        "qualifying": details.get("qualifying", 0),
        "stamps": details.get("stamps", 0),
        **{card_wallet(card_id): stamps for card_id, stamps in details.get("cards", {}).items()},
    }
    stamped_on = date.fromisoformat(details["stamped_on"]) if "stamped_on" in details else None
    rooms, own, facts = details.get("rooms", {}), details.get("own", {}), parse_facts(details.get("facts", {}))
    funder = details.get("funder", "")
    sales = [Sale(purchase, details["version"], earned, rooms, own, facts, stamped_on=stamped_on, funder=funder)]
    for taken in returns:
        sales.append(_after(sales[-1], taken))
    return sales


def _line(kept: Sequence[Any], currency: str) -> PurchaseLine:
    line_id, quantity, amount, *goods = kept
    sku, category = (*goods, None, None)[:2]
    pieces, free = quantity if isinstance(quantity, list) else (quantity, 0)
    return PurchaseLine(line_id, sku or "", pieces, Money(amount, currency), category, free)


def give_back(sale: Sale, goods: Goods) -> tuple[Sale, int]:
    """The purchase without these goods, its awards untouched yet, and the amount that comes back.

    Raises ReturnExceedsPurchaseError, CurrencyMismatchError, ValidationFailedError.
    """
    if goods.occurred_at < sale.purchase.occurred_at:
        sentence = "The goods came back before they were bought."
        raise ValidationFailedError.at("/occurred_at", "before_purchase", sentence)
    amounts = [line.amount for line in goods.lines] + ([goods.amount] if goods.amount else [])
    if any(amount.currency != sale.purchase.total.currency for amount in amounts):
        raise CurrencyMismatchError
    amount = sum(amount.amount for amount in amounts)
    if goods.amount and not amount and sale.purchase.total.amount:
        raise ValidationFailedError.at("/amount/amount", "out_of_range", "A return gives something back.")
    if sale.returned + amount > sale.purchase.total.amount:
        raise ReturnExceedsPurchaseError
    lines = dict(sale.lines_returned)
    for number, line in enumerate(goods.lines):
        lines[line.line_id] = _line_after(sale, line, lines.get(line.line_id, (0, 0)), f"/lines/{number}/line_id")
    return replace(sale, returned=sale.returned + amount, lines_returned=lines, has_returns=True), amount


def is_whole(before: Sale, after: Sale) -> bool:
    """Whether nothing of the purchase is left now, and something was before."""
    return after.share_returned == 1 and before.share_returned < 1


def paid_back(paid: Lots, share: Fraction, before: Lots) -> Lots:
    """Of spent points, by lot, what comes back when in all that share of the bill has come back and `before` was back.

    The points that live longest come back first; whole points, rounded down, and all of them with the whole bill.
    """
    due = int(sum(paid.values()) * share)
    back: dict[str, int] = {}
    for lot in sorted(paid, reverse=True):
        part = min(due, paid[lot])
        due -= part
        back[lot] = max(0, part - before.get(lot, 0))
    return {lot: points for lot, points in back.items() if points}


def _after(sale: Sale, taken: Details) -> Sale:
    lines = dict(sale.lines_returned)
    for line_id, quantity, amount in taken.get("lines", ()):
        had = lines.get(line_id, (0, 0))
        lines[line_id] = (had[0] + quantity, had[1] + amount)
    lost = taken.get("lost", {})
    return replace(
        sale,
        earned={wallet: points - lost.get(wallet, 0) for wallet, points in sale.earned.items()},
        own=taken.get("own", {}),
        returned=sale.returned + taken["amount"],
        lines_returned=lines,
        has_returns=True,
    )


def _line_after(sale: Sale, line: LineReturned, had: tuple[int, int], pointer: str) -> tuple[int, int]:
    sold = next((known for known in sale.purchase.lines if known.line_id == line.line_id), None)
    if sold is None:
        raise ValidationFailedError.at(pointer, "unknown_line", "The purchase has no such line.")
    after = (had[0] + line.quantity, had[1] + line.amount.amount)
    if after[0] > sold.quantity or after[1] > sold.amount.amount:
        raise ReturnExceedsPurchaseError
    return after


def _left_of(line: PurchaseLine, quantity: int, amount: int) -> PurchaseLine:
    return replace(
        line, quantity=line.quantity - quantity, amount=Money(line.amount.amount - amount, line.amount.currency)
    )
