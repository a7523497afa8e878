"""A batch of vouchers as a value: how many there are to be, how many there are, and which come next. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from quen.vouchers.model import Terms

BatchState = Literal["issuing", "done", "cancelled"]
COUNT_MAX = 100_000
PAGE_VOUCHERS = 99
"""So many are issued at a time: with the batch itself, as many as a transaction holds."""


class Batch(Struct, frozen=True):
    """`issued` is how many of its vouchers are there: those numbered 0 … issued - 1. `fingerprint` is the request's."""

    batch_id: str
    name: str
    count: int
    terms: Terms
    created_at: datetime
    fingerprint: str
    state: BatchState = "issuing"
    issued: int = 0


def next_page(batch: Batch) -> range:
    """The numbers of the vouchers that are issued next."""
    return range(batch.issued, min(batch.issued + PAGE_VOUCHERS, batch.count))


def advanced(batch: Batch, page: range) -> Batch:
    """The batch with that page issued."""
    return replace(batch, issued=page.stop, state="done" if page.stop == batch.count else batch.state)
