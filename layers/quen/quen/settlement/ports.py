"""What the books need: where bookings, statements and disputes are kept, who the partners are, what they bought ahead.

Every method may raise TemporarilyUnavailableError.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct

from quen.partners.model import Partner, TotalKey
from quen.program.model import Program
from quen.settlement.model import Booking, Correction, Dispute, DisputeState, MonthSums, Statement
from quen.writes import Write


class BookingRecords(Protocol):
    """Bookings, for ever."""

    def add(self, bookings: Sequence[Booking]) -> None:
        """Keep them; one that is there already stays one."""

    def sum_month(self, partner_id: str, month: str) -> MonthSums:
        """What the month's bookings add up to, read consistently."""

    def count_month(self, partner_id: str, month: str) -> int:
        """How many they are, read consistently."""

    def list_days(self, partner_id: str, first: date, last: date) -> Iterable[Booking]:
        """All bookings from the first to the last of these days, read consistently."""

    def list_page(
        self, partner_id: str, first: date, last: date, after: str | None, limit: int
    ) -> tuple[list[Booking], str | None]:
        """At most `limit` of them from a place on, by day, and the place that follows. Both days are of one month."""

    def find(self, partner_id: str, month: str, entry_id: str) -> Booking | None:
        """The booking of that entry in that month."""


class StatementRecords(Protocol):
    """Closed statements, for ever."""

    def keep(self, statement: Statement, others: Sequence[Write] = ()) -> bool:
        """Keep a closed one, and in the same transaction the others; False, and nothing written, where one is there."""

    def find(self, partner_id: str, month: str) -> Statement | None:
        """The closed statement of that month, read consistently."""

    def list_closed(self, partner_id: str, last: str, limit: int) -> list[Statement]:
        """Closed statements from that month back, the newest first, read consistently."""


class DisputeRecords(Protocol):
    """Disputes, and the corrections that accepted ones make."""

    def add(self, dispute: Dispute) -> bool:
        """Keep a new one; False, and nothing written, where it is there."""

    def find(self, dispute_id: str) -> Dispute | None:
        """The dispute, read consistently."""

    def resolve(self, dispute: Dispute, on: date, others: Sequence[Write] = ()) -> bool:
        """Keep its resolution, the correction that it makes on that local day, and the others, in one transaction; False, and
        nothing written, where it is resolved already.
        """

    def list_of_partner(self, partner_id: str, before: str | None, limit: int) -> tuple[list[Dispute], str | None]:
        """A partner's disputes, the newest first, and the place before which the next page starts."""

    def list_in_state(self, state: DisputeState, before: str | None, limit: int) -> tuple[list[Dispute], str | None]:
        """Everybody's disputes in that state, the same way."""

    def list_corrections(self, partner_id: str, first: date, last: date) -> list[Correction]:
        """What was resolved from the first to the last of these days, read consistently."""


class BoughtPack(Struct, frozen=True):
    """Points that a partner bought ahead, or fewer than none that were withdrawn; `paid` in the smallest unit."""

    pack_id: str
    bought_at: datetime
    points: int
    paid: int


class PackRecords(Protocol):
    """What partners bought ahead."""

    def list_packs(self, partner_id: str) -> Sequence[BoughtPack]:
        """Every pack of the partner."""


class PackCounts(Protocol):
    """Where it is counted what partners have given of their packs."""

    def take(self, key: TotalKey, shard: str, points: int, capacity: int | None) -> Write:
        """The write that counts so many more; without a capacity it is never refused."""


class KnownPartners(Protocol):
    """The partners."""

    def load(self, partner_id: str) -> Partner:
        """Raises NotFoundError."""

    def list_partners(self, after: str | None = None, limit: int = 100) -> Sequence[Partner]:
        """Partners by id, from the one after that id on."""


class ProgramVersions(Protocol):
    """The program, now and then."""

    def current(self, now: datetime) -> Program:
        """The version in force. Raises NotFoundError before the first document."""

    def version(self, number: int) -> Program:
        """That version."""
