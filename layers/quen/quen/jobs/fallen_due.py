"""What `expire-points` and `review-tiers` do to an account: whatever fell due up to the run's instant is written, in its order.

At one midnight points activate, then tiers are reviewed, then points expire; a tier goes by what was bought and never by a
balance, so that no second review after the expiry would find anything new. Both jobs write all that is due: they differ in
whom they find, so it does not matter which of them comes to an account first, nor whether they come at the same time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from quen.jobs.model import Run
from quen.jobs.service import Handled
from quen.ledger.model import Entry

_DUE_KINDS = frozenset({"activate", "lapse", "warn", "extend", "expire", "review", "card", "term"})
_TOTALS = {"warn": "warned", "extend": "extended"}
_RECOVERED_ENTRIES = 100


class BroughtUp(Protocol):
    """The ledger's part of it."""

    def bring_up_to_date(self, member_id: str, until: datetime, *, dry_run: bool = False) -> Sequence[Entry]:
        """Write what had fallen due at `until`, and say what it was; with `dry_run` only say it."""

    def read_entries(self, member_id: str, before: int | None, limit: int) -> Sequence[Entry]:
        """Entries newest first, from the one before that sequence on."""


def write_what_fell_due(ledger: BroughtUp, run: Run, member_id: str, *, is_recovering: bool) -> Handled:
    """Bring the account up to the run's instant."""
    entries = ledger.bring_up_to_date(member_id, run.as_of, dry_run=run.dry_run)
    if not entries and is_recovering and not run.dry_run:
        # What this run did before it was stopped: all that was due and has been recorded since.
        recent = ledger.read_entries(member_id, None, _RECOVERED_ENTRIES)
        entries = [entry for entry in recent if _is_own(entry, run)]
    return handled(entries)


def handled(entries: Sequence[Entry]) -> Handled:
    """The account is done where anything was due; points counted are those that expired, totals the reviews by
    their cause, warnings, and lots that live on because nobody could be warned."""
    totals: Counter[str] = Counter(
        entry.standing.cause for entry in entries if entry.kind == "review" and entry.standing
    )
    totals += Counter(_TOTALS[entry.kind] for entry in entries if entry.kind in _TOTALS)
    expired = sum(-entry.points for entry in entries if entry.kind == "expire")
    return Handled(bool(entries), expired, totals=dict(sorted(totals.items())))


def _is_own(entry: Entry, run: Run) -> bool:
    return entry.kind in _DUE_KINDS and entry.recorded_at >= run.started_at and entry.occurred_at <= run.as_of
