"""Puts a backup into an empty stack so that nothing is done or told a second time, and proves it before the stack begins.

    0. the backup is read through, its keys compared               before anything of the place is touched
    1. the stream's beginning is set to a day that never comes     nothing that is loaded is told
    2. the archive's objects                                       which nobody reads yet
    3. messages, members, ledger, program                          but not which program is in force: without one, no API,
                                                                   no job and no function of the stack does anything;
                                                                   what the stream had not brought yet is booked
    4. every table is compared with the backup's, the ledger is verified, its root compared, the indexes counted
    5. the stream's beginning is now                               what happens from here on is told
    6. the program in force                                        the stack begins

It can be stopped anywhere and begun anew: until the last step the stack is asleep.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import Path
from typing import Any

from local.backup_archive import bringing, restore_archive
from local.backup_bookings import waiting_bookings
from local.backup_checks import check_backup, check_keys, check_tables
from local.backup_files import IN_FORCE, Item, Manifest, key_of, read_items, read_manifest, read_secrets
from local.backup_making import open_verifications, scan
from local.backup_places import TABLES, Place
from local.errors import LocalError
from quen.clock import WallClock
from quen.instants import format_instant

NEVER = "9999-12-31T23:59:59Z"
BEGINNING_KEY = {"PK": {"S": "STREAM"}, "SK": {"S": "TOLD_FROM"}}
TRANSFERRED = "program.transferred"
"""What one member has given and another not yet got: nothing, in a ledger that rests."""
ITEMS_AT_ONCE = 25
TRIES_MAX = 8
STREAM_SECOND = 1
"""The stream dates its records to the second."""
INDEXES = {
    "DueAccounts": "due_shard",
    "TierReviews": "tier_shard",
    "WinBacks": "lapse_shard",
    "VoucherEnds": "end_shard",
    "OldEntries": "archive_shard",
}


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore came to. `indexed` counts what each index of the ledger shows, `objects` those that were put into the
    archive's bucket (None: they were brought there before).
    """

    manifest: Manifest
    members: int
    entries: int
    root: str
    indexed: dict[str, int]
    objects: int | None


def restore(
    place: Place,
    folder: Path,
    *,
    secrets: Path | None = None,
    is_emptied: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Restored:
    """Raises LocalError where the backup, the place, or what was loaded is not as it must be; the stack is then asleep.

    A function reads the master key once: where `secrets` bring another one, it stops there, to be asked again when all
    functions are new.
    """
    manifest = read_manifest(folder)
    check_backup(folder, manifest)
    check_keys(place, manifest, secrets)
    if is_emptied:
        _empty(place)
    _check_empty(place)
    if secrets and _keep_secrets(place, secrets):
        again = "start it again (`quen serve`)" if place.is_local else "deploy it again with another Revision"
        raise LocalError(
            f"the stack has the backup's secrets now; {again}, so that no function remembers others, then restore."
        )
    _begin_stream(place, NEVER)
    objects = restore_archive(place, folder, manifest)
    held, due = _load(place, folder, manifest)
    waiting = waiting_bookings(place, folder, manifest)
    _write(place, place.tables["program"], waiting)
    check_tables(place, folder, waiting)
    restored = _prove(place, manifest, due, objects, sleep)
    begins_at = _now_at(place) + timedelta(seconds=STREAM_SECOND)
    _begin_stream(place, format_instant(begins_at))
    sleep(2 * STREAM_SECOND)
    for item in held:
        place.dynamodb.put_item(TableName=place.tables["program"], Item=item)
    return restored


def _load(place: Place, folder: Path, manifest: Manifest) -> tuple[list[Item], Counter[str]]:
    """Load all but what begins the stack; answers that, and how many items each index must show."""
    held: list[Item] = []
    due: Counter[str] = Counter()
    for name in TABLES:

        def loaded(name: str = name) -> Iterator[Item]:
            for item in read_items(folder, name, manifest.digests.get(name, "")):
                due.update(index for index, key in INDEXES.items() if name == "ledger" and key in item)
                if key_of(item) == IN_FORCE:
                    held.append(item)
                elif {"PK": item["PK"], "SK": item["SK"]} != BEGINNING_KEY:
                    yield item

        _write(place, place.tables[name], loaded())
    return held, due


def _prove(
    place: Place, manifest: Manifest, due: Counter[str], objects: int | None, sleep: Callable[[float], None]
) -> Restored:
    found = open_verifications(place).verify_all()
    if not found.is_sound:
        flaws = "; ".join(f"{flaw.member_id}, sequence {flaw.sequence}: {flaw.what}" for flaw in found.flaws)
        raise LocalError(
            f"the restored ledger is not sound, and the stack stays asleep. Where a transaction was torn by the "
            f"instant of the export, take one of another instant; where an archived object is missing, bring the archive "
            f"({bringing(manifest.archive, place.archive_bucket)}) and begin again. {flaws}"
        )
    if manifest.root and (found.root, dict(found.totals)) != (manifest.root, manifest.totals):
        raise LocalError("the restored ledger is not the one that was backed up, and the stack stays asleep.")
    if found.totals.get(TRANSFERRED, 0):
        raise LocalError(
            "half of a transfer is missing in the backup, and the stack stays asleep; take one of another instant."
        )
    indexed = _indexed(place, {name: due[name] for name in INDEXES}, sleep)
    return Restored(manifest, found.members, found.entries, found.root, indexed, objects)


def _indexed(place: Place, due: dict[str, int], sleep: Callable[[float], None]) -> dict[str, int]:
    """What each index shows, as soon as that is what it must: they follow the table within seconds."""
    for attempt in range(TRIES_MAX):
        indexed = {name: sum(1 for _ in _scan_index(place, name)) for name in INDEXES}
        if indexed == due:
            return indexed
        sleep(2.0**attempt)
    raise LocalError(
        f"the indexes show {indexed} of {due}, minutes after the load; the stack stays asleep, begin again."
    )


def _scan_index(place: Place, name: str) -> Iterator[Item]:
    pages = place.dynamodb.get_paginator("scan").paginate(TableName=place.tables["ledger"], IndexName=name)
    for page in pages:
        yield from page["Items"]


def _write(place: Place, table: str, items: Iterable[Item]) -> None:
    for some in _some_at_once(items):
        _write_some(place, {table: [{"PutRequest": {"Item": item}} for item in some]})


def _write_some(place: Place, wanted: dict[str, Any]) -> None:
    for attempt in range(TRIES_MAX):
        wanted = place.dynamodb.batch_write_item(RequestItems=wanted)["UnprocessedItems"]
        if not wanted:
            return
        time.sleep(0.1 * 2**attempt)
    raise LocalError("DynamoDB takes no more items now; the stack stays asleep, begin again.")


def _some_at_once(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while some := list(islice(rest, ITEMS_AT_ONCE)):
        yield some


def _now_at(place: Place) -> datetime:
    """The time by DynamoDB's own clock, as it dates the stream. By that of a laptop that is a minute fast nobody would ever be
    told of the first minute, nor would it be booked; by a slow one, what was loaded last would be told.
    """
    answer = place.dynamodb.describe_table(TableName=place.tables["ledger"])
    said = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return parsedate_to_datetime(said) if said else WallClock().now()


def _begin_stream(place: Place, instant: str) -> None:
    item = BEGINNING_KEY | {"told_from": {"S": instant}}
    place.dynamodb.put_item(TableName=place.tables["program"], Item=item)


def _check_empty(place: Place) -> None:
    """But for what an earlier, stopped restore has left: then no program is in force."""
    current = {"PK": {"S": IN_FORCE[0]}, "SK": {"S": IN_FORCE[1]}}
    if "Item" in place.dynamodb.get_item(TableName=place.tables["program"], Key=current, ConsistentRead=True):
        raise LocalError(f"{place.stack} has a program in force; a backup is restored into a stack that has not begun.")


def _empty(place: Place) -> None:
    if not place.is_local:
        raise LocalError("a stack on AWS is not emptied by this command; deploy a new one to restore into.")
    _begin_stream(place, NEVER)
    for name in reversed(TABLES):
        table = place.tables[name]
        for some in _some_at_once(scan(place, name)):
            keys = [{"PK": item["PK"], "SK": item["SK"]} for item in some]
            doomed = [key for key in keys if key != BEGINNING_KEY]
            if doomed:
                _write_some(place, {table: [{"DeleteRequest": {"Key": key}} for key in doomed]})


def _keep_secrets(place: Place, path: Path) -> bool:
    """Put them where the functions read them; answers whether the master key is another one than it was."""
    master_key, partners = read_secrets(path)
    # A stack with an encryption key of its own has its secrets under it.
    own_key = place.vault.describe_secret(SecretId=place.master_key_name).get("KmsKeyId")
    encryption = {"KmsKeyId": own_key} if own_key else {}
    for name, value in partners.items():
        try:
            place.vault.create_secret(Name=place.secrets_prefix + name, SecretString=value, **encryption)
        except place.vault.exceptions.ResourceExistsException:
            place.vault.put_secret_value(SecretId=place.secrets_prefix + name, SecretString=value)
    if master_key.encode() == place.master_key():
        return False
    place.vault.put_secret_value(SecretId=place.master_key_name, SecretString=master_key)
    return True
