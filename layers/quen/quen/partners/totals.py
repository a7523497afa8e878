"""What partners may not pass: the points that they bought ahead, and caps of a day.

What is taken of a total is counted in shards, as campaigns' budgets are, in the transaction of the command that takes it: the
whole of it or nothing, for a purchase is never cut. The totals themselves stand with the partner, who may be known as it was
a minute ago: so before a command is refused, the partner is read anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Protocol
from zlib import crc32

from msgspec import Struct

from quen.errors import ConflictError
from quen.partners.model import BY_PROGRAM, Funding, Partner, Total, TotalKey
from quen.partners.model.refusals import PartnerBudgetExhaustedError, PartnerCapReachedError
from quen.program.model import Program
from quen.shards.model import capacities, plan_pieces, shard_names
from quen.writes import Write

CAP_KEPT_DAYS = 7
"""So long after its day a cap's counts stay, for whoever asks what happened."""

Counts = Mapping[TotalKey, Mapping[str, int]]
Kept = Mapping[str, Mapping[str, int]]
"""What a document remembers: points by shard, by `PACK#ptn_…` or `CAP#ptn_…/2026-11-26/issued`."""


class TotalCounts(Protocol):
    """Where what was taken of totals is counted."""

    def count_taken(self, keys: Sequence[TotalKey]) -> Counts:
        """What every shard of these has given, all read consistently at once."""

    def take(
        self, key: TotalKey, shard: str, points: int, capacity: int | None, expires_at_epoch: int | None = None
    ) -> Write:
        """The write that takes points, refused where the shard would then have given more than its capacity (None: never)."""

    def give_back(self, key: TotalKey, shard: str, points: int) -> Write:
        """The write that puts points back."""


class Piece(NamedTuple):
    """Points that one shard of a total gives, of so many that it may give in all (None: of any)."""

    key: TotalKey
    shard: str
    points: int
    capacity: int | None


class Today(Struct, frozen=True):
    """The local day of a command, and its instant."""

    program: Program
    now: datetime

    @property
    def day(self) -> date:
        """The local day."""
        return self.program.local_day(self.now)

    @property
    def seconds_left(self) -> int:
        """Until the next local day begins; 1 at least."""
        return max(1, int((self.begin_of(1) - self.now).total_seconds()))

    def begin_of(self, days_later: int) -> datetime:
        """When that later local day begins."""
        return datetime.combine(self.day + timedelta(days=days_later), time.min, self.program.time_zone)


class Taking:
    """What one try of a command takes of its partner's totals, by what was `taken` of them before. `claim_id` says at which
    shard it begins, another `attempt` at the next; `read_again` says who stands behind the points by the partner as it is now.
    """

    def __init__(
        self,
        funding: Funding,
        counts: TotalCounts,
        taken: Counts,
        today: Today,
        claim_id: str,
        attempt: int,
        read_again: Callable[[], Funding],
    ) -> None:
        self.funding = funding
        self._counts = counts
        self._taken = taken
        self._today = today
        self._claim_id = claim_id
        self._attempt = attempt
        self._read_again = read_again
        self._plans: dict[int, Sequence[Piece]] = {}

    def plan(self, points: int) -> Sequence[Piece]:
        """From which shards so many points are taken; none of nothing. Raises PartnerBudgetExhaustedError,
        PartnerCapReachedError.
        """
        if points not in self._plans:
            self._plans[points] = self._planned(points) if points > 0 else ()
        return self._plans[points]

    def kept(self, points: int) -> dict[str, dict[str, int]]:
        """The same, as a document remembers it."""
        found: dict[str, dict[str, int]] = {}
        for piece in self.plan(points):
            found.setdefault("#".join(piece.key), {})[piece.shard] = piece.points
        return found

    def writes(self, points: int) -> list[Write]:
        """The writes that take them."""
        over = int(self._today.begin_of(1 + CAP_KEPT_DAYS).timestamp())
        return [
            self._counts.take(*piece, expires_at_epoch=over if piece.key[0] == "CAP" else None)
            for piece in self.plan(points)
        ]

    def _planned(self, points: int) -> list[Piece]:
        pieces: list[Piece] = []
        for total in self.funding.totals:
            found = self._pieces(total, points)
            if found is None:
                found = self._pieces_as_of_now(total, points)
            pieces += found
        return pieces

    def _pieces(self, total: Total, points: int) -> list[Piece] | None:
        if not total.is_firm:
            names = shard_names()
            return [Piece(total.key, names[crc32(self._claim_id.encode()) % len(names)], points, None)]
        taken = self._taken[total.key]
        capacity = capacities(total.points, taken)
        plan = plan_pieces(capacity, taken, points, self._claim_id, attempt=self._attempt)
        if plan is None:
            return None
        return [Piece(total.key, shard, part, capacity[shard]) for shard, part in plan.items()]

    def _pieces_as_of_now(self, total: Total, points: int) -> list[Piece]:
        """By the partner as it is this moment; nothing of a total that it has no more."""
        now_is = next((each for each in self._read_again().totals if each.key == total.key), None)
        found = self._pieces(now_is, points) if now_is else []
        if found is None:
            raise self._refusal(total)
        return found

    def _refusal(self, total: Total) -> ConflictError:
        if total.kind == "PACK":
            return PartnerBudgetExhaustedError()
        return PartnerCapReachedError(retry_after_seconds=self._today.seconds_left)


class Totals:
    """What partners may still give away, and accept. `find` reads the partner as it is now."""

    def __init__(self, counts: TotalCounts, find: Callable[[str], Partner | None]) -> None:
        self._counts = counts
        self._find = find

    def issuing(self, partner: Partner | None, today: Today, claim_id: str = "", attempt: int = 0) -> Taking:
        """What points that the partner gives away today are taken of; without a partner, of nothing."""
        return self._taking(partner, today, Partner.issuing, claim_id, attempt)

    def accepting(self, partner: Partner | None, today: Today, claim_id: str = "", attempt: int = 0) -> Taking:
        """The same of points that are spent with the partner."""
        return self._taking(partner, today, Partner.accepting, claim_id, attempt)

    def give_back(self, kept: Kept, points: int, day: date, partner_id: str) -> list[Write]:
        """The writes that put points back: to the pack of the partner that has them back, where it pays ahead on that day, as
        the books do, and to a cap of that very day. Each goes into the shard from which most had come; it is the sum over the
        shards that never passes the total.
        """
        if points <= 0:
            return []
        writes = []
        for name, shards in kept.items():
            kind, _, total = name.partition("#")
            if kind == "CAP" and shards and f"/{day}/" in total:
                writes.append(self._counts.give_back(("CAP", total), max(shards, key=shards.__getitem__), points))
        partner = self._find(partner_id) if partner_id else None
        if partner and any(total.kind == "PACK" for total in partner.issuing(day).totals):
            shards = kept.get(f"PACK#{partner_id}") or {shard_names()[0]: 0}
            # Unconditionally: where it did not pay ahead when it gave them, there may be no count yet.
            shard = max(shards, key=shards.__getitem__)
            writes.append(self._counts.take(("PACK", partner_id), shard, -points, None))
        return writes

    def _taking(
        self,
        partner: Partner | None,
        today: Today,
        side: Callable[[Partner, date], Funding],
        claim_id: str,
        attempt: int,
    ) -> Taking:
        def read_again() -> Funding:
            is_now = self._find(partner.partner_id) if partner else None
            return side(is_now, today.day) if is_now else funding

        funding = side(partner, today.day) if partner else BY_PROGRAM
        firm = [total.key for total in funding.totals if total.is_firm]
        taken = self._counts.count_taken(firm) if firm else {}
        return Taking(funding, self._counts, taken, today, claim_id, attempt, read_again)
