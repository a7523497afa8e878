"""The ledger's items in DynamoDB, and the way from them to values and back: see `quen.ledger.store` for their keys."""

from __future__ import annotations

import json
import zlib
from typing import Any, cast

import msgspec
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from quen.cards.model import mark_form, parse_mark
from quen.compact_json import compact
from quen.dynamodb import IntAttribute
from quen.instants import parse_instant
from quen.ledger.documents import Document, DocumentKey, Json
from quen.ledger.model import (
    Account,
    Checkpoint,
    Entry,
    HandledLapse,
    canonical_form,
    next_due_on,
    next_lapse_on,
    next_review_on,
)
from quen.ledger.model.chain import hold_form, parse_hold, standing_form
from quen.ledger.packing import packed, unpacked
from quen.ledger.ports import Change
from quen.memberships.model import membership_form, parse_membership
from quen.program.model import Program
from quen.stored_items import StoredItem
from quen.tiers.model import Standing

SHARDS = 8
CHECKPOINT = "ENTRIES#ARCHIVED"
"""The sort key of a checkpoint: right before every `ENTRY#`."""
STATE_BYTES_MAX = 600
"""What is kept as text, so that a person can read it in a console; more is compressed."""


class DueAccounts(GlobalSecondaryIndex["AccountItem"]):  # type: ignore[no-untyped-call] # PynamoDB's own hook
    """Accounts with something due, by shard and day."""

    class Meta:
        index_name = "DueAccounts"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    next_due_on = UnicodeAttribute(range_key=True)


class TierReviews(GlobalSecondaryIndex["AccountItem"]):  # type: ignore[no-untyped-call] # PynamoDB's own hook
    """Members above the entry tier, by shard and the day of their next review."""

    class Meta:
        index_name = "TierReviews"
        projection = KeysOnlyProjection()

    tier_shard = UnicodeAttribute(hash_key=True)
    review_on = UnicodeAttribute(range_key=True)


class WinBacks(GlobalSecondaryIndex["AccountItem"]):  # type: ignore[no-untyped-call] # PynamoDB's own hook
    """Members who will have lapsed, by shard and the Monday from which on they have, where they are offered anything."""

    class Meta:
        index_name = "WinBacks"
        projection = KeysOnlyProjection()

    lapse_shard = UnicodeAttribute(hash_key=True)
    lapse_on = UnicodeAttribute(range_key=True)


class OldEntries(GlobalSecondaryIndex["CheckpointItem"]):  # type: ignore[no-untyped-call] # PynamoDB's own hook
    """Members by shard and the day of their oldest entry: the first one itself, or once that is archived their checkpoint."""

    class Meta:
        index_name = "OldEntries"
        projection = KeysOnlyProjection()

    archive_shard = UnicodeAttribute(hash_key=True)
    oldest_on = UnicodeAttribute(range_key=True)


class AccountItem(StoredItem):
    """The folded state of one member: `state` is JSON of all that is not empty, `packed` the same of a member who has much,
    compressed: with two years of lots, months and caps it would be over a kilobyte, and every command would cost more.
    """

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True, default="ACCOUNT")
    sequence = IntAttribute()
    head = UnicodeAttribute()
    state = UnicodeAttribute(null=True)
    packed = BinaryAttribute(legacy_encoding=False, null=True)
    due_shard = UnicodeAttribute(null=True)
    next_due_on = UnicodeAttribute(null=True)
    tier_shard = UnicodeAttribute(null=True)
    review_on = UnicodeAttribute(null=True)
    lapse_shard = UnicodeAttribute(null=True)
    lapse_on = UnicodeAttribute(null=True)
    due = DueAccounts()
    reviews = TierReviews()
    lapses = WinBacks()


class EntryItem(StoredItem):
    """One fact: `form` is the very text that was hashed. The first of a member says in the index how old the history is."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    form = UnicodeAttribute()
    hash = UnicodeAttribute()
    archive_shard = UnicodeAttribute(null=True)
    oldest_on = UnicodeAttribute(null=True)


class CheckpointItem(StoredItem):
    """What stands for archived entries: the account that they fold to, as an account is kept. `run_id` is the run that wrote
    it, `run_entries` and `run_volumes` what that run has archived of this member by then.
    """

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True, default=CHECKPOINT)
    sequence = IntAttribute()
    head = UnicodeAttribute()
    state = UnicodeAttribute(null=True)
    packed = BinaryAttribute(legacy_encoding=False, null=True)
    until = UnicodeAttribute()
    totals = UnicodeAttribute()
    key = UnicodeAttribute()
    run_id = UnicodeAttribute()
    run_entries = IntAttribute()
    run_volumes = IntAttribute()
    archive_shard = UnicodeAttribute()
    oldest_on = UnicodeAttribute()
    old = OldEntries()


class HistoryItem(CheckpointItem):
    """Either of the two: a query of a member's history meets the checkpoint first, and then the entries."""

    class Meta:
        table_name = ""

    form = UnicodeAttribute(null=True)
    hash = UnicodeAttribute(null=True)


class DocumentItem(StoredItem):
    """What a command is about, and its claim: `result` and `closing` are compressed JSON."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    member_id = UnicodeAttribute()
    fingerprint = UnicodeAttribute()
    sequence = IntAttribute()
    details = UnicodeAttribute()
    result = BinaryAttribute(legacy_encoding=False)
    status = UnicodeAttribute(null=True)
    closing = BinaryAttribute(legacy_encoding=False, null=True)
    refund = BinaryAttribute(legacy_encoding=False, null=True)
    closed_by = UnicodeAttribute(null=True)


def kept_state(account: Account) -> dict[str, Any]:
    """What an account is but for its sequence and head: `state` as text, or `packed`, the same compressed."""
    state = {
        "lots": account.lots,
        "pending": account.pending,
        "holds": {key: hold_form(hold) for key, hold in account.holds.items()},
        "debt": account.debt,
        "caps": account.caps,
        "rewards": account.rewards,
        "counters": account.counters,
        "state": "" if account.state == "active" else account.state,
        "moved_to": account.moved_to,
        "active_on": account.active_on,
        "habits": account.habits,
        "seen": account.seen,
        "tier": account.tier,
        "tier_since": account.tier_since,
        "tier_until": account.tier_until,
        "standing": standing_form(account.standing),
        "cards": {card: mark_form(mark) for card, mark in account.cards.items()},
        "gifts": account.gifts,
        "granted": account.granted,
        "membership": membership_form(account.membership),
        "reachable": account.reachable,
        "warned": account.warned,
        "proven": account.proven,
        "win_back": account.win_back if account.win_back.bought_on else (),
    }
    text = json.dumps({name: value for name, value in state.items() if value}, separators=(",", ":"))
    is_long = len(text) > STATE_BYTES_MAX
    return {"state": None if is_long else text, "packed": zlib.compress(text.encode(), 6) if is_long else None}


def account_item(change: Change) -> AccountItem:
    """The account that a change leaves, as it is kept."""
    account = change.after
    due, review = next_due_on(account, change.program), next_review_on(account)
    lapse = next_lapse_on(account, change.program)
    return AccountItem(
        PK=member_key(account.member_id),
        SK="ACCOUNT",
        sequence=account.sequence,
        head=account.head,
        **kept_state(account),
        due_shard=shard_key(shard_of(account.member_id)) if due else None,
        next_due_on=due.isoformat() if due else None,
        tier_shard=tier_shard_key(shard_of(account.member_id)) if review else None,
        review_on=review or None,
        lapse_shard=lapse_shard_key(shard_of(account.member_id)) if lapse else None,
        lapse_on=lapse.isoformat() if lapse else None,
    )


def read_account(member_id: str, item: AccountItem | CheckpointItem) -> Account:
    """The account that an item says."""
    text = zlib.decompress(item.packed) if item.packed else item.state or "{}"
    state: dict[str, Any] = msgspec.json.decode(text)
    holds = {key: parse_hold(form) for key, form in state.pop("holds", {}).items()}
    cards = {card: parse_mark(mark) for card, mark in state.pop("cards", {}).items()}
    standing, membership = Standing(*state.pop("standing", ())), parse_membership(state.pop("membership", ()))
    return Account(
        member_id,
        item.sequence,
        item.head,
        holds=holds,
        cards=cards,
        standing=standing,
        membership=membership,
        win_back=HandledLapse(*state.pop("win_back", ())),
        **state,
    )


def read_checkpoint(member_id: str, item: CheckpointItem) -> Checkpoint:
    """The checkpoint that an item says."""
    account, totals = read_account(member_id, item), cast("dict[str, int]", json.loads(item.totals))
    return Checkpoint(account, parse_instant(item.until), totals, item.key)


def entry_item(entry: Entry, program: Program) -> EntryItem:
    """An entry as it is kept."""
    is_first = entry.sequence == 1
    return EntryItem(
        PK=member_key(entry.member_id),
        SK=entry_key(entry.sequence),
        kind=entry.kind,
        form=canonical_form(entry),
        hash=entry.hash,
        archive_shard=archive_shard_key(shard_of(entry.member_id)) if is_first else None,
        oldest_on=program.local_day(entry.recorded_at).isoformat() if is_first else None,
    )


def document_item(document: Document) -> DocumentItem:
    """A document as it is kept."""
    return DocumentItem(
        PK=document.key.partition,
        SK=document.key.sort,
        kind=document.kind,
        member_id=document.member_id,
        fingerprint=document.fingerprint,
        sequence=document.sequence,
        details=details_text(document.details),
        result=packed(document.result),
        status=document.state or None,
    )


def details_text(details: Json) -> str:
    """A document's details, as the text that conditions compare."""
    return compact(details).decode()


def low_level_key(key: DocumentKey) -> dict[str, Any]:
    """A document's key in DynamoDB's own shape."""
    return {"PK": {"S": key.partition}, "SK": {"S": key.sort}}


def read_document(key: DocumentKey, item: DocumentItem) -> Document:
    """The document that an item says."""
    result = unpacked(item.result)
    return Document(
        key=key,
        kind=item.kind,
        member_id=item.member_id,
        fingerprint=item.fingerprint,
        sequence=item.sequence,
        result=result,
        state=item.status or "",
        details=json.loads(item.details),
        closing=unpacked(item.closing, beside=result) if item.closing else None,
        refund=unpacked(item.refund, beside=result) if item.refund else None,
        closed_by=item.closed_by or "",
    )


def member_key(member_id: str) -> str:
    """Where a member's account and entries stand."""
    return f"MEMBER#{member_id}"


def entry_key(sequence: int) -> str:
    """The sort key of an entry."""
    return f"ENTRY#{sequence:012d}"


def shard_key(shard: int) -> str:
    """The key of a shard of the index of accounts with something due."""
    return f"due#{shard:02d}"


def tier_shard_key(shard: int) -> str:
    """The key of a shard of the index of members above the entry tier."""
    return f"tier#{shard:02d}"


def lapse_shard_key(shard: int) -> str:
    """The key of a shard of the index of members who will have lapsed."""
    return f"lapse#{shard:02d}"


def archive_shard_key(shard: int) -> str:
    """The key of a shard of the index of members with entries."""
    return f"old#{shard:02d}"


def shard_of(member_id: str) -> int:
    """The shard of the indexes that a member's account is in."""
    return zlib.crc32(member_id.encode()) % SHARDS
