"""What the ledger's stream had not brought yet when a backup was taken: it is booked with its partners all the same.

A restored stack's stream tells nothing of what happened before it. Events and messages that waited are lost, and no point
depends on one; but a partner's statement is the sum of its bookings, and an entry that nobody ever books would never be
settled. An entry always makes the same booking under the same key, so what is there already is left as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from local.backup_files import Item, Manifest, key_of, read_items
from local.backup_places import Place
from quen.clock import WallClock
from quen.instants import parse_instant
from quen.ledger.model import Entry, parse_entry
from quen.program.service import Programs
from quen.program.store import ProgramStore
from quen.settlement.items import booking_item
from quen.settlement.model import bookings_of

STREAM_KEPT = timedelta(hours=24)
"""So long DynamoDB keeps a stream's record: what waited for longer, no stack would have booked."""


def waiting_bookings(place: Place, folder: Path, manifest: Manifest) -> list[Item]:
    """The bookings that the backup's entries ask for and that it does not have; the place has its program's versions."""
    programs = Programs(ProgramStore(place.dynamodb, place.tables["program"]), WallClock())
    since = parse_instant(manifest.taken_at) - STREAM_KEPT
    wanted = {
        key_of(item): item
        for entry in _recorded_since(since, read_items(folder, "ledger"))
        for booking in bookings_of(entry, programs.version(entry.program_version).time_zone)
        for item in (booking_item(booking).serialize(),)
    }
    for item in read_items(folder, "program"):
        wanted.pop(key_of(item), None)
    return [*wanted.values()]


def _recorded_since(since: datetime, ledger: Iterator[Item]) -> Iterator[Entry]:
    for item in ledger:
        if not key_of(item)[1].startswith("ENTRY#"):
            continue
        form = item["form"]["S"]
        if parse_instant(json.loads(form)["recorded_at"]) > since:
            yield parse_entry(form, item["hash"]["S"])
