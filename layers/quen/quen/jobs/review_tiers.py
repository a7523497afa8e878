"""The job `review-tiers`: every member above the entry tier whose review is due is told, prolonged, or goes down.

The ledger shows tiers right without it; the job writes the reviews, so that they are told to the member and counted. Nobody
in the entry tier is looked at: who rises does so with a purchase, at once.
"""

from __future__ import annotations

from datetime import date
from typing import Protocol

from quen.business_days import local_day
from quen.jobs.fallen_due import BroughtUp, write_what_fell_due
from quen.jobs.model import Page, Run
from quen.jobs.service import CurrentProgram, Handled
from quen.ledger.ports import DuePage


class ReviewedAccounts(BroughtUp, Protocol):
    """The ledger's part of it."""

    def list_reviews(self, shard: int, on: date | None, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard above the entry tier whose next review is on that day or before."""


class ReviewTiers:
    """An account is done where a review was due; the run's totals count the reviews by what came of them."""

    def __init__(self, ledger: ReviewedAccounts, programs: CurrentProgram) -> None:
        self._ledger = ledger
        self._programs = programs

    def list_members(self, run: Run, shard: int, cursor: str | None, limit: int) -> Page:
        """Members whose review is due, the longest due first."""
        zone = self._programs.current(run.as_of).time_zone
        page = self._ledger.list_reviews(shard, local_day(run.as_of, zone), cursor, limit)
        return Page(page.member_ids, page.cursor)

    def handle(self, run: Run, member_id: str, *, is_recovering: bool) -> Handled:
        """Bring the account up to the run's instant."""
        return write_what_fell_due(self._ledger, run, member_id, is_recovering=is_recovering)
