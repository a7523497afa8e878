"""Books in memory, that keep the promises of the ports, and what goes into them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from factories import SAIGON
from house import FixedPrograms, MovableClock, make_program
from quen.errors import NotFoundError
from quen.ledger.model import Entry
from quen.ledger.model.values import ACTIVE, Reference
from quen.partners.model import ALL_RIGHTS, Billing, Partner, PartnerState, Terms
from quen.settlement.model import (
    Booking,
    Correction,
    Dispute,
    DisputeState,
    MonthSums,
    Statement,
    bookings_of,
    correction_of,
    summed,
)
from quen.settlement.model.months import first_day, last_day
from quen.settlement.ports import BoughtPack
from quen.settlement.service import Settlement

BRAND, OTHER = "ptn_0000000000000001", "ptn_0000000000000002"
POSTPAID = Terms(date(2026, 10, 1), Billing.POSTPAID, issued="100", redeemed="90", expired="50")
PREPAID = replace(POSTPAID, billing=Billing.PREPAID)


def make_partner(*terms: Terms, partner_id: str = BRAND, packs: int = 0) -> Partner:
    """A brand that settles on these terms."""
    since = datetime(2026, 9, 1, tzinfo=UTC)
    return Partner(partner_id, "Brand", PartnerState.ACTIVE, ALL_RIGHTS, since, terms=terms or (POSTPAID,), packs=packs)


def noon(day: date) -> datetime:
    """12:00 in Saigon."""
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC)


def make_entry(
    lines: dict[str, int], day: date = date(2026, 10, 5), *, number: int = 1, reference: str = f"{BRAND}#7731"
) -> Entry:
    """An entry with these lines; what is missing to zero is the member's."""
    rest = -sum(lines.values())
    return Entry(
        member_id="mem_0000000000000001",
        sequence=number,
        kind="earn",
        occurred_at=noon(day),
        recorded_at=noon(day),
        reference=Reference("purchase", reference),
        program_version=1,
        lines=lines | ({ACTIVE: rest} if rest else {}),
        hash=f"{number:020d}" + "0" * 44,
    )


def book(lines: dict[str, int], day: date = date(2026, 10, 5), *, number: int = 1) -> list[Booking]:
    """The bookings of such an entry."""
    return bookings_of(make_entry(lines, day, number=number), SAIGON)


class FakeBookings:
    """Bookings by partner, day and entry."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, date, str], Booking] = {}

    def add(self, bookings: Sequence[Booking]) -> None:
        self.kept |= {(each.partner_id, each.day, each.entry_id): each for each in bookings}

    def list_days(self, partner_id: str, first: date, last: date) -> Iterator[Booking]:
        every = [*self.kept.values()]
        return (each for each in every if each.partner_id == partner_id and first <= each.day <= last)

    def sum_month(self, partner_id: str, month: str) -> MonthSums:
        found = self.list_days(partner_id, first_day(month), last_day(month))
        return summed((each.day, each.points) for each in found)

    def count_month(self, partner_id: str, month: str) -> int:
        return self.sum_month(partner_id, month).bookings

    def list_page(
        self, partner_id: str, first: date, last: date, after: str | None, limit: int
    ) -> tuple[list[Booking], str | None]:
        every = sorted(self.list_days(partner_id, first, last), key=_place)
        rest = [each for each in every if after is None or _place(each) > after]
        return rest[:limit], _place(rest[limit - 1]) if len(rest) > limit else None

    def find(self, partner_id: str, month: str, entry_id: str) -> Booking | None:
        found = self.list_days(partner_id, first_day(month), last_day(month))
        return next((each for each in found if each.entry_id == entry_id), None)


def _place(booking: Booking) -> str:
    return f"{booking.day.isoformat()}#{booking.entry_id}"


class FakeStatements:
    """Closed statements by partner and month, and what was written with each."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Statement] = {}
        self.written: list[Any] = []

    def keep(self, statement: Statement, others: Sequence[Any] = ()) -> bool:
        key = (statement.partner_id, statement.month)
        if key in self.kept:
            return False
        self.kept[key] = statement
        self.written += others
        return True

    def find(self, partner_id: str, month: str) -> Statement | None:
        return self.kept.get((partner_id, month))

    def list_closed(self, partner_id: str, last: str, limit: int) -> list[Statement]:
        months = sorted((month for owner, month in self.kept if owner == partner_id and month <= last), reverse=True)
        return [self.kept[partner_id, month] for month in months[:limit]]


class FakeDisputes:
    """Disputes by id, and their corrections by the day on which they were resolved."""

    def __init__(self) -> None:
        self.kept: dict[str, Dispute] = {}
        self.corrections: list[tuple[str, date, Correction]] = []
        self.written: list[Any] = []

    def add(self, dispute: Dispute) -> bool:
        return self.kept.setdefault(dispute.dispute_id, dispute) is dispute

    def find(self, dispute_id: str) -> Dispute | None:
        return self.kept.get(dispute_id)

    def resolve(self, dispute: Dispute, on: date, others: Sequence[Any] = ()) -> bool:
        if self.kept[dispute.dispute_id].resolution:
            return False
        self.kept[dispute.dispute_id] = dispute
        self.written += others
        if correction := correction_of(dispute):
            self.corrections.append((dispute.partner_id, on, correction))
        return True

    def list_of_partner(self, partner_id: str, before: str | None, limit: int) -> tuple[list[Dispute], str | None]:
        assert before is None
        return [each for each in self.kept.values() if each.partner_id == partner_id][:limit], None

    def list_in_state(self, state: DisputeState, before: str | None, limit: int) -> tuple[list[Dispute], str | None]:
        assert before is None
        return [each for each in self.kept.values() if each.state is state][:limit], None

    def list_corrections(self, partner_id: str, first: date, last: date) -> list[Correction]:
        return [each for owner, on, each in self.corrections if owner == partner_id and first <= on <= last]


class FakePacks:
    """What partners bought ahead."""

    def __init__(self) -> None:
        self.kept: list[BoughtPack] = []

    def list_packs(self, _partner_id: str) -> Sequence[BoughtPack]:
        return self.kept


class FakePartners:
    """Partners by id."""

    def __init__(self, *partners: Partner) -> None:
        self.kept = {partner.partner_id: partner for partner in partners}

    def find(self, partner_id: str) -> Partner | None:
        return self.kept.get(partner_id)

    def load(self, partner_id: str) -> Partner:
        if partner_id not in self.kept:
            raise NotFoundError
        return self.kept[partner_id]

    def list_partners(self, after: str | None = None, limit: int = 100) -> Sequence[Partner]:
        return [self.kept[each] for each in sorted(self.kept) if after is None or each > after][:limit]


@dataclass
class Desk:
    """The use cases over books in memory; noon of 20 October, until a test moves the clock."""

    partners: FakePartners = field(default_factory=lambda: FakePartners(make_partner()))
    clock: MovableClock = field(default_factory=lambda: MovableClock(noon(date(2026, 10, 20))))
    programs: FixedPrograms = field(default_factory=lambda: FixedPrograms(make_program()))

    def __post_init__(self) -> None:
        self.bookings, self.statements = FakeBookings(), FakeStatements()
        self.disputes, self.packs = FakeDisputes(), FakePacks()
        self.settlement = self.over(self.statements)

    def over(self, statements: FakeStatements) -> Settlement:
        """The use cases over other statements."""
        given = self.disputes, self.packs, self.partners, self.programs, self.clock
        return Settlement(self.bookings, statements, *given)

    def book(self, lines: dict[str, int], day: date, *, number: int) -> None:
        """Such an entry arrives in the books."""
        self.bookings.add(book(lines, day, number=number))

    def go_to(self, day: date) -> None:
        """Noon of that day."""
        self.clock.instant = noon(day)

    def go_on(self, days: int = 1) -> None:
        """So many days later."""
        self.clock.instant += timedelta(days=days)
