"""The books put together over their stores, each part when first used: a page of `quen.coalition` that is long enough to
stand alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Protocol

from botocore.client import BaseClient

from quen.clock import Clock
from quen.errors import NotFoundError
from quen.events.service import EventBus
from quen.partners.model import Partner
from quen.settlement.alerts import BusAlerts
from quen.settlement.disputes import Disputes
from quen.settlement.listener import BookingListener
from quen.settlement.packs import PackLevels, PackWatch
from quen.settlement.ports import ProgramVersions
from quen.settlement.service import Settlement
from quen.settlement.store import BookStore, DisputeStore, StatementStore
from quen.shards.store import TotalStore


class KeptPartners(Protocol):
    """Where partners are kept: the books need no more of them, and no secret."""

    def find(self, partner_id: str) -> Partner | None:
        """The partner, read consistently."""

    def list_partners(self, after: str | None, limit: int) -> Sequence[Partner]:
        """Partners by id, from the one after that id on."""


class StoredPartners:
    """See `quen.settlement.ports.KnownPartners`."""

    def __init__(self, kept: KeptPartners) -> None:
        self._kept = kept

    def load(self, partner_id: str) -> Partner:
        """Raises NotFoundError."""
        partner = self._kept.find(partner_id)
        if partner is None:
            raise NotFoundError("There is no such partner.")
        return partner

    def list_partners(self, after: str | None = None, limit: int = 100) -> Sequence[Partner]:
        """Partners by id."""
        return self._kept.list_partners(after, limit)


class Bookkeeping:
    """All that settles. `clock` is the business clock, `wall` the real one; `id_key` is asked for only where a dispute is
    opened or resolved, because whoever books needs no key.
    """

    def __init__(
        self,
        client: BaseClient,
        table: str,
        partners: KeptPartners,
        programs: ProgramVersions,
        clock: Clock,
        wall: Clock,
        id_key: Callable[[], bytes],
    ) -> None:
        self._books = BookStore(client, table)
        self._statements = StatementStore(client, table)
        self._disputes = DisputeStore(client, table)
        self._packs = TotalStore(client, table)
        self._partners = StoredPartners(partners)
        self._programs = programs
        self._clock = clock
        self._wall = wall
        self._id_key = id_key

    @cached_property
    def settlement(self) -> Settlement:
        """Partners' statements, and the bookings behind them."""
        given = self._partners, self._programs, self._clock
        return Settlement(self._books, self._statements, self._disputes, self._books, *given)

    @cached_property
    def disputes(self) -> Disputes:
        """What partners say is wrong with them."""
        return Disputes(self._disputes, self.settlement, self._packs, self._programs, self._clock, self._id_key())

    def listener(self, bus: EventBus) -> BookingListener:
        """Books what the ledger's stream tells, and tells on the bus of packs that run low."""
        levels = PackLevels(self._books, self._statements, self._disputes, self._books, self._programs)
        alerts = BusAlerts(bus, self._books)
        watch = PackWatch(self._partners, levels, self._programs, alerts, self._clock, self._wall)
        return BookingListener(self._books, self._programs, watch)
