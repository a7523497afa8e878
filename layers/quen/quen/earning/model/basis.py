"""The basis: which part of a bill earns, in all and line by line, by the program's settings. Whole units of money, exact.

What is taken off the bill as a whole (its tax, a part that was paid with points) is taken off its lines in proportion;
so is a discount that the till has not told line by line. What of the bill no line names is a line without a name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from quen.earning.model.values import Purchase
from quen.program.model import BasisPolicy, Goods


class BasisLine(Struct, frozen=True):
    """A line as far as it earns; what of a bill no line names has no id. `quantity` are the pieces that cost something."""

    line_id: str
    sku: str
    category: str | None
    quantity: int
    amount: int


class Basis(Struct, frozen=True):
    """What earns: `amount` is the sum of the lines, `parts` how it came about."""

    amount: int
    lines: tuple[BasisLine, ...]
    parts: Mapping[str, int]

    def covered(self, goods: Goods | None) -> frozenset[int] | None:
        """The numbers of the lines that these goods mean; None: all of them."""
        if goods is None:
            return None
        return frozenset(number for number, line in enumerate(self.lines) if goods.include(line.sku, line.category))


def basis_of(policy: BasisPolicy, purchase: Purchase) -> Basis:
    """What of the purchase earns."""
    total = purchase.total.amount
    parts = {"total": total}
    paid = sum(tender.amount.amount for tender in purchase.tenders if tender.type in policy.without_tenders)
    amount = max(0, total - paid)
    if amount != total:
        parts["tenders"] = amount - total
    if purchase.tax and purchase.tax.amount and total and not policy.with_tax:
        # Of what is left to earn, the tax is the same part as of the whole bill.
        taxed = amount * max(0, total - purchase.tax.amount) // total
        parts["tax"] = taxed - amount
        amount = taxed
    lines = _lines(purchase, amount)
    if purchase.delivery_fee and purchase.delivery_fee.amount and policy.with_delivery:
        parts["delivery"] = purchase.delivery_fee.amount
        amount += purchase.delivery_fee.amount
        lines = (*lines, BasisLine("", "", None, 0, purchase.delivery_fee.amount))
    if policy.without_goods and purchase.lines:
        kept = tuple(line for line in lines if not policy.without_goods.include(line.sku, line.category))
        left = sum(line.amount for line in kept)
        if left != amount:
            parts["goods"] = left - amount
        return Basis(left, kept, parts)
    return Basis(amount, lines, parts)


def _lines(purchase: Purchase, amount: int) -> tuple[BasisLine, ...]:
    """The lines, and what no line names; together they are `amount`."""
    weights = [line.amount.amount for line in purchase.lines]
    rest = max(0, purchase.total.amount - sum(weights))
    shares = in_proportion(amount, [*weights, rest])
    lines = tuple(
        BasisLine(line.line_id, line.sku, line.category, line.paid_quantity, share)
        for line, share in zip(purchase.lines, shares, strict=False)
    )
    return (*lines, BasisLine("", "", None, 0, shares[-1])) if shares[-1] or not lines else lines


def in_proportion(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` in whole units, shared in proportion to the weights by largest remainder; earlier ones first on a tie.

    Where all weights are zero, the last one has all of it.
    """
    whole = sum(weights)
    if amount == whole:
        return list(weights)
    if not whole:
        return [*[0] * (len(weights) - 1), amount]
    shares = [amount * weight // whole for weight in weights]
    missing = amount - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda number: -(amount * weights[number] % whole))
    for number in by_remainder[:missing]:
        shares[number] += 1
    return shares
