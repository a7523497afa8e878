"""Old entries in DynamoDB, in the table `Ledger`: where they are found, and what is left of them. It alone deletes entries.

    what                             key                                             by
    members by their oldest entry    index OldEntries: archive_shard, oldest_on      Query, a shard at a time
      the first entry itself           PK MEMBER#<id>, SK ENTRY#000000000001
      once that is archived            PK MEMBER#<id>, SK ENTRIES#ARCHIVED
    the checkpoint                   PK MEMBER#<id>, SK ENTRIES#ARCHIVED             GetItem, PutItem where it is as it was read
    entries from a sequence on       PK MEMBER#<id>, SK from ENTRY#<sequence>        Query, consistent; BatchWriteItem

A member stands in the index once, and for a moment twice. No command writes either of the two items after the first one, so
nothing that happens at a till is ever lost here or costs more. A checkpoint is about as large as an account.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, cast

from botocore.client import BaseClient
from pynamodb.exceptions import PutError, UpdateError

from quen.archive.service import Archived, KeptCheckpoint
from quen.dynamodb import bind
from quen.errors import ConflictRetryError
from quen.instants import format_instant
from quen.ledger.items import (
    CHECKPOINT,
    CheckpointItem,
    EntryItem,
    archive_shard_key,
    entry_key,
    kept_state,
    member_key,
    read_checkpoint,
    shard_of,
)
from quen.ledger.model import Checkpoint, Sealed
from quen.ledger.ports import DuePage

_LAST_KEY = entry_key(10**12 - 1)
_READ_AT_ONCE = 100


class ArchiveStore:
    """See `quen.archive.service.OldLedger` for what each method promises."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        bind((EntryItem, CheckpointItem), table_name, client)

    def list_old(self, shard: int, before: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard whose oldest entry is of an earlier day, the oldest first."""
        start = cast("dict[str, Any]", json.loads(cursor)) if cursor else None
        page = CheckpointItem.old.query(
            archive_shard_key(shard),
            CheckpointItem.oldest_on < before.isoformat(),
            limit=limit,
            last_evaluated_key=start,
        )
        members = dict.fromkeys(item.PK.removeprefix("MEMBER#") for item in page)
        return DuePage([*members], json.dumps(page.last_evaluated_key) if page.last_evaluated_key else None)

    def find(self, member_id: str) -> KeptCheckpoint | None:
        """The member's checkpoint, read consistently."""
        try:
            item = CheckpointItem.get(member_key(member_id), CHECKPOINT, consistent_read=True)
        except CheckpointItem.DoesNotExist:
            return None
        archived = Archived(item.run_entries, item.run_volumes)
        return KeptCheckpoint(read_checkpoint(member_id, item), item.run_id, archived)

    def read_entries(self, member_id: str, first: int) -> Iterator[Sealed]:
        """The member's entries from that sequence on, the oldest first, read as far as they are asked for."""
        span = EntryItem.SK.between(entry_key(first), _LAST_KEY)
        items = EntryItem.query(member_key(member_id), span, consistent_read=True, page_size=_READ_AT_ONCE)
        return (Sealed(item.form, item.hash) for item in items)

    def keep(self, member_id: str, kept: KeptCheckpoint, before: Checkpoint | None) -> None:
        """Put a checkpoint in the place of the one before. Raises ConflictRetryError where that is no longer there."""
        was = CheckpointItem.sequence == before.sequence if before else CheckpointItem.PK.does_not_exist()
        try:
            _item(member_id, kept).save(condition=was)
        except PutError as error:
            raise _moved_on(error) from error

    def delete(self, member_id: str, through: int) -> None:
        """Delete every entry up to that sequence, as far as it is still there."""
        span = EntryItem.SK.between(entry_key(1), entry_key(through))
        with EntryItem.batch_write() as batch:
            for item in EntryItem.query(
                member_key(member_id), span, consistent_read=True, attributes_to_get=["PK", "SK"]
            ):
                batch.delete(item)

    def show(self, member_id: str, oldest_on: date) -> None:
        """Let the index show the member under that day."""
        has_checkpoint = self.find(member_id) is not None
        model = CheckpointItem if has_checkpoint else EntryItem
        item = model(member_key(member_id), CHECKPOINT if has_checkpoint else entry_key(1))
        try:
            item.update(actions=[model.oldest_on.set(oldest_on.isoformat())], condition=model.PK.exists())
        except UpdateError as error:
            raise _moved_on(error) from error


def _item(member_id: str, kept: KeptCheckpoint) -> CheckpointItem:
    """A new checkpoint stands at the very beginning of the index until the entries are deleted: whoever is stopped is found."""
    checkpoint = kept.checkpoint
    return CheckpointItem(
        PK=member_key(member_id),
        SK=CHECKPOINT,
        sequence=checkpoint.sequence,
        head=checkpoint.account.head,
        **kept_state(checkpoint.account),
        until=format_instant(checkpoint.until),
        totals=json.dumps(dict(checkpoint.totals), separators=(",", ":")),
        key=checkpoint.key,
        run_id=kept.run_id,
        run_entries=kept.archived.entries,
        run_volumes=kept.archived.volumes,
        archive_shard=archive_shard_key(shard_of(member_id)),
        oldest_on=date.min.isoformat(),
    )


def _moved_on(error: PutError | UpdateError) -> Exception:
    is_refused = error.cause_response_code == "ConditionalCheckFailedException"
    return ConflictRetryError() if is_refused else error
