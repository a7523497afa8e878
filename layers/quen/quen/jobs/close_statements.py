"""The job `close-statements`: from the second day of a month on, the month before it is closed for every partner that settles.

A run goes through partners, not members. It closes whatever should be closed on its day, so that a day that was missed is
made up for by the next one, and a partner that is done costs one read.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from quen.jobs.model import SHARDS, Page, Run
from quen.jobs.service import Handled
from quen.partners.model import Partner
from quen.settlement.model import Statement


class SettledBooks(Protocol):
    """The books' part of it."""

    def list_partners(self, after: str | None, limit: int) -> Sequence[Partner]:
        """Partners by id, from the one after that id on."""

    def list_open(self, partner_id: str, on: date) -> list[str]:
        """The months that should be closed on that local day, and are open."""

    def close_due(self, partner_id: str, on: date) -> list[Statement]:
        """Close them; the statements that this call closed."""

    def list_closed_since(self, partner_id: str, instant: datetime) -> list[Statement]:
        """The latest statements, as far as they were closed at that instant or later."""


class CloseStatements:
    """A partner is done where a statement was closed; the run's totals count the statements."""

    def __init__(self, books: SettledBooks) -> None:
        self._books = books

    def list_members(self, _run: Run, shard: int, cursor: str | None, limit: int) -> Page:
        """The shard's share of a page of all partners."""
        partners = self._books.list_partners(cursor, limit)
        following = partners[-1].partner_id if len(partners) == limit else None
        return Page([each.partner_id for each in partners if _shard(each) == shard and each.terms], following)

    def handle(self, run: Run, member_id: str, *, is_recovering: bool) -> Handled:
        """Close what is due for the partner of that id; a dry run only counts it."""
        if run.dry_run:
            return _handled(len(self._books.list_open(member_id, run.on)))
        closed = self._books.close_due(member_id, run.on)
        return _handled(len(self._books.list_closed_since(member_id, run.started_at) if is_recovering else closed))


def _handled(statements: int) -> Handled:
    return Handled(was_done=statements > 0, totals={"statements": statements} if statements else {})


def _shard(partner: Partner) -> int:
    return zlib.crc32(partner.partner_id.encode()) % SHARDS
