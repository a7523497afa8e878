"""What a row of an import may hold, and every fault of it by name. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from msgspec import Struct, field

from quen.business_days import add_months
from quen.errors import Fault, ValidationFailedError
from quen.ledger.model import NEVER, Lots
from quen.program.model import card_wallet

LOTS_MAX = 60
LOT_MONTHS_MAX = 120
POINTS_MAX = 10**9
AMOUNT_MAX = 10**12


class Lot(Struct, frozen=True):
    """Points and their last day; None: they never expire."""

    points: int
    expires_on: date | None = None


class Row(Struct, frozen=True):
    """One person's opening balance. `row_id` is unique in its import for ever.

    `qualifying` are qualifying points by month (`2026-11`), `cards` stamps by punch card, `stamps` those of the only card or of
    a program without any; `stored_value` is in the currency's smallest unit, `tier` what
    the older system called the member's level: it is kept with the row.
    """

    row_id: str
    phone: str | None = None
    email: str | None = None
    name: str | None = None
    birthday: date | None = None
    locale: str | None = None
    joined_on: date | None = None
    lots: tuple[Lot, ...] = ()
    qualifying: Mapping[str, int] = field(default_factory=dict)
    stamps: int = 0
    stored_value: int = 0
    tier: str | None = None
    cards: Mapping[str, int] = field(default_factory=dict)

    @property
    def points(self) -> int:
        """All lots together."""
        return sum(lot.points for lot in self.lots)

    def by_last_day(self) -> Lots:
        """The lots as the ledger has them."""
        lots: dict[str, int] = {}
        for lot in self.lots:
            key = lot.expires_on.isoformat() if lot.expires_on else NEVER
            lots[key] = lots.get(key, 0) + lot.points
        return lots

    def counters(self, only_card: str = "") -> Mapping[str, int]:
        """The other wallets as the ledger has them; `only_card` is the program's, where it has just one."""
        counters = {f"qualifying/{month}": points for month, points in self.qualifying.items()}
        counters |= {card_wallet(card_id): stamps for card_id, stamps in self.cards.items()}
        wallet = card_wallet(only_card) if only_card else "stamps"
        counters[wallet] = counters.get(wallet, 0) + self.stamps
        counters["stored_value"] = self.stored_value
        return {key: amount for key, amount in counters.items() if amount}


def check_row(row: Row, today: date) -> None:
    """Raises ValidationFailedError with every fault of the row that can be seen without looking anything up."""
    faults = list(_faults(row, today))
    if faults:
        raise ValidationFailedError("The row is not valid.", faults=faults)


def _faults(row: Row, today: date) -> Iterator[Fault]:
    if row.phone is None and row.email is None:
        yield Fault("/phone", "missing", "A member has a phone number or an e-mail address.")
    if len(row.lots) > LOTS_MAX:
        yield Fault("/lots", "too_many", f"A row has at most {LOTS_MAX} lots.")
    latest = add_months(today, LOT_MONTHS_MAX)
    for index, lot in enumerate(row.lots):
        if not 1 <= lot.points <= POINTS_MAX:
            yield Fault(f"/lots/{index}/points", "out_of_range", "A lot has at least one point.")
        if lot.expires_on and not today <= lot.expires_on <= latest:
            sentence = "A lot expires today at the earliest, and within ten years."
            yield Fault(f"/lots/{index}/expires_on", "out_of_range", sentence)
    if row.joined_on and row.joined_on > today:
        yield Fault("/joined_on", "in_the_future", "The member joined on a day that has passed.")
    yield from _amount_faults(row)


def _amount_faults(row: Row) -> Iterator[Fault]:
    for name, amount, most in (("stamps", row.stamps, POINTS_MAX), ("stored_value", row.stored_value, AMOUNT_MAX)):
        if not 0 <= amount <= most:
            yield Fault(f"/{name}", "out_of_range", "This is not below zero, nor so large.")
    for name, amounts, sentence in (
        ("qualifying", row.qualifying, "Qualifying points of a month are at least one."),
        ("cards", row.cards, "A card has at least one stamp."),
    ):
        if any(not 0 < amount <= POINTS_MAX for amount in amounts.values()):
            yield Fault(f"/{name}", "out_of_range", sentence)
