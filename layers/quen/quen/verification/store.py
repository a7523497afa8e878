"""Where the proof reads, and where it is kept.

    what                     key                                               by
    every member             Ledger table                                      Scan, whole: for operators
    a stretch of the ledger  Ledger table                                      Scan, a segment at a time, from a key on
    the last check           Program table: PK VERIFICATION, SK LAST           GetItem, PutItem
    a day's check, for ever  Program table: PK VERIFICATION, SK DAY#<day>      GetItem, PutItem where there is none
    the days before a day    Program table: PK VERIFICATION, SK DAY#<day>      Query backwards

These two scans are the only ones of the house, and honest ones: to prove everything is to read everything. An index over
the accounts would be written with every command, all year, to spare a night's read, and would not show what it does not
index: entries whose account is gone, documents whose entry is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from botocore.client import BaseClient
from msgspec import Struct
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition

from quen.dynamodb import IntAttribute, bind
from quen.ledger.documents import DocumentKey
from quen.ledger.items import CHECKPOINT
from quen.stored_items import StoredItem
from quen.verification.model import Baseline, MemberFlaw, NamedEntry, Verification

_PARTITION, _LAST = "VERIFICATION", "LAST"
_DAY, _MEMBER, _ENTRY = "DAY#", "MEMBER#", "ENTRY#"
_SCANNED = ["PK", "SK", "member_id", "sequence"]
_FEW = 5


class Stretch(Struct, frozen=True):
    """The members whose items begin in a part of a segment, the documents in it whose entry is not there, and where the
    next part starts (None: there is none).
    """

    member_ids: Sequence[str]
    lost: Sequence[NamedEntry]
    cursor: str | None


class KeyItem(StoredItem):
    """The key of any item of the ledger; a document also says whose it is, and which entry it made."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    member_id = UnicodeAttribute(null=True)
    sequence = IntAttribute(null=True)


class VerificationItem(StoredItem):
    """What a check found: the last one, or a day's."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    verified_at = UnicodeAttribute()
    members = IntAttribute()
    entries = IntAttribute()
    flaws = UnicodeAttribute()
    totals = UnicodeAttribute()
    root = UnicodeAttribute(null=True)
    as_of = UnicodeAttribute(null=True)
    verified_on = UnicodeAttribute(null=True)
    baseline = UnicodeAttribute(null=True)


class VerificationStore:
    """See `quen.verification.service.Ledgers` and `quen.jobs.verify_ledger.ProvenLedger`."""

    def __init__(self, client: BaseClient, ledger_table: str, program_table: str) -> None:
        bind((KeyItem,), ledger_table, client)
        bind((VerificationItem,), program_table, client)

    def scan_members(self) -> dict[str, list[NamedEntry]]:
        """Every member with an account, an entry or a document, and what their documents say of themselves."""
        members: dict[str, list[NamedEntry]] = {}
        for item in KeyItem.scan(attributes_to_get=_SCANNED, consistent_read=True):
            for member_id in filter(None, (_member_of(item), item.member_id)):
                members.setdefault(member_id, [])
            if named := _named(item):
                members[named.member_id].append(named)
        return members

    def list_stretch(self, segment: int, segments: int, cursor: str | None, limit: int) -> Stretch:
        """At most `limit` items of the segment from `cursor` on, read consistently.

        A member's items stand together in a scan, so a member begins in one stretch only: where the one before it ended
        within a member, that member is not begun again.
        """
        start = json.loads(cursor) if cursor else None
        scan = KeyItem.scan(
            segment=segment,
            total_segments=segments,
            attributes_to_get=_SCANNED,
            consistent_read=True,
            limit=limit,
            page_size=limit,
            last_evaluated_key=start,
        )
        items = list(scan)
        begun = dict.fromkeys(filter(None, (_member_of(item) for item in items)))
        if start:
            begun.pop(start["PK"]["S"].removeprefix(_MEMBER), None)
        lost = self.list_lost([named for item in items if (named := _named(item))])
        following = json.dumps(scan.last_evaluated_key) if scan.last_evaluated_key else None
        return Stretch([*begun], lost, following)

    def list_lost(self, named: Collection[NamedEntry]) -> list[NamedEntry]:
        """Those whose entry is not there, and not archived: what a checkpoint stands for is its own proof's matter."""
        places = {one: DocumentKey(_MEMBER + one.member_id, f"{_ENTRY}{one.sequence:012d}") for one in named}
        existing = self.find_existing({*places.values()})
        lost = [one for one, place in places.items() if place not in existing]
        archived = self._archived_of({one.member_id for one in lost})
        return [one for one in lost if one.sequence > archived.get(one.member_id, 0)]

    def _archived_of(self, member_ids: Collection[str]) -> dict[str, int]:
        """Up to which sequence the members' entries are archived, read consistently."""
        keys = [(_MEMBER + member_id, CHECKPOINT) for member_id in member_ids]
        found = KeyItem.batch_get(keys, consistent_read=True, attributes_to_get=["PK", "sequence"]) if keys else ()
        return {item.PK.removeprefix(_MEMBER): item.sequence or 0 for item in found}

    def find_existing(self, keys: Collection[DocumentKey]) -> set[DocumentKey]:
        """Those of the items that are there. A read that may be old costs half and shows nearly all of them; what it does not
        show is read consistently.
        """
        found = self._find(keys, consistent_read=False)
        return found | self._find([key for key in keys if key not in found], consistent_read=True)

    def _find(self, keys: Collection[DocumentKey], *, consistent_read: bool) -> set[DocumentKey]:
        found: Iterable[Any] = ()
        if keys:
            found = KeyItem.batch_get([*keys], consistent_read=consistent_read, attributes_to_get=["PK", "SK"])
        return {DocumentKey(item.PK, item.SK) for item in found}

    def keep(self, verification: Verification) -> None:
        """Keep what the check found in place of the one before."""
        _item(_LAST, verification).save()

    def keep_day(self, verification: Verification) -> None:
        """Keep a day's check for ever, where none is kept for its day, and as the last one, where no later one is."""
        if verification.on is None:
            raise ValueError("a day's check has a day")
        newer = VerificationItem.verified_at <= verification.verified_at.isoformat()
        _save_if(_item(_DAY + verification.on.isoformat(), verification), VerificationItem.PK.does_not_exist())
        _save_if(_item(_LAST, verification), VerificationItem.PK.does_not_exist() | newer)

    def find_last(self) -> Verification | None:
        """The last check of the whole ledger."""
        return _find(_LAST)

    def find_day(self, on: date) -> Verification | None:
        """The check that is kept for that day."""
        return _find(_DAY + on.isoformat())

    def find_newest_day(self) -> Verification | None:
        """The check that is kept for the latest day."""
        return next(self._days_before("~"), None)

    def find_day_before(self, on: date, verified_before: datetime) -> Verification | None:
        """The check that is kept for the latest day before `on`, of those that had been made at that instant."""
        days = self._days_before(on.isoformat())
        return next((found for found in days if found.verified_at < verified_before), None)

    def _days_before(self, end: str) -> Iterator[Verification]:
        between = VerificationItem.SK.between(_DAY, _DAY + end)
        items = VerificationItem.query(
            _PARTITION, between, scan_index_forward=False, page_size=_FEW, consistent_read=True
        )
        return (_verification(item) for item in items if _DAY + end != item.SK)


def _member_of(item: KeyItem) -> str | None:
    return item.PK.removeprefix(_MEMBER) if item.PK.startswith(_MEMBER) else None


def _named(item: KeyItem) -> NamedEntry | None:
    """What a document says of itself; None for what is none, and for one that no entry has been made for yet."""
    if not item.member_id or not item.sequence:
        return None
    return NamedEntry(DocumentKey(item.PK, item.SK), item.member_id, item.sequence)


def _save_if(item: VerificationItem, condition: Condition) -> None:
    try:
        item.save(condition=condition)
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def _find(sort: str) -> Verification | None:
    try:
        return _verification(VerificationItem.get(_PARTITION, sort, consistent_read=True))
    except VerificationItem.DoesNotExist:
        return None


def _item(sort: str, verification: Verification) -> VerificationItem:
    baseline = verification.baseline
    return VerificationItem(
        PK=_PARTITION,
        SK=sort,
        verified_at=verification.verified_at.isoformat(),
        members=verification.members,
        entries=verification.entries,
        flaws=json.dumps([[flaw.member_id, flaw.sequence, flaw.what] for flaw in verification.flaws]),
        totals=json.dumps(dict(verification.totals)),
        root=verification.root or None,
        as_of=verification.as_of and verification.as_of.isoformat(),
        verified_on=verification.on and verification.on.isoformat(),
        baseline=json.dumps([baseline.on.isoformat(), baseline.is_same]) if baseline else None,
    )


def _verification(item: VerificationItem) -> Verification:
    compared_on, is_same = json.loads(item.baseline) if item.baseline else ("", False)
    return Verification(
        verified_at=datetime.fromisoformat(item.verified_at),
        members=item.members,
        entries=item.entries,
        flaws=tuple(MemberFlaw(*flaw) for flaw in json.loads(item.flaws)),
        totals=json.loads(item.totals),
        root=item.root or "",
        as_of=datetime.fromisoformat(item.as_of) if item.as_of else None,
        on=date.fromisoformat(item.verified_on) if item.verified_on else None,
        baseline=Baseline(date.fromisoformat(compared_on), is_same) if compared_on else None,
    )
