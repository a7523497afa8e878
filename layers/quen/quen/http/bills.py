"""Bills in requests: what is to be paid, as far as it is known."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from quen.errors import CurrencyMismatchError, ValidationFailedError
from quen.http.bodies import LINES_MAX, QUANTITY_MAX, MoneyBody, ShortText
from quen.program.benefits import Bill, BillLine


class BillLineBody(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the bill, after every other discount; `amount` is for the whole line."""

    line_id: ShortText
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]
    amount: MoneyBody
    sku: ShortText | None = None
    category: ShortText | None = None

    def value(self) -> BillLine:
        """As the domain has it."""
        return BillLine(self.line_id, self.sku, self.category, self.quantity, self.amount.amount)


class BillBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be paid, as far as it is known: `total` with the delivery fee in it."""

    total: MoneyBody
    lines: Annotated[tuple[BillLineBody, ...], Meta(max_length=LINES_MAX)] = ()
    delivery_fee: MoneyBody | None = None

    def value(self, pointer: str = "/bill") -> Bill:
        """As the domain has it. Raises ValidationFailedError where two lines have one id or the delivery is more than all,
        CurrencyMismatchError where not all of it is in one currency.
        """
        seen: set[str] = set()
        for number, line in enumerate(self.lines):
            if line.line_id in seen:
                place = f"{pointer}/lines/{number}/line_id"
                raise ValidationFailedError.at(place, "duplicate", "Another line has this line_id.")
            seen.add(line.line_id)
        amounts = [
            self.total,
            *(line.amount for line in self.lines),
            *([self.delivery_fee] if self.delivery_fee else []),
        ]
        if {amount.currency for amount in amounts} != {self.total.currency}:
            raise CurrencyMismatchError
        fee = self.delivery_fee.amount if self.delivery_fee else 0
        if fee > self.total.amount:
            raise ValidationFailedError.at(f"{pointer}/delivery_fee", "out_of_range", "The total has the fee in it.")
        return Bill(self.total.amount, self.total.currency, tuple(line.value() for line in self.lines), fee)
