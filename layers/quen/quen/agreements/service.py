"""What is agreed with partners: they are listed and changed, settle on new terms, and buy points ahead.

A change is one transaction of the partner, of what is written with it (its audit record, a pack), under the condition that
the partner is still as it was read: who was slower reads it again. Everywhere it counts within the minute for which
functions know a partner; in this process at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from quen.agreements.model import Pack, PackBalance, balance_of, changed, with_pack, with_terms
from quen.agreements.views import pack_view
from quen.clock import Clock
from quen.errors import ConflictRetryError, CurrencyMismatchError, IdempotencyKeyReusedError, ValidationFailedError
from quen.ids import derived_id
from quen.ledger.documents import Outcome
from quen.ledger.ports import CurrentProgram
from quen.money import Money
from quen.partners.model import Partner, PartnerKey, Terms, TotalKey
from quen.partners.model.refusals import PackExceededError
from quen.partners.service import Partners
from quen.partners.totals import TotalCounts
from quen.plain_text import refuse_controls
from quen.shards.model import capacities, plan_pieces
from quen.writes import Write

RACES_MAX = 8
PACK = "pck"

Recorded = Callable[[Partner, Partner], Sequence[Write]]
"""What is written with a change, made of the partner as it was and as it then is."""


class AgreementRecords(Protocol):
    """Partners as they are changed, and their packs. Every method may raise TemporarilyUnavailableError."""

    def replace(self, partner: Partner, *, was: int, others: Sequence[Write] = ()) -> bool:
        """Keep the partner in place of its revision `was`, and in the same transaction the others; False, and nothing written,
        where it is of another one by now, or one of the others was refused.
        """

    def adding_pack(self, pack: Pack) -> Write:
        """The write that keeps it, refused where it is there."""

    def find_pack(self, partner_id: str, pack_id: str) -> Pack | None:
        """The pack, read consistently."""

    def list_packs(self, partner_id: str, after: str | None, limit: int) -> Sequence[Pack]:
        """Packs by id, from the one after that id on."""


class PackOrder(Struct, frozen=True):
    """Points that a partner buys, or (negative) gives back; never 0. `actor` is the member of staff who says so."""

    partner_id: str
    points: int
    paid: Money
    reference: str
    actor: str
    idempotency_key: str
    fingerprint: str


class Agreements:
    """What staff do about partners. `clock` is the business clock; `pause` waits a moment before another try."""

    def __init__(
        self,
        records: AgreementRecords,
        partners: Partners,
        counts: TotalCounts,
        programs: CurrentProgram,
        clock: Clock,
        id_key: bytes,
        pause: Callable[[int], None],
    ) -> None:
        self._records = records
        self._partners = partners
        self._counts = counts
        self._programs = programs
        self._clock = clock
        self._id_key = id_key
        self._pause = pause

    def list_partners(self, after: str | None, limit: int) -> tuple[Sequence[Partner], str | None]:
        """A page of partners by id, and the id behind which the next page starts."""
        page = self._partners.list_partners(after, limit)
        is_more = bool(page) and bool(self._partners.list_partners(page[-1].partner_id, 1))
        return page, page[-1].partner_id if is_more else None

    def list_keys(self, partner_id: str, after: str | None, limit: int) -> tuple[Sequence[PartnerKey], str | None]:
        """A page of the partner's keys, newest first, and the id of its last. Raises NotFoundError."""
        keys = sorted(self._partners.list_keys(partner_id), key=lambda key: (key.created_at, key.key_id), reverse=True)
        start = next((place for place, key in enumerate(keys, 1) if key.key_id == after), 0)
        page = keys[start : start + limit]
        return page, page[-1].key_id if start + limit < len(keys) else None

    def change(self, partner_id: str, changes: Mapping[str, Any], recorded: Recorded) -> Partner:
        """The partner after the changes, by the names of `changed`; where it is the same, nothing is written.

        Raises NotFoundError, ConflictRetryError.
        """
        return self._change(partner_id, lambda partner: changed(partner, changes), recorded)

    def add_terms(self, partner_id: str, terms: Terms, recorded: Recorded) -> Partner:
        """The partner, who settles on these terms from their day on; the same again changes nothing.

        Raises NotFoundError, ValidationFailedError, ConflictRetryError.
        """
        now = self._now()
        today = self._programs.current(now).local_day(now)
        return self._change(partner_id, lambda partner: with_terms(partner, terms, today), recorded)

    def buy_pack(self, order: PackOrder, recorded: Callable[[Pack], Sequence[Write]]) -> Outcome:
        """A pack of points, bought or withdrawn, once. Raises NotFoundError, CurrencyMismatchError, ValidationFailedError,
        IdempotencyKeyReusedError, PackExceededError, ConflictRetryError.
        """
        now = self._now()
        self._partners.load(order.partner_id)
        if order.points == 0:
            raise ValidationFailedError.at("/points", "out_of_range", "A pack has points.")
        refuse_controls("/reference", order.reference)
        if order.paid.currency != self._programs.current(now).currency:
            raise CurrencyMismatchError
        pack_id = derived_id(PACK, self._id_key, order.partner_id, f"staff:{order.actor}", order.idempotency_key)
        pack = Pack(
            pack_id, order.partner_id, order.points, order.paid, now, order.reference, fingerprint=order.fingerprint
        )
        for attempt in self._tries():
            if known := self._records.find_pack(pack.partner_id, pack_id):
                if known.fingerprint != order.fingerprint:
                    raise IdempotencyKeyReusedError
                return Outcome(pack_view(known), replayed=True)
            partner = self._partners.load(pack.partner_id)
            others = [self._records.adding_pack(pack), *self._withdrawing(partner, pack, attempt), *recorded(pack)]
            if self._is_replaced(partner, with_pack(partner, pack.points), others):
                return Outcome(pack_view(pack))
        raise ConflictRetryError

    def list_packs(self, partner_id: str, after: str | None, limit: int) -> tuple[Sequence[Pack], str | None]:
        """A page of the partner's packs by id, and the id behind which the next page starts. Raises NotFoundError."""
        found = self._records.list_packs(self._partners.load(partner_id).partner_id, after, limit + 1)
        page = found[:limit]
        return page, page[-1].pack_id if len(found) > limit else None

    def balance(self, partner_id: str) -> PackBalance:
        """How the partner's packs stand now. Raises NotFoundError."""
        partner = self._partners.load(partner_id)
        return balance_of(partner, self._counts.count_taken([("PACK", partner_id)])["PACK", partner_id])

    def _withdrawing(self, partner: Partner, pack: Pack, attempt: int) -> list[Write]:
        """What is withdrawn is taken of the pack as a purchase takes it: so it cannot be given away meanwhile, whatever
        another function still believes to be there. Raises PackExceededError.
        """
        if pack.points > 0:
            return []
        key: TotalKey = ("PACK", partner.partner_id)
        taken = self._counts.count_taken([key])[key]
        capacity = capacities(partner.packs + partner.withdrawn, taken)
        plan = plan_pieces(capacity, taken, -pack.points, pack.pack_id, attempt=attempt)
        if plan is None:
            raise PackExceededError
        return [self._counts.take(key, shard, points, capacity[shard]) for shard, points in plan.items()]

    def _change(self, partner_id: str, decide: Callable[[Partner], Partner], recorded: Recorded) -> Partner:
        for _ in self._tries():
            before = self._partners.load(partner_id)
            after = decide(before)
            if after == before or self._is_replaced(before, after, recorded(before, after)):
                return after
        raise ConflictRetryError

    def _is_replaced(self, before: Partner, after: Partner, others: Sequence[Write]) -> bool:
        done = self._records.replace(replace(after, revision=before.revision + 1), was=before.revision, others=others)
        self._partners.forget(before.partner_id)
        return done

    def _tries(self) -> Iterator[int]:
        for attempt in range(RACES_MAX):
            if attempt:
                self._pause(attempt)
            yield attempt

    def _now(self) -> datetime:
        return self._clock.now().replace(microsecond=0)
