"""The ledger in DynamoDB.

    what                        key                                                   by
    the account                 PK MEMBER#<id>, SK ACCOUNT                            GetItem, consistent
    entries, newest first       PK MEMBER#<id>, SK ENTRY#<sequence, 12 digits>        Query backwards, consistent
    a document by its key       PK PURCHASE#<partner>#<purchase_id>, SK DOCUMENT      GetItem, consistent
                                PK REDEMPTION#<id>, SK DOCUMENT
                                PK ADJUSTMENT#<id>, SK DOCUMENT
                                PK TRANSFER#<id>, MERGE#<id>, VALUE#<id>, SK DOCUMENT
    all about a purchase        PK PURCHASE#<partner>#<purchase_id>                   Query, consistent
      its returns, in order     SK RETURN#<number, 4 digits>
      points that paid for it   SK PAID#<redemption>
    what a job did, once        PK MEMBER#<id>, SK CLAIM#birthday:2026                GetItem, consistent
    accounts with something due index DueAccounts: due_shard, next_due_on             Query, a shard at a time

An account, an ordinary entry and an ordinary document are under 1 KB each, so that a command costs six write units. The
index is sparse: only an account with something due carries its two attributes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, cast

from botocore.client import BaseClient
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from quen.dynamodb import IntAttribute, bind, commit, put
from quen.errors import ConflictRetryError, MemberNotFoundError
from quen.ledger.documents import (
    Claim,
    ClaimTakenError,
    Closing,
    Document,
    DocumentKey,
    Json,
    LostRaceError,
    OtherRefusedError,
)
from quen.ledger.model import Account, Entry, Sealed, canonical_form, next_due_on, parse_entry
from quen.ledger.model.chain import hold_form, parse_hold
from quen.ledger.ports import Change, DuePage
from quen.writes import TransactionRefusedError, Write

SHARDS = 8
STATE_BYTES_MAX = 600
"""What is kept as text, so that a person can read it in a console; more is compressed."""
_ABSENT = "attribute_not_exists(PK)"


class DueAccounts(GlobalSecondaryIndex["AccountItem"]):  # type: ignore[no-untyped-call] # PynamoDB's own hook
    """Accounts with something due, by shard and day."""

    class Meta:
        index_name = "DueAccounts"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    next_due_on = UnicodeAttribute(range_key=True)


class AccountItem(Model):
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
    due = DueAccounts()


class EntryItem(Model):
    """One fact: `form` is the very text that was hashed."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    form = UnicodeAttribute()
    hash = UnicodeAttribute()


class DocumentItem(Model):
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


class LedgerStore:
    """Accounts, entries and documents in one table; see `quen.ledger.service.Accounts` for what each method promises."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        self._client = client
        self._table = table_name
        bind((AccountItem, EntryItem, DocumentItem), table_name, client)

    def load(self, member_id: str) -> Account:
        """The account as it was last written. Raises MemberNotFoundError."""
        try:
            item = AccountItem.get(_member_key(member_id), "ACCOUNT", consistent_read=True)
        except AccountItem.DoesNotExist:
            raise MemberNotFoundError from None
        return _account(member_id, item)

    def list_entries(self, member_id: str, before: int | None, limit: int) -> list[Entry]:
        """Entries newest first, from the one before that sequence on."""
        last = _entry_key(before - 1 if before is not None else 10**12 - 1)
        items = EntryItem.query(
            _member_key(member_id),
            EntryItem.SK.between(_entry_key(0), last),
            scan_index_forward=False,
            limit=limit,
            consistent_read=True,
        )
        return [parse_entry(item.form, item.hash) for item in items]

    def load_entry(self, member_id: str, sequence: int) -> Entry:
        """One entry. Raises MemberNotFoundError where there is none."""
        try:
            item = EntryItem.get(_member_key(member_id), _entry_key(sequence), consistent_read=True)
        except EntryItem.DoesNotExist:
            raise MemberNotFoundError from None
        return parse_entry(item.form, item.hash)

    def read_history(self, member_id: str) -> Iterator[Sealed]:
        """Every entry of the member as it is kept, the oldest first."""
        items = EntryItem.query(_member_key(member_id), EntryItem.SK.startswith("ENTRY#"), consistent_read=True)
        return (Sealed(item.form, item.hash) for item in items)

    def find_document(self, key: DocumentKey) -> Document | None:
        """The document, read consistently."""
        try:
            item = DocumentItem.get(key.partition, key.sort, consistent_read=True)
        except DocumentItem.DoesNotExist:
            return None
        return _document(key, item)

    def list_documents(self, partition: str) -> list[Document]:
        """Every document of a partition, read consistently, by their sort keys."""
        found = DocumentItem.query(partition, consistent_read=True)
        return [_document(DocumentKey(item.PK, item.SK), item) for item in found]

    def new_document(self, document: Document) -> Write:
        """The write that adds a document to another's transaction, where it is not there yet."""
        return put(f"document {document.key.sort}", _item_of(document), condition=_ABSENT)

    def changed_details(self, document: Document, details: Json) -> Write:
        """The write that gives a document new details, refused where it no longer has those that were read."""
        parameters = {
            "TableName": self._table,
            "Key": _low_level_key(document.key),
            "UpdateExpression": "SET details = :details",
            "ConditionExpression": "details = :read",
            "ExpressionAttributeValues": {
                ":details": {"S": _details_text(details)},
                ":read": {"S": _details_text(document.details)},
            },
        }
        return Write(f"details {document.key.sort}", "Update", parameters)

    def find_documents(self, keys: Sequence[DocumentKey]) -> list[Document]:
        """Those of the documents that exist, in no particular order."""
        found = DocumentItem.batch_get(list(keys), consistent_read=True) if keys else ()
        return [_document(DocumentKey(item.PK, item.SK), item) for item in found]

    def list_due(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard whose accounts have something due on that day or before, the longest due first."""
        start = cast("dict[str, Any]", json.loads(cursor)) if cursor else None
        page = AccountItem.due.query(
            _shard_key(shard), AccountItem.next_due_on <= on.isoformat(), limit=limit, last_evaluated_key=start
        )
        members = [item.PK.removeprefix("MEMBER#") for item in page]
        following = json.dumps(page.last_evaluated_key) if page.last_evaluated_key else None
        return DuePage(members, following)

    def opening(self, change: Change) -> Sequence[Write]:
        """The writes that open an account, for a use case that commits them with its own."""
        account = put(_account_name(change), _account_item(change), condition=_ABSENT)
        return [account, *_entry_writes(change), *self._document_writes(change)]

    def commit(self, change: Change, *more: Change) -> None:
        """One transaction. Raises LostRaceError, ClaimTakenError, OtherRefusedError, TemporarilyUnavailableError."""
        try:
            commit(self._client, self.writes(change, *more))
        except TransactionRefusedError as refused:
            raise _told(refused) from refused

    def writes(self, change: Change, *more: Change) -> list[Write]:
        """What `commit` sends: accounts and entries, the document, and what the use case adds."""
        changes = (change, *more)
        moved = [write for each in changes for write in (_account_write(each), *_entry_writes(each))]
        return [*moved, *self._document_writes(change), *(write for each in changes for write in each.others)]

    def _document_writes(self, change: Change) -> list[Write]:
        if change.claim:
            return [put("document", _document_item(change, change.claim), condition=_ABSENT)]
        return [self.closed(change.closing, change.result or {})] if change.closing else []

    def save(self, *writes: Write) -> None:
        """Writes that move no account, all or nothing. Raises ClaimTakenError where the document is not as it was, and
        ConflictRetryError where another transaction was in the way.
        """
        try:
            commit(self._client, writes)
        except TransactionRefusedError as refused:
            told = _told(refused)
            raise (ConflictRetryError() if isinstance(told, LostRaceError) else told) from refused

    def closed(self, closing: Closing, result: Json) -> Write:
        """The write that closes a document, with the answer to whoever closed it."""
        answer = "refund" if closing.undoes else "closing"
        parameters = {
            "TableName": self._table,
            "Key": _low_level_key(closing.key),
            "UpdateExpression": f"SET #status = :status, {answer} = :answer"
            + (", closed_by = :by" if closing.by else ""),
            "ConditionExpression": "#status = :before",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {
                ":status": {"S": closing.state},
                ":before": {"S": closing.before},
                ":answer": {"B": _packed(result)},
                **({":by": {"S": closing.by}} if closing.by else {}),
            },
        }
        return Write("document", "Update", parameters)


def shard_of(member_id: str) -> int:
    """The shard of the due index that a member's account is in."""
    return zlib.crc32(member_id.encode()) % SHARDS


def _told(refused: TransactionRefusedError) -> Exception:
    """What a refusal means: the claim first, for a replay is an answer; then the account, which is read again."""
    if "document" in refused.refusals or "document DOCUMENT" in refused.refusals:
        return ClaimTakenError()
    if refused.conflict or any(name.startswith(("account ", "entry ")) for name in refused.refusals):
        return LostRaceError()
    return OtherRefusedError(tuple(refused.refusals))


def _account_name(change: Change) -> str:
    return f"account {change.after.member_id}"


def _account_write(change: Change) -> Write:
    """The account, refused where it is no longer the one that was read."""
    values = {":read": {"N": str(change.before.sequence)}}
    write = put(_account_name(change), _account_item(change), condition="#sequence = :read", values=values)
    names = {"ExpressionAttributeNames": {"#sequence": "sequence"}}
    return Write(write.name, write.operation, {**write.parameters, **names})


def _entry_writes(change: Change) -> list[Write]:
    return [
        put(f"entry {entry.member_id} {entry.sequence}", _entry_item(entry), condition=_ABSENT)
        for entry in change.entries
    ]


def _account_item(change: Change) -> AccountItem:
    account = change.after
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
    }
    due = next_due_on(account, change.program.time_zone)
    text = json.dumps({name: value for name, value in state.items() if value}, separators=(",", ":"))
    is_long = len(text) > STATE_BYTES_MAX
    return AccountItem(
        PK=_member_key(account.member_id),
        SK="ACCOUNT",
        sequence=account.sequence,
        head=account.head,
        state=None if is_long else text,
        packed=zlib.compress(text.encode(), 6) if is_long else None,
        due_shard=_shard_key(shard_of(account.member_id)) if due else None,
        next_due_on=due.isoformat() if due else None,
    )


def _account(member_id: str, item: AccountItem) -> Account:
    text = zlib.decompress(item.packed) if item.packed else item.state or "{}"
    state = cast("dict[str, Any]", json.loads(text))
    holds = {key: parse_hold(form) for key, form in state.pop("holds", {}).items()}
    return Account(member_id, item.sequence, item.head, holds=holds, **state)


def _entry_item(entry: Entry) -> EntryItem:
    return EntryItem(
        PK=_member_key(entry.member_id),
        SK=_entry_key(entry.sequence),
        kind=entry.kind,
        form=canonical_form(entry),
        hash=entry.hash,
    )


def _document_item(change: Change, claim: Claim) -> DocumentItem:
    member_id, result = change.after.member_id, change.result or {}
    return _item_of(
        Document(
            claim.key, claim.kind, member_id, claim.fingerprint, change.sequence, result, claim.state, claim.details
        )
    )


def _item_of(document: Document) -> DocumentItem:
    return DocumentItem(
        PK=document.key.partition,
        SK=document.key.sort,
        kind=document.kind,
        member_id=document.member_id,
        fingerprint=document.fingerprint,
        sequence=document.sequence,
        details=_details_text(document.details),
        result=_packed(document.result),
        status=document.state or None,
    )


def _details_text(details: Json) -> str:
    return json.dumps(details, separators=(",", ":"), ensure_ascii=False)


def _low_level_key(key: DocumentKey) -> dict[str, Any]:
    return {"PK": {"S": key.partition}, "SK": {"S": key.sort}}


def _document(key: DocumentKey, item: DocumentItem) -> Document:
    return Document(
        key=key,
        kind=item.kind,
        member_id=item.member_id,
        fingerprint=item.fingerprint,
        sequence=item.sequence,
        result=_unpacked(item.result),
        state=item.status or "",
        details=json.loads(item.details),
        closing=_unpacked(item.closing) if item.closing else None,
        refund=_unpacked(item.refund) if item.refund else None,
        closed_by=item.closed_by or "",
    )


def _packed(result: Any) -> bytes:
    return zlib.compress(json.dumps(result, separators=(",", ":"), ensure_ascii=False).encode(), 6)


def _unpacked(data: bytes) -> Any:
    return json.loads(zlib.decompress(data))


def _member_key(member_id: str) -> str:
    return f"MEMBER#{member_id}"


def _entry_key(sequence: int) -> str:
    return f"ENTRY#{sequence:012d}"


def _shard_key(shard: int) -> str:
    return f"due#{shard:02d}"
