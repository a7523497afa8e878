"""Runs of jobs in DynamoDB, in the table `Program`.

    what                          key                                         by
    a day's own run               PK RUN#<job>, SK RUN#<day>                  GetItem, consistent
    a dry run, a repeated run     PK RUN#<job>, SK RUN#<day>#<run_id>         GetItem, consistent
    the runs from a day on        PK RUN#<job>, SK from RUN#<day>             Query, consistent
    the latest runs               PK RUN#<job>                                Query backwards, consistent

The progress of each shard is one JSON text in a list. A shard is moved on under the condition that its text is still the
one that was read, so the shards of a run are written side by side and no page counts twice. A run is about 3 KB, one of
`verify-ledger` with two roots about 12 KB.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from botocore.client import BaseClient
from pynamodb.attributes import BooleanAttribute, ListAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError

from quen.dynamodb import IntAttribute, bind
from quen.errors import NotFoundError
from quen.jobs.model import SCHEDULE, Counts, Finding, Progress, Run
from quen.stored_items import StoredItem

_PREFIX = "RUN#"
_AFTER_ALL_DAYS = "RUN#~"
_FEW = 5


class RunItem(StoredItem):
    """One run."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    run_id = UnicodeAttribute()
    run_on = UnicodeAttribute()
    as_of = UnicodeAttribute()
    started_at = UnicodeAttribute()
    started_by = UnicodeAttribute()
    dry_run = BooleanAttribute()
    is_claim = BooleanAttribute()
    claimed_at = IntAttribute()
    shards: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)


class RunStore:
    """See `quen.jobs.service.Runs` for what each method promises."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        bind((RunItem,), table_name, client)

    def create(self, run: Run) -> bool:
        """Keep a new run; False where the day is claimed already."""
        try:
            _item(run).save(condition=RunItem.PK.does_not_exist())
        except PutError as error:
            return _refused(error)
        return True

    def load(self, job: str, key: str) -> Run:
        """The run as it is now. Raises NotFoundError."""
        try:
            return _run(RunItem.get(_partition(job), _PREFIX + key, consistent_read=True))
        except RunItem.DoesNotExist:
            raise NotFoundError("There is no such run.") from None

    def replace_progress(self, run: Run, shard: int, after: Progress) -> Run | None:
        """Move one shard on from what `run` shows, and answer the run as it then is; None where it has moved already."""
        item = RunItem(_partition(run.job), _PREFIX + run.key)
        text = RunItem.shards[shard]
        try:
            item.update(actions=[text.set(_text(after))], condition=text == _text(run.shards[shard]))
        except UpdateError as error:
            _refused(error)
            return None
        return _run(item)

    def list_from(self, job: str, first: date) -> list[Run]:
        """The runs of that day and later ones, oldest first."""
        days = RunItem.SK.between(_PREFIX + first.isoformat(), _AFTER_ALL_DAYS)
        return _runs(RunItem.query(_partition(job), days, consistent_read=True))

    def ran_before(self, job: str, day: date) -> bool:
        """Whether the schedule claimed any earlier day."""
        earlier = RunItem.SK.between(_PREFIX, _PREFIX + day.isoformat())
        scheduled = (RunItem.started_by == SCHEDULE) & (RunItem.run_on < day.isoformat())
        found = RunItem.query(
            _partition(job), earlier, scheduled, scan_index_forward=False, page_size=_FEW, consistent_read=True
        )
        return next(iter(found), None) is not None

    def list_newest(self, job: str, limit: int) -> list[Run]:
        """The runs of the latest days, newest first."""
        return _runs(RunItem.query(_partition(job), scan_index_forward=False, limit=limit, consistent_read=True))


def _refused(error: PutError | UpdateError) -> bool:
    if error.cause_response_code == "ConditionalCheckFailedException":
        return False
    raise error


def _runs(items: Iterable[RunItem]) -> list[Run]:
    return [_run(item) for item in items]


def _item(run: Run) -> RunItem:
    return RunItem(
        PK=_partition(run.job),
        SK=_PREFIX + run.key,
        run_id=run.run_id,
        run_on=run.on.isoformat(),
        as_of=run.as_of.isoformat(),
        started_at=run.started_at.isoformat(),
        started_by=run.started_by,
        dry_run=run.dry_run,
        is_claim=run.is_claim,
        claimed_at=run.claimed_at,
        shards=[_text(progress) for progress in run.shards],
    )


def _run(item: RunItem) -> Run:
    return Run(
        job=item.PK.removeprefix(_PREFIX),
        on=date.fromisoformat(item.run_on),
        run_id=item.run_id,
        as_of=datetime.fromisoformat(item.as_of),
        started_at=datetime.fromisoformat(item.started_at),
        started_by=item.started_by,
        dry_run=item.dry_run,
        is_claim=item.is_claim,
        claimed_at=item.claimed_at,
        shards=tuple(_progress(text) for text in item.shards),
    )


def _text(progress: Progress) -> str:
    """Always the same text for the same progress: it is compared with what is stored."""
    counts = progress.counts
    fields = {
        "pages": progress.pages,
        "plan": progress.plan,
        "cursor": progress.cursor,
        "counts": [counts.seen, counts.done, counts.points],
        "totals": dict(counts.totals),
        "heads": {name: _packed(number) for name, number in counts.heads.items()},
        "findings": [[found.member_id, found.sequence, found.what] for found in counts.findings],
        "parked": progress.parked,
        "failed": progress.failed,
        "ended_at": progress.ended_at and progress.ended_at.isoformat(),
        "touched_at": progress.touched_at,
    }
    kept = {name: value for name, value in fields.items() if value not in ((), [], {}, None)}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"))


def _progress(text: str) -> Progress:
    fields = json.loads(text)
    seen, done, points = fields["counts"]
    return Progress(
        pages=fields["pages"],
        plan=tuple(fields.get("plan", ())),
        cursor=fields.get("cursor"),
        counts=Counts(
            seen,
            done,
            points,
            totals=fields.get("totals", {}),
            heads={name: _unpacked(text) for name, text in fields.get("heads", {}).items()},
            findings=tuple(Finding(*found) for found in fields.get("findings", ())),
        ),
        parked=tuple(fields.get("parked", ())),
        failed=tuple(fields.get("failed", ())),
        ended_at=datetime.fromisoformat(fields["ended_at"]) if "ended_at" in fields else None,
        touched_at=fields["touched_at"],
    )


def _packed(number: int) -> str:
    """A number of thousands of bits, in half of its decimal digits."""
    return base64.b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()


def _unpacked(text: str) -> int:
    return int.from_bytes(base64.b64decode(text), "big")


def _partition(job: str) -> str:
    return _PREFIX + job
