"""What a check of the ledger finds, and the root of all histories. Pure.

A root stands for every history of the ledger in 64 characters: kept today, it tells in a year whether one of them was
touched, even where entries, account and documents were rewritten together and fit each other. It is a multiset hash
(AdHash: Bellare and Micciancio, "A New Paradigm for Collision-Free Hashing", 1997): the sum of one large number per
history, so that members may be met in any order and sums of parts be added. At 3,072 bits the best attack known (Wagner's
generalised birthday) costs about 2 ** 110.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from quen.archive.model import Volume, checkpoint_after
from quen.ledger.documents import DocumentKey
from quen.ledger.model import Account, BrokenLedgerError, Entry, Flaw, KeptHistory, Sealed, parse_entry, verify

FLAWS_KEPT_MAX = 20
ROOT_BITS = 3072
REREAD_DAYS = 28
"""So often every object of the archive is read again: each night a share of the members."""

# An entry bears the second in which it was decided, and is written later: never later than a Lambda function can live.
SETTLING = timedelta(minutes=15)

# Whose document stands under which key. An entry about anything else is not asked for its document.
_PARTITIONS = {
    "purchase": "PURCHASE",
    "event": "EVENT",
    "redemption": "REDEMPTION",
    "adjustment": "ADJUSTMENT",
    "transfer": "TRANSFER",
    "merge": "MERGE",
    "stored_value": "VALUE",
    "payment": "PAYMENT",
    "membership": "MEMBERSHIP",
}
_CLAIMED = frozenset({"birthday", "holiday", "win_back"})


class MemberFlaw(Struct, frozen=True):
    """What is wrong with one member's history, and at which sequence it begins."""

    member_id: str
    sequence: int
    what: str


class NamedEntry(Struct, frozen=True):
    """What a document says of itself: whose it is, and which entry it made."""

    key: DocumentKey
    member_id: str
    sequence: int

    @property
    def flaw(self) -> MemberFlaw:
        """What is wrong where that entry is not there."""
        return MemberFlaw(
            self.member_id, self.sequence, f"the entry of {self.key.partition}/{self.key.sort} is missing"
        )


class Baseline(Struct, frozen=True):
    """An earlier day's kept root, taken once more of the same entries: is it the same?"""

    on: date
    is_same: bool


class Verification(Struct, frozen=True):
    """One check of the whole ledger, or of one member. `totals` are points by ledger account; they sum to zero.

    `root` is that of all histories as they stood at `as_of` (None: as they stood when they were read), empty for a check
    of one member. `on` is the business day that a nightly check is kept under.
    """

    verified_at: datetime
    members: int
    entries: int
    flaws: tuple[MemberFlaw, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)
    root: str = ""
    as_of: datetime | None = None
    on: date | None = None
    baseline: Baseline | None = None

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        is_as_it_was = self.baseline is None or self.baseline.is_same
        return not self.flaws and sum(self.totals.values()) == 0 and is_as_it_was


class Checked(Struct, frozen=True):
    """What the check of one member came to: points by ledger account, the history's number in each of the roots that
    were asked for, and the first flaw.
    """

    entries: int
    totals: Mapping[str, int]
    heads: Mapping[str, int]
    flaw: MemberFlaw | None


class History:
    """A member's entries as they are kept, and what they say; None where one cannot be read.

    Where entries are archived it begins with the checkpoint, or with `archived`, all of what that stands for: then the
    checkpoint is proven as well.
    """

    def __init__(self, kept: KeptHistory, archived: Sequence[Sealed] = ()) -> None:
        self.member_id = kept.member_id
        self._checkpoint = kept.checkpoint
        self._begun = Account(kept.member_id) if archived else kept.begun
        self.kept = [*archived, *kept.entries]
        self.read = [_read(sealed) for sealed in self.kept]

    @property
    def last(self) -> int:
        """The sequence of the last entry, where none is missing."""
        return self._begun.sequence + len(self.kept)

    def documents(self) -> dict[DocumentKey, int]:
        """The documents that its entries are about, with the first sequence that names each."""
        named: dict[DocumentKey, int] = {}
        for sequence, entry in enumerate(self.read, self._begun.sequence + 1):
            if entry and (key := document_of(entry)):
                named.setdefault(key, sequence)
        return named

    def totals(self) -> Mapping[str, int]:
        """Points by ledger account, of all entries that can be read (a flaw tells of the others)."""
        totals = Counter(self._checkpoint.totals if self._checkpoint and self._begun.sequence else {})
        for entry in filter(None, self.read):
            totals.update(entry.lines)
        return dict(totals)

    def number(self, before: datetime | None) -> int:
        """What the history adds to the root of all that was recorded before that instant; 0 where nothing was.

        A history that begins with its checkpoint must reach back to that instant.
        """
        sequence, head = self._begun.sequence, self._begun.head
        for entry, sealed in zip(self.read, self.kept, strict=True):
            if entry is None or (before and entry.recorded_at >= before):
                break
            sequence, head = sequence + 1, sealed.hash
        return head_number(self.member_id, sequence, head) if sequence else 0

    def flaw(self, account: Account, existing: Collection[DocumentKey]) -> MemberFlaw | None:
        """The first thing wrong with it: with its chain, with its fold, or with its documents (`existing` are there)."""
        if flaw := self._checkpoint_flaw() or verify(account, self.kept, self._begun):
            return MemberFlaw(self.member_id, flaw.sequence, flaw.what)
        lost = [(sequence, key) for key, sequence in self.documents().items() if key not in existing]
        if not lost:
            return None
        sequence, key = min(lost)
        return MemberFlaw(self.member_id, sequence, f"its document {key.partition}/{key.sort} is missing")

    def _checkpoint_flaw(self) -> Flaw | None:
        """Where all is read, the checkpoint must be what its entries come to."""
        checkpoint = self._checkpoint
        if checkpoint is None or self._begun.sequence:
            return None
        volume = Volume(self.member_id, 1, self.kept[: checkpoint.sequence])
        try:
            found = checkpoint_after(None, volume)
        except BrokenLedgerError as error:
            return Flaw(error.sequence, error.why)
        is_right = replace(found, key=checkpoint.key) == checkpoint
        return None if is_right else Flaw(checkpoint.sequence, "the checkpoint is not what its entries come to")


def head_number(member_id: str, sequence: int, head: str) -> int:
    """The number of ROOT_BITS bits that stands for a history with this head in the sum of all."""
    text = f"{member_id} {sequence} {head}"
    return int.from_bytes(hashlib.shake_256(text.encode()).digest(ROOT_BITS // 8), "big")


def root_of(total: int) -> str:
    """The root whose histories' numbers sum to that, as 64 hexadecimal digits."""
    return hashlib.sha256((total % 2**ROOT_BITS).to_bytes(ROOT_BITS // 8, "big")).hexdigest()


def is_reread(member_id: str, on: date) -> bool:
    """Whether that night's check reads what is archived of the member: once in REREAD_DAYS."""
    return zlib.crc32(member_id.encode()) % REREAD_DAYS == on.toordinal() % REREAD_DAYS


def settled_by(as_of: datetime, started_at: datetime) -> datetime:
    """The latest instant up to `as_of` of which a check that starts then sees every entry, the last one to be written too."""
    return min(as_of, started_at - SETTLING)


def document_of(entry: Entry) -> DocumentKey | None:
    """The document of the command that made the entry; None where it has none, or none that is known here."""
    kind, name = entry.reference.kind, entry.reference.id
    if kind in _CLAIMED:
        return DocumentKey(f"MEMBER#{entry.member_id}", f"CLAIM#{kind}:{name}")
    return DocumentKey(f"{_PARTITIONS[kind]}#{name}") if kind in _PARTITIONS else None


def _read(sealed: Sealed) -> Entry | None:
    try:
        return parse_entry(*sealed)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
