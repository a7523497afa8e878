"""Batches: up to 100,000 vouchers of the same terms, issued by a worker, a page at a time, while staff watch.

A page and the batch's progress are one transaction, so whoever dies, retries or works at the same time, each voucher is
issued once, and none that was used is ever written over. Where the worker is stands in the batch alone; a message only says
which one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from quen.clock import Clock
from quen.errors import ConflictRetryError, IdempotencyKeyReusedError, NotFoundError, ValidationFailedError
from quen.ids import derived_id, is_id
from quen.ledger.documents import OtherRefusedError, Outcome
from quen.ledger.ports import CurrentProgram, Documents
from quen.plain_text import refuse_controls
from quen.vouchers.batch import Batch, advanced, next_page
from quen.vouchers.codes import VoucherCodes
from quen.vouchers.model import BATCH, Terms, Voucher, check_terms, new_voucher
from quen.vouchers.views import batch_view
from quen.writes import Write

TRIES_MAX = 8


class NewBatch(Struct, frozen=True):
    """What staff ask for."""

    name: str
    count: int
    terms: Terms


class BatchRecords(Protocol):
    """Where batches and their vouchers are kept."""

    def find_batch(self, batch_id: str) -> Batch | None:
        """The batch, read consistently."""

    def list_batches(self, before: str | None, limit: int) -> tuple[list[Batch], str | None]:
        """A page of batches, newest first, and the place before which the next page starts."""

    def adding_batch(self, batch: Batch) -> Sequence[Write]:
        """The writes that add it, refused where it is there."""

    def changing_batch(self, before: Batch, after: Batch) -> Write:
        """The write that changes it, refused where it has moved on since it was read."""

    def cancelling_batch(self, batch: Batch) -> Write:
        """The write that cancels it however far it is, refused where its state is not what was read."""

    def adding(self, voucher: Voucher) -> Write:
        """The write that issues a voucher, refused where it is there."""


class BatchQueue(Protocol):
    """Who works on batches."""

    def send(self, batch_id: str) -> None:
        """Have the batch worked on. Raises TemporarilyUnavailableError."""


class Batches:
    """Starts batches, issues their vouchers, shows how far they are. `pause` is as in `Vouchers`."""

    def __init__(
        self,
        records: BatchRecords,
        documents: Documents,
        programs: CurrentProgram,
        queue: BatchQueue,
        codes: VoucherCodes,
        clock: Clock,
        id_key: bytes,
        pause: Callable[[int], None],
    ) -> None:
        self._records = records
        self._documents = documents
        self._programs = programs
        self._queue = queue
        self._codes = codes
        self._clock = clock
        self._id_key = id_key
        self._pause = pause

    def create(
        self,
        asked: NewBatch,
        *,
        actor: str,
        idempotency_key: str,
        fingerprint: str,
        record: Callable[[str], Sequence[Write]] = lambda _: (),
    ) -> Outcome:
        """Begin a batch. The same request again is the first answer again, and wakes the worker again where it is needed.

        `record` makes of the batch's id what is written with it.

        Raises ValidationFailedError, IdempotencyKeyReusedError, ConflictRetryError.
        """
        batch_id = derived_id(BATCH, self._id_key, f"staff:{actor}", idempotency_key)
        now = self._clock.now().replace(microsecond=0)
        batch = Batch(batch_id, asked.name, asked.count, asked.terms, now, fingerprint)
        known = self._records.find_batch(batch_id)
        if known is None:
            refuse_controls("/name", asked.name)
            check_terms(asked.terms)
            if asked.terms.last_day < self._programs.current(now).local_day(now):
                raise ValidationFailedError.at("/valid_until", "out_of_range", "The last day is today at the earliest.")
            known = self._added(batch, record(batch_id))
        if known and known.fingerprint != fingerprint:
            raise IdempotencyKeyReusedError
        if known is None or known.state == "issuing":
            self._queue.send(batch_id)
        first = replace(known or batch, state="issuing", issued=0)
        return Outcome(batch_view(first), replayed=known is not None)

    def issue(self, batch_id: str, out_of_time: Callable[[], bool]) -> None:
        """Issue what is missing of the batch, until it is done, cancelled, or time is out: then somebody else goes on.

        Raises OtherRefusedError where a voucher of a page is there though the page is not.
        """
        batch = self._records.find_batch(batch_id)
        while batch and batch.state == "issuing":
            if out_of_time():
                self._queue.send(batch_id)
                return
            batch = self._issued_page(batch)

    def load(self, batch_id: str) -> dict[str, Any]:
        """A batch, and how far it is. Raises NotFoundError."""
        return batch_view(self._load(batch_id))

    def list_batches(self, before: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        """A page of batches, newest first, and where the next page starts."""
        found, following = self._records.list_batches(before, limit)
        return [batch_view(batch) for batch in found], following

    def list_codes(self, batch_id: str, start: int | None, limit: int) -> tuple[list[Mapping[str, Any]], int | None]:
        """A page of the codes that are issued, by number, and the number that the next page starts with.

        Raises NotFoundError.
        """
        batch, first = self._load(batch_id), start or 0
        numbers = range(first, min(first + limit, batch.issued))
        shown: list[Mapping[str, Any]] = [
            {
                "number": number,
                "voucher_id": self._codes.voucher_id_of(batch_id, number),
                "code": self._codes.code_of(batch_id, number),
            }
            for number in numbers
        ]
        return shown, numbers.stop if numbers and numbers.stop < batch.issued else None

    def cancel(self, batch_id: str, others: Sequence[Write] = ()) -> dict[str, Any]:
        """End a batch: no more of it is issued, and none of its vouchers is worth anything any more. Again changes nothing.

        Raises NotFoundError, ConflictRetryError.
        """
        for number in range(TRIES_MAX):
            if number:
                self._pause(number)
            batch = self._load(batch_id)
            if batch.state == "cancelled":
                return batch_view(batch)
            try:
                self._documents.save(self._records.cancelling_batch(batch), *others)
            except (OtherRefusedError, ConflictRetryError):
                continue
            return self.load(batch_id)
        raise ConflictRetryError

    def _added(self, batch: Batch, others: Sequence[Write]) -> Batch | None:
        """Add it; the batch that is there already, where another request with its key was faster."""
        try:
            self._documents.save(*self._records.adding_batch(batch), *others)
        except OtherRefusedError:
            return self._load(batch.batch_id)
        return None

    def _issued_page(self, batch: Batch) -> Batch | None:
        """The batch after its next page, or as it is where somebody else has moved it."""
        page = next_page(batch)
        after = advanced(batch, page)
        vouchers = [
            new_voucher(self._codes.voucher_id_of(batch.batch_id, number), batch.batch_id, number, batch.terms)
            for number in page
        ]
        moving = self._records.changing_batch(batch, after)
        try:
            self._documents.save(moving, *map(self._records.adding, vouchers))
        except OtherRefusedError as refused:
            if moving.name not in refused.names:
                raise
            return self._records.find_batch(batch.batch_id)
        except ConflictRetryError:
            self._pause(1)
            return self._records.find_batch(batch.batch_id)
        return after

    def _load(self, batch_id: str) -> Batch:
        batch = self._records.find_batch(batch_id) if is_id(BATCH, batch_id) else None
        if batch is None:
            raise NotFoundError("There is no such batch.")
        return batch
