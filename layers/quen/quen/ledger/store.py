"""The ledger in DynamoDB.

    what                        key                                                   by
    the account                 PK MEMBER#<id>, SK ACCOUNT                            GetItem, consistent
    entries, newest first       PK MEMBER#<id>, SK ENTRY#<sequence, 12 digits>        Query backwards, consistent
    what entries were archived  PK MEMBER#<id>, SK ENTRIES#ARCHIVED                   GetItem, Query with the entries
    a document by its key       PK PURCHASE#<partner>#<purchase_id>, SK DOCUMENT      GetItem, consistent
                                PK REDEMPTION#<id>, SK DOCUMENT
                                PK ADJUSTMENT#<id>, SK DOCUMENT
                                PK TRANSFER#<id>, MERGE#<id>, VALUE#<id>, SK DOCUMENT
    all about a purchase        PK PURCHASE#<partner>#<purchase_id>                   Query, consistent
      its returns, in order     SK RETURN#<number, 4 digits>
      points that paid for it   SK PAID#<redemption>
      of its bill, how much     SK BILL                                             GetItem, consistent
                                PK EVENT#<partner>#<event_id>, SK DOCUMENT
    what a job did, once        PK MEMBER#<id>, SK CLAIM#birthday:2026                GetItem, consistent
                                SK CLAIM#holiday:tet:2027
    what a member did, once     PK MEMBER#<id>, SK CLAIM#event:<type>:<subject>       GetItem, consistent
    whose claims count as well  PK MEMBER#<id>, SK CLAIMS#<merged member>             Query, consistent
    who was merged into them    PK MEMBER#<id>, SK MERGED#<merged id>                 GetItem; Query, by vouchers
    accounts with something due index DueAccounts: due_shard, next_due_on             Query, a shard at a time
    members above entry tier,   index TierReviews: tier_shard, review_on              Query, a shard at a time
      by their next review
    members who will have       index WinBacks: lapse_shard, lapse_on                 Query, a shard at a time
      lapsed, where they are offered anything
    members by their oldest     index OldEntries: archive_shard, oldest_on            Query, a shard at a time
      entry                       (see `quen.archive.store`)

An account, an ordinary entry and an ordinary document are under 1 KB each, so that a command costs six write units. The
indexes are sparse: only an account with something due, above the entry tier, or with a rhythm of its own carries their two
attributes. What moves one is what moves its day: an ordinary purchase moves none but that of win-backs, and that once a week.
In the last one a member stands with the first entry, which no command ever touches again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, cast

from botocore.client import BaseClient

from quen.archive.errors import EntriesArchivedError
from quen.dynamodb import bind, commit, put
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
from quen.ledger.items import (
    CHECKPOINT,
    SHARDS,
    AccountItem,
    CheckpointItem,
    DocumentItem,
    EntryItem,
    HistoryItem,
    account_item,
    details_text,
    document_item,
    entry_item,
    entry_key,
    lapse_shard_key,
    low_level_key,
    member_key,
    read_account,
    read_checkpoint,
    read_document,
    shard_key,
    tier_shard_key,
)
from quen.ledger.model import Account, Checkpoint, Entry, KeptHistory, Sealed, entry_id, parse_entry
from quen.ledger.packing import packed
from quen.ledger.ports import Change, DuePage
from quen.writes import TransactionRefusedError, Write

_ABSENT = "attribute_not_exists(PK)"
LAST_SEQUENCE = 10**12 - 1


class LedgerStore:
    """Accounts, entries and documents in one table; see `quen.ledger.service.Accounts` for what each method promises."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        self._client = client
        self._table = table_name
        bind((AccountItem, EntryItem, CheckpointItem, HistoryItem, DocumentItem), table_name, client)

    def load(self, member_id: str) -> Account:
        """The account as it was last written. Raises MemberNotFoundError."""
        try:
            item = AccountItem.get(member_key(member_id), "ACCOUNT", consistent_read=True)
        except AccountItem.DoesNotExist:
            raise MemberNotFoundError from None
        return read_account(member_id, item)

    def list_entries(self, member_id: str, before: int | None, limit: int) -> list[Entry]:
        """Entries newest first, from the one before that sequence on."""
        last = entry_key(before - 1 if before is not None else LAST_SEQUENCE)
        items = EntryItem.query(
            member_key(member_id),
            EntryItem.SK.between(entry_key(0), last),
            scan_index_forward=False,
            limit=limit,
            consistent_read=True,
        )
        return [parse_entry(item.form, item.hash) for item in items]

    def load_entry(self, member_id: str, sequence: int) -> Entry:
        """One entry that was written. Raises EntriesArchivedError where it is kept no more."""
        try:
            item = EntryItem.get(member_key(member_id), entry_key(sequence), consistent_read=True)
        except EntryItem.DoesNotExist:
            raise EntriesArchivedError from None
        return parse_entry(item.form, item.hash)

    def read_history(self, member_id: str) -> Iterator[Sealed]:
        """Every entry of the member that the table has, as it is kept, the oldest first."""
        items = EntryItem.query(member_key(member_id), EntryItem.SK.startswith("ENTRY#"), consistent_read=True)
        return (Sealed(item.form, item.hash) for item in items)

    def load_kept(self, member_id: str) -> KeptHistory:
        """The checkpoint, where there is one, and the entries after it: one query. Entries that it stands for and that are not
        deleted yet are left out. Read while entries are archived, the history may lack its beginning; read again it does not.
        """
        span = HistoryItem.SK.between(CHECKPOINT, entry_key(LAST_SEQUENCE))
        checkpoint: Checkpoint | None = None
        entries: list[Sealed] = []
        for item in HistoryItem.query(member_key(member_id), span, consistent_read=True):
            if item.SK == CHECKPOINT:
                checkpoint = read_checkpoint(member_id, item)
            elif checkpoint is None or entry_key(checkpoint.sequence) < item.SK:
                entries.append(Sealed(item.form or "", item.hash or ""))
        return KeptHistory(member_id, checkpoint, entries)

    def find_checkpoint(self, member_id: str) -> Checkpoint | None:
        """What stands for the member's archived entries, where any were."""
        try:
            item = CheckpointItem.get(member_key(member_id), CHECKPOINT, consistent_read=True)
        except CheckpointItem.DoesNotExist:
            return None
        return read_checkpoint(member_id, item)

    def find_document(self, key: DocumentKey) -> Document | None:
        """The document, read consistently."""
        try:
            item = DocumentItem.get(key.partition, key.sort, consistent_read=True)
        except DocumentItem.DoesNotExist:
            return None
        return read_document(key, item)

    def list_documents(self, partition: str, prefix: str = "") -> list[Document]:
        """Every document of a partition whose sort key begins so, read consistently, by their sort keys."""
        wanted = DocumentItem.SK.startswith(prefix) if prefix else None
        found = DocumentItem.query(partition, wanted, consistent_read=True)
        return [read_document(DocumentKey(item.PK, item.SK), item) for item in found]

    def new_document(self, document: Document) -> Write:
        """The write that adds a document to another's transaction, where it is not there yet."""
        return put(f"document {document.key.sort}", document_item(document), condition=_ABSENT)

    def absent(self, key: DocumentKey) -> Write:
        """The condition, in another's transaction, that there is no document under that key."""
        parameters = {"TableName": self._table, "Key": low_level_key(key), "ConditionExpression": _ABSENT}
        return Write(f"no document {key.partition} {key.sort}", "ConditionCheck", parameters)

    def removed(self, key: DocumentKey) -> Write:
        """The write that takes a document away, where it is there."""
        return Write(f"removed {key.sort}", "Delete", {"TableName": self._table, "Key": low_level_key(key)})

    def changed_details(self, document: Document, details: Json) -> Write:
        """The write that gives a document new details, refused where it no longer has those that were read."""
        parameters = {
            "TableName": self._table,
            "Key": low_level_key(document.key),
            "UpdateExpression": "SET details = :details",
            "ConditionExpression": "details = :read",
            "ExpressionAttributeValues": {
                ":details": {"S": details_text(details)},
                ":read": {"S": details_text(document.details)},
            },
        }
        return Write(f"details {document.key.sort}", "Update", parameters)

    def find_documents(self, keys: Sequence[DocumentKey]) -> list[Document]:
        """Those of the documents that exist, in no particular order."""
        found = DocumentItem.batch_get(list(keys), consistent_read=True) if keys else ()
        return [read_document(DocumentKey(item.PK, item.SK), item) for item in found]

    def list_due(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard whose accounts have something due on that day or before, the longest due first."""
        start = cast("dict[str, Any]", json.loads(cursor)) if cursor else None
        page = AccountItem.due.query(
            shard_key(shard), AccountItem.next_due_on <= on.isoformat(), limit=limit, last_evaluated_key=start
        )
        return _members_page(page)

    def list_reviews(self, shard: int, on: date | None, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard above the entry tier whose next review is on that day or before (None: whenever it is, or
        never), the longest due first.
        """
        start = cast("dict[str, Any]", json.loads(cursor)) if cursor else None
        until = AccountItem.review_on <= on.isoformat() if on else None
        page = AccountItem.reviews.query(tier_shard_key(shard), until, limit=limit, last_evaluated_key=start)
        return _members_page(page)

    def list_lapsed(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard who have lapsed on that day or before, and of whom that was not handled, the longest first."""
        start = cast("dict[str, Any]", json.loads(cursor)) if cursor else None
        until = AccountItem.lapse_on <= on.isoformat()
        return _members_page(
            AccountItem.lapses.query(lapse_shard_key(shard), until, limit=limit, last_evaluated_key=start)
        )

    def load_tier_holders(self, limit: int) -> tuple[list[Account], bool]:
        """About so many accounts above the entry tier, of every shard those whose review comes soonest, a moment old at
        most; and whether that is all there are.
        """
        share = -(-limit // SHARDS)
        pages = [self.list_reviews(shard, None, None, share + 1).member_ids for shard in range(SHARDS)]
        members = [member_id for page in pages for member_id in page[:share]]
        found = AccountItem.batch_get([(member_key(member_id), "ACCOUNT") for member_id in members]) if members else ()
        accounts = [read_account(item.PK.removeprefix("MEMBER#"), item) for item in found]
        return sorted(accounts, key=lambda account: account.member_id), all(len(page) <= share for page in pages)

    def opening(self, change: Change) -> Sequence[Write]:
        """The writes that open an account, for a use case that commits them with its own."""
        account = put(_account_name(change), account_item(change), condition=_ABSENT)
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
            return [put("document", document_item(_claimed(change, change.claim)), condition=_ABSENT)]
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
            "Key": low_level_key(closing.key),
            "UpdateExpression": f"SET #status = :status, {answer} = :answer"
            + (", closed_by = :by" if closing.by else "")
            + (", details = :details" if closing.details is not None else ""),
            "ConditionExpression": "#status = :before",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {
                ":status": {"S": closing.state},
                ":before": {"S": closing.before},
                ":answer": {"B": packed(result, beside=closing.answered)},
                **({":by": {"S": closing.by}} if closing.by else {}),
                **({":details": {"S": details_text(closing.details)}} if closing.details is not None else {}),
            },
        }
        return Write("document", "Update", parameters)


def _members_page(page: Any) -> DuePage:
    """The members of a page of an index, and where the next one starts."""
    members = [item.PK.removeprefix("MEMBER#") for item in page]
    following = json.dumps(page.last_evaluated_key) if page.last_evaluated_key else None
    return DuePage(members, following)


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
    write = put(_account_name(change), account_item(change), condition="#sequence = :read", values=values)
    names = {"ExpressionAttributeNames": {"#sequence": "sequence"}}
    return Write(write.name, write.operation, {**write.parameters, **names})


def _entry_writes(change: Change) -> list[Write]:
    return [
        put(
            f"entry {entry.member_id} {entry.sequence}",
            entry_item(entry, change.program),
            condition=_ABSENT,
            entry_id=entry_id(entry),
        )
        for entry in change.entries
    ]


def _claimed(change: Change, claim: Claim) -> Document:
    """The document that the change creates."""
    member_id, result = change.after.member_id, change.result or {}
    return Document(
        claim.key, claim.kind, member_id, claim.fingerprint, change.sequence, result, claim.state, claim.details
    )
