"""Use cases of settlement: a partner's statements, the bookings behind them, and the closing of a month.

A month is closed after the one before it, once, and stays: what is drawn again is only what is open. Reading and closing walk
the same way, from the last closed month to the one that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from msgspec import Struct

from quen.business_days import local_day
from quen.clock import Clock
from quen.errors import NotFoundError
from quen.partners.model import Partner
from quen.settlement.model import (
    MONTHS_READ_AGAIN,
    Booking,
    Books,
    Correction,
    MonthNotOverError,
    Pack,
    Slot,
    Statement,
    Sum,
    draw,
    line_of,
    sealed,
    used_of,
)
from quen.settlement.model.months import (
    closable_on,
    first_day,
    is_month,
    last_day,
    month_after,
    month_of,
    months_between,
)
from quen.settlement.ports import (
    BookingRecords,
    DisputeRecords,
    KnownPartners,
    PackRecords,
    ProgramVersions,
    StatementRecords,
)
from quen.writes import Write

LATEST = 12
Others = Callable[[Statement], Sequence[Write]]
Change = Callable[[Statement], Statement]


def _unchanged(drawn: Statement) -> Statement:
    return drawn


class MonthState(Struct, frozen=True):
    """A month of a partner: its closed statement, or that it is open."""

    month: str
    statement: Statement | None


class Settlement:
    """Statements and bookings of partners that settle. `clock` is the business clock."""

    def __init__(
        self,
        bookings: BookingRecords,
        statements: StatementRecords,
        disputes: DisputeRecords,
        packs: PackRecords,
        partners: KnownPartners,
        programs: ProgramVersions,
        clock: Clock,
    ) -> None:
        self._bookings = bookings
        self._statements = statements
        self._disputes = disputes
        self._packs = packs
        self._partners = partners
        self._programs = programs
        self._clock = clock

    def load(self, partner_id: str, month: str) -> Statement:
        """The statement of that month: the closed one, or as it stands. Raises NotFoundError for a month in which the partner
        does not settle, or that has not begun.
        """
        partner = self.require_month(partner_id, month)
        return self._statements.find(partner_id, month) or self._last(partner, month)

    def list_months(self, partner_id: str, before: str | None, limit: int) -> tuple[list[MonthState], str | None]:
        """A page of the partner's months, the newest first, and the month before which the next page starts: the closed ones
        with their statements. Raises NotFoundError for a partner that is not there.
        """
        partner = self._partners.load(partner_id)
        last = month_after(before, -1) if before else month_of(self.today())
        months = months_between(_first_month(partner), last)[::-1] if partner.terms else []
        closed = {each.month: each for each in self._statements.list_closed(partner_id, last, limit)}
        page = [MonthState(month, closed.get(month)) for month in months[:limit]]
        return page, months[limit - 1] if len(months) > limit else None

    def list_bookings(
        self, partner_id: str, month: str, day: date | None, after: str | None, limit: int
    ) -> tuple[list[Booking], str | None]:
        """The bookings of a month, or of one of its days, day by day. Raises NotFoundError as `load` does."""
        self.require_month(partner_id, month)
        if day and month_of(day) != month:
            return [], None
        first, last = day or first_day(month), day or last_day(month)
        return self._bookings.list_page(partner_id, first, last, after, limit)

    def find_booking(self, partner_id: str, month: str, entry_id: str) -> Booking | None:
        """The booking of an entry in that month. Raises NotFoundError as `load` does."""
        self.require_month(partner_id, month)
        return self._bookings.find(partner_id, month, entry_id)

    def close(self, partner_id: str, month: str, others: Others = lambda _closed: ()) -> Statement:
        """Close a month that is over, and those before it that are open still; closed already, it is what it was.

        `others` are made of the closed statement and written with it. Raises NotFoundError as `load` does, MonthNotOverError.
        """
        partner = self.require_month(partner_id, month)
        if last_day(month) >= self.today():
            raise MonthNotOverError
        if closed := self._statements.find(partner_id, month):
            return closed
        return self._last(partner, month, lambda each: self._close(each, others if each.month == month else None))

    def close_due(self, partner_id: str, on: date) -> list[Statement]:
        """Close whatever should be closed on that local day; the statements that this call closed. Raises NotFoundError."""
        closed: list[Statement] = []
        if months := self.list_open(partner_id, on):
            partner = self._partners.load(partner_id)
            [*self._walk(partner, months[-1], lambda drawn: self._close(drawn, None, closed))]
        return closed

    def list_open(self, partner_id: str, on: date) -> list[str]:
        """The months that should be closed on that local day, and are open. Raises NotFoundError."""
        partner, last = self._partners.load(partner_id), closable_on(on)
        if not partner.terms or last < _first_month(partner):
            return []
        closed = self._statements.list_closed(partner_id, last, 1)
        return months_between(month_after(closed[0].month) if closed else _first_month(partner), last)

    def list_closed_since(self, partner_id: str, instant: datetime) -> list[Statement]:
        """The latest statements, as far as they were closed at that instant or later."""
        latest = self._statements.list_closed(partner_id, month_of(self.today()), LATEST)
        return [each for each in latest if each.closed_at and each.closed_at >= instant]

    def used_of_pack(self, partner_id: str, correction: Correction) -> int:
        """How many points the correction takes from the pack; negative: they come back to it. Raises NotFoundError."""
        slot, partner = Slot(correction.day, correction.category), self._partners.load(partner_id)
        return used_of([line_of(slot, Sum(correction.points), partner.terms)])

    def list_partners(self, after: str | None, limit: int) -> Sequence[Partner]:
        """Partners by id."""
        return self._partners.list_partners(after, limit)

    def today(self) -> date:
        """The program's local day."""
        now = self._clock.now()
        return local_day(now, self._programs.current(now).time_zone)

    def require_month(self, partner_id: str, month: str) -> Partner:
        """The partner, where it settles in that month. Raises NotFoundError as `load` does."""
        partner = self._partners.load(partner_id)
        if not partner.terms or not is_month(month) or not _first_month(partner) <= month <= month_of(self.today()):
            raise NotFoundError("There is no such statement.")
        return partner

    def _last(self, partner: Partner, month: str, change: Change = _unchanged) -> Statement:
        """The last of the walk; where somebody has just closed it, there is none, and theirs is the statement."""
        walked = [*self._walk(partner, month, change)]
        closed = None if walked else self._statements.find(partner.partner_id, month)
        return closed or walked[-1]

    def _walk(self, partner: Partner, upto: str, change: Change = _unchanged) -> Iterator[Statement]:
        """The open statements up to that month, each drawn on those before it and then changed."""
        before = self._statements.list_closed(partner.partner_id, upto, MONTHS_READ_AGAIN)
        start = month_after(before[0].month) if before else _first_month(partner)
        for month in months_between(start, upto):
            statement = change(self._draw(partner, month, before))
            before = [statement, *before][:MONTHS_READ_AGAIN]
            yield statement

    def _draw(self, partner: Partner, month: str, before: Sequence[Statement]) -> Statement:
        partner_id = partner.partner_id
        again = [statement.month for statement in before if statement.closed_at]
        from_month = min(again, default=month)
        books = Books(
            own=self._bookings.sum_month(partner_id, month),
            again={each: self._bookings.sum_month(partner_id, each) for each in self._grown(partner_id, again, before)},
            corrections=self._disputes.list_corrections(partner_id, first_day(from_month), last_day(month)),
            # The first statement has whatever was bought before there were terms.
            packs=self._packs_of(partner_id, from_month if before else "", month),
        )
        currency = self._programs.current(self._clock.now()).currency
        return draw(partner_id, month, books, before=before, terms=partner.terms, currency=currency)

    def _packs_of(self, partner_id: str, first: str, last: str) -> list[Pack]:
        """What was bought from the first to the last of these months, in the order of its days."""
        zone = self._programs.current(self._clock.now()).time_zone
        packs = [
            Pack(each.pack_id, local_day(each.bought_at, zone), each.points, each.paid)
            for each in self._packs.list_packs(partner_id)
        ]
        chosen = [pack for pack in packs if first <= month_of(pack.bought_on) <= last]
        return sorted(chosen, key=lambda pack: (pack.bought_on, pack.pack_id))

    def _grown(self, partner_id: str, months: Sequence[str], before: Sequence[Statement]) -> list[str]:
        """Those of the months that have more bookings than are stated: counting is quick, and most have none."""
        stated = before[0].stated_bookings if before else {}
        return [month for month in months if self._bookings.count_month(partner_id, month) != stated.get(month)]

    def _close(self, drawn: Statement, others: Others | None, closed: list[Statement] | None = None) -> Statement:
        """Keep it closed; where somebody was faster, theirs counts."""
        statement = sealed(drawn, self._clock.now())
        if self._statements.keep(statement, others(statement) if others else ()):
            if closed is not None:
                closed.append(statement)
            return statement
        return self._statements.find(drawn.partner_id, drawn.month) or statement


def _first_month(partner: Partner) -> str:
    return month_of(min(terms.first_day for terms in partner.terms))
