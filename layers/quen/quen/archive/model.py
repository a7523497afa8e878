"""Which entries are old, the objects that they become, and the checkpoint that stands for them. Pure.

A *volume* is a stretch of one member's entries as one object: lines of JSON, the first about the stretch, each other one an
entry as it was kept, the very text that was hashed and its hash. The same stretch always makes the same text. The object's
name holds the SHA-256 of that text, and a volume names the one before it: so the newest name, which the checkpoint keeps,
stands for every byte of the archive, and the checkpoint stays as small as an account.

    {"member":"mem_…","first":1,"last":48,"before":""}
    {"form":"{\\"kind\\":\\"grant\\",…}","hash":"9f2c…"}
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from msgspec import Struct

from quen.business_days import add_months
from quen.ledger.model import Account, BrokenLedgerError, Checkpoint, Sealed, apply, believed, parse_entry

MONTHS_AT_A_TIME = 3
"""A member's entries leave a quarter at a time: by the month the objects and checkpoints cost more than the table saves, by
the year the table keeps more than the objects cost.
"""
ENTRIES_PER_VOLUME_MAX = 1000
PREFIX = "entries/"

_LEVEL, _GZIP = 9, 31  # zlib's own gzip header bears no time: the same text is always the same bytes
_UNPACKED_BYTES_MAX = 16 * 2**20
_KEY = re.compile(r"entries/(?P<member>[^/]+)/(?P<first>\d{12})-(?P<last>\d{12})-(?P<digest>[0-9a-f]{64})\.ndjson\.gz")


class BadVolumeError(Exception):
    """An object of the archive is gone, or not what it was written as: from that sequence on, and what is wrong with it."""

    def __init__(self, sequence: int, what: str) -> None:
        super().__init__(what)
        self.sequence = sequence
        self.what = what


class Volume(Struct, frozen=True):
    """A stretch of one member's entries, the oldest first; `before` names the volume before it (empty: it is the first)."""

    member_id: str
    first: int
    entries: Sequence[Sealed]
    before: str = ""

    @property
    def last(self) -> int:
        """The sequence of its last entry."""
        return self.first + len(self.entries) - 1

    @property
    def text(self) -> bytes:
        """Its lines of JSON, in UTF-8."""
        about = {"member": self.member_id, "first": self.first, "last": self.last, "before": self.before}
        lines = [about, *({"form": sealed.form, "hash": sealed.hash} for sealed in self.entries)]
        return "".join(f"{json.dumps(line, separators=(',', ':'), ensure_ascii=False)}\n" for line in lines).encode()

    @property
    def key(self) -> str:
        """What its object is called: the stretch, and the SHA-256 of the text."""
        digest = hashlib.sha256(self.text).hexdigest()
        return f"{PREFIX}{self.member_id}/{self.first:012d}-{self.last:012d}-{digest}.ndjson.gz"


def packed_volume(volume: Volume) -> bytes:
    """The object's bytes: its text under gzip."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return packer.compress(volume.text) + packer.flush()


def unpacked_volume(key: str, data: bytes) -> Volume:
    """The volume of that name. Raises BadVolumeError where the bytes are not what the name says, or nothing at all."""
    named = _KEY.fullmatch(key)
    if named is None:
        raise BadVolumeError(1, f"{key!r} is not the name of an archived object")
    first = int(named["first"])
    try:
        unpacker = zlib.decompressobj(_GZIP)
        text = unpacker.decompress(data, _UNPACKED_BYTES_MAX)
    except zlib.error:
        raise BadVolumeError(first, f"its archived object {key} cannot be read") from None
    if not unpacker.eof or hashlib.sha256(text).hexdigest() != named["digest"]:
        raise BadVolumeError(first, f"its archived object {key} was changed")
    # What bears its own hash was written by this module.
    about, *entries = map(json.loads, text.decode().rstrip("\n").split("\n"))
    return Volume(about["member"], about["first"], [Sealed(**entry) for entry in entries], about["before"])


def first_kept_day(on: date, months: int) -> date:
    """The first day whose entries stay on that day, where whole months are kept: the older ones may go."""
    return add_months(on.replace(day=1), -months)


def looked_at_before(kept_from: date) -> date:
    """Members with an entry of an earlier day have enough of them to go."""
    return add_months(kept_from, 1 - MONTHS_AT_A_TIME)


class OldEntries(Struct, frozen=True):
    """What of a member's kept entries is old, the oldest first; `next_at` is when the first one that stays was recorded, None
    where there may be more old ones than were looked at.
    """

    entries: Sequence[Sealed]
    next_at: datetime | None


def old_entries(kept: Iterable[Sealed], before: datetime) -> OldEntries:
    """Of kept entries, the oldest first, as many as a volume holds of those that were recorded before that instant. The last
    one of a history always stays, whatever its age. Raises ValueError, KeyError or TypeError for one that cannot be read.
    """
    old: list[Sealed] = []
    at: datetime | None = None
    for sealed in kept:
        if len(old) > ENTRIES_PER_VOLUME_MAX:
            return OldEntries(old[:-1], None)
        at = parse_entry(*sealed).recorded_at
        if at >= before:
            return OldEntries(old[:ENTRIES_PER_VOLUME_MAX], at if len(old) <= ENTRIES_PER_VOLUME_MAX else None)
        old.append(sealed)
    return OldEntries(old[:-1], at)


def checkpoint_after(before: Checkpoint | None, volume: Volume) -> Checkpoint:
    """The checkpoint that stands for the volume as well: what it holds was proven on the way.

    Raises BrokenLedgerError at the first entry that lies: what is flawed stays where it can be looked at.
    """
    account = before.account if before else Account(volume.member_id)
    totals = Counter(before.totals if before else {})
    until = before.until if before else None
    for sealed in volume.entries:
        entry = believed(sealed, account)
        account = apply(account, entry)
        totals.update(entry.lines)
        until = max(filter(None, (until, entry.recorded_at, entry.occurred_at)))
    if until is None or account.sequence != volume.last:
        raise BrokenLedgerError(volume.first, "is not what the volume begins with")
    return Checkpoint(account, until, dict(sorted(totals.items())), volume.key)
