"""Use cases of disputes: a partner opens one about a month, staff resolve it once, and an accepted one corrects the next
statement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from msgspec import Struct

from quen.business_days import local_day
from quen.clock import Clock
from quen.errors import (
    AlreadyDecidedError,
    IdempotencyKeyReusedError,
    NotFoundError,
    ValidationFailedError,
)
from quen.ids import derived_id, is_id
from quen.plain_text import LINES, refuse_controls
from quen.settlement.model import Category, Dispute, DisputeState, Resolution, correction_of, resolved
from quen.settlement.model.months import last_day
from quen.settlement.ports import DisputeRecords, PackCounts, ProgramVersions
from quen.settlement.service import Settlement
from quen.shards.model import shard_names
from quen.writes import Write


class Asked(Struct, frozen=True):
    """What a partner disputes: a month's entry, or a purchase by its own id. `points` are what it thinks is right."""

    month: str
    reason: str
    entry_id: str = ""
    purchase_id: str = ""
    points: int | None = None


class Decision(Struct, frozen=True):
    """What staff decide: `points` (signed) of a `category` where they accept it."""

    state: DisputeState
    note: str
    actor: str
    points: int = 0
    category: Category | None = None


class Disputes:
    """Opens and resolves disputes. `clock` is the business clock."""

    def __init__(
        self,
        records: DisputeRecords,
        settlement: Settlement,
        packs: PackCounts,
        programs: ProgramVersions,
        clock: Clock,
        id_key: bytes,
    ) -> None:
        self._records = records
        self._settlement = settlement
        self._packs = packs
        self._programs = programs
        self._clock = clock
        self._id_key = id_key

    def open(self, partner_id: str, asked: Asked, *, idempotency_key: str, fingerprint: str) -> tuple[Dispute, bool]:
        """The dispute, and whether it was there already.

        Raises NotFoundError for a month that has no statement or an entry that is not in it, ValidationFailedError,
        IdempotencyKeyReusedError.
        """
        dispute_id = derived_id("dsp", self._id_key, partner_id, idempotency_key)
        if existing := self._records.find(dispute_id):
            return _same(existing, fingerprint), True
        if bool(asked.entry_id) == bool(asked.purchase_id):
            sentence = "Name what it is about by exactly one of entry_id, purchase_id."
            raise ValidationFailedError.at("", "exactly_one_required", sentence)
        refuse_controls("/reason", asked.reason, LINES)
        dispute = Dispute(
            dispute_id,
            partner_id,
            asked.month,
            self._day(partner_id, asked),
            asked.reason,
            self._clock.now().replace(microsecond=0),
            fingerprint,
            asked.entry_id,
            asked.purchase_id,
            asked.points,
        )
        if self._records.add(dispute):
            return dispute, False
        return _same(self._load(dispute_id), fingerprint), True

    def load(self, partner_id: str, dispute_id: str) -> Dispute:
        """A partner's own dispute. Raises NotFoundError."""
        dispute = self._load(dispute_id)
        if dispute.partner_id != partner_id:
            raise NotFoundError("There is no such dispute.")
        return dispute

    def list_of_partner(self, partner_id: str, before: str | None, limit: int) -> tuple[list[Dispute], str | None]:
        """A partner's disputes, the newest first."""
        return self._records.list_of_partner(partner_id, before, limit)

    def list_in_state(self, state: DisputeState, before: str | None, limit: int) -> tuple[list[Dispute], str | None]:
        """Everybody's disputes in that state, the newest first."""
        return self._records.list_in_state(state, before, limit)

    def resolve(
        self,
        dispute_id: str,
        decision: Decision,
        others: Callable[[Dispute, Dispute], Sequence[Write]] = lambda _before, _after: (),
    ) -> Dispute:
        """Decide, once. `others` are made of the dispute as it was and as it is. Raises NotFoundError, ValidationFailedError,
        AlreadyDecidedError.
        """
        before, now = self._load(dispute_id), self._clock.now().replace(microsecond=0)
        made = Resolution(decision.state, now, decision.actor, decision.note, decision.points, decision.category)
        after = resolved(before, made)
        on = local_day(now, self._programs.current(now).time_zone)
        if not self._records.resolve(after, on, [*self._of_pack(after), *others(before, after)]):
            raise AlreadyDecidedError
        return after

    def _of_pack(self, dispute: Dispute) -> list[Write]:
        """What the correction takes from the pack, or gives back to it, is counted there as the next statement has it."""
        correction = correction_of(dispute)
        used = self._settlement.used_of_pack(dispute.partner_id, correction) if correction else 0
        return [self._packs.take(("PACK", dispute.partner_id), shard_names()[0], used, None)] if used else []

    def _day(self, partner_id: str, asked: Asked) -> date:
        """That of the entry; of a purchase, which the books may not know, the month's last that has begun: its terms stay."""
        if asked.purchase_id:
            self._settlement.require_month(partner_id, asked.month)
            return min(last_day(asked.month), self._settlement.today())
        booking = self._settlement.find_booking(partner_id, asked.month, asked.entry_id)
        if booking is None:
            raise NotFoundError("The month has no such entry.")
        return booking.day

    def _load(self, dispute_id: str) -> Dispute:
        dispute = self._records.find(dispute_id) if is_id("dsp", dispute_id) else None
        if dispute is None:
            raise NotFoundError("There is no such dispute.")
        return dispute


def _same(existing: Dispute, fingerprint: str) -> Dispute:
    if existing.fingerprint != fingerprint:
        raise IdempotencyKeyReusedError
    return existing
