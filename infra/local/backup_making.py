"""Takes a backup: exports of one instant on AWS, and on this machine a scan while nobody writes.

A scan is no snapshot: an account read before a purchase and its entry read after would not fit each other, and points are
money. So it is taken twice, and is a backup only where both are the same: then every table was so at each instant between.
What is archived follows the tables: see `local.backup_archive`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from local.backup_archive import FolderObjects, copy_archive
from local.backup_files import (
    MANIFEST,
    Item,
    Manifest,
    code_version,
    digest_of,
    key_check_of,
    key_of,
    read_items,
    write_items,
    write_manifest,
    write_secrets,
)
from local.backup_places import TABLES, Place, holds_objects
from local.errors import LocalError
from quen.archive.service import Archive
from quen.clock import WallClock
from quen.instants import format_instant
from quen.ledger.store import LedgerStore
from quen.verification.service import Verifications
from quen.verification.store import VerificationStore

TRIES_MAX = 5
POLL_SECONDS = 15.0
# Written by the check itself, or by the passing of requests that move no points.
UNSTEADY = ("NONCE#", "RATE#", "VERIFICATION")


def take(place: Place, folder: Path, secrets: Path | None = None) -> Manifest:
    """All tables of a stack and its archive, to a new folder. Raises LocalError where it is not new, or somebody writes."""
    if folder.exists() and any(folder.iterdir()):
        raise LocalError(f"{folder} is not empty; a backup goes into a folder of its own.")
    now = WallClock().now()
    for _ in range(TRIES_MAX):
        before = _state(place)
        found = open_verifications(place).verify_all()
        written = {name: write_items(folder, name, scan(place, name)) for name in TABLES}
        # What was written is held to both: who changes a thing and changes it back is seen by neither of them.
        if _state(place) == before == {name: _steady(read_items(folder, name)) for name in TABLES}:
            break
    else:
        raise LocalError("somebody keeps writing; a backup of a running stack is taken by DynamoDB itself, on AWS.")
    if not found.is_sound:
        raise LocalError("the ledger is not sound, so this would be a backup of damage; see `quen ledger verify`.")
    objects = copy_archive(read_items(folder, "ledger"), place.objects, FolderObjects(folder))
    manifest = Manifest(
        taken_at=format_instant(now),
        stack=place.stack,
        items={name: count for name, (count, _) in written.items()},
        key_check=key_check_of(place.master_key()),
        digests={name: digest for name, (_, digest) in written.items()},
        root=found.root,
        objects=objects,
        archive=place.archive_bucket,
        totals=dict(found.totals),
        version=code_version(),
    )
    if secrets:
        write_secrets(secrets, place.master_key(), partners_secrets(place))
    write_manifest(folder, manifest)
    return manifest


def export(
    place: Place,
    bucket: str,
    prefix: str,
    at: datetime,
    keep: Callable[[str, str, bytes], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Manifest:
    """All tables as they were at one instant, written to S3 by DynamoDB; answers when all are there, and the manifest beside
    them (`keep` puts a bucket's object). What is archived stays in the bucket that the manifest names: it only ever grows.
    Raises LocalError where something is there already: DynamoDB would write a second export beside the first, and who brings
    both here has every table as it was at two instants.
    """
    if holds_objects(bucket, prefix):
        raise LocalError(f"s3://{bucket}/{prefix} is not empty; an export goes to a prefix of its own.")
    started = {}
    for name in TABLES:
        table = place.dynamodb.describe_table(TableName=place.tables[name])["Table"]
        started[name] = place.dynamodb.export_table_to_point_in_time(
            TableArn=table["TableArn"], S3Bucket=bucket, S3Prefix=f"{prefix}/{name}", ExportTime=at
        )["ExportDescription"]["ExportArn"]
    items = {}
    for name, arn in started.items():
        while (shown := place.dynamodb.describe_export(ExportArn=arn)["ExportDescription"])[
            "ExportStatus"
        ] == "IN_PROGRESS":
            sleep(POLL_SECONDS)
        if shown["ExportStatus"] != "COMPLETED":
            raise LocalError(f"the export of {name} failed: {shown.get('FailureMessage', shown['ExportStatus'])}")
        items[name] = int(shown["ItemCount"])
    check = key_check_of(place.master_key())
    manifest = Manifest(
        format_instant(at), place.stack, items, check, archive=place.archive_bucket, version=code_version()
    )
    keep(bucket, f"{prefix}/{MANIFEST}", json.dumps(asdict(manifest), indent=2).encode())
    return manifest


def scan(place: Place, name: str) -> Iterator[Item]:
    """Every item of a table, by the table's own order."""
    pages = place.dynamodb.get_paginator("scan").paginate(TableName=place.tables[name], ConsistentRead=True)
    for page in pages:
        yield from page["Items"]


def partners_secrets(place: Place) -> dict[str, str]:
    """Partners' secrets, by what stands behind the stack's prefix."""
    found = {}
    for page in place.vault.get_paginator("list_secrets").paginate():
        for secret in page["SecretList"]:
            if secret["Name"].startswith(place.secrets_prefix):
                value = place.vault.get_secret_value(SecretId=secret["Name"])["SecretString"]
                found[secret["Name"].removeprefix(place.secrets_prefix)] = value
    return found


def open_verifications(place: Place) -> Verifications:
    """The check of the ledger, over a place's tables."""
    client: Any = place.dynamodb
    ledger, program = place.tables["ledger"], place.tables["program"]
    archive, store = Archive(place.objects), VerificationStore(client, ledger, program)
    return Verifications(LedgerStore(client, ledger), store, archive, WallClock())


def _state(place: Place) -> dict[str, str]:
    """A digest of every table, without what moves by itself."""
    return {name: _steady(scan(place, name)) for name in TABLES}


def _steady(items: Iterator[Item]) -> str:
    return digest_of(item for item in items if not moves_by_itself(item))


def moves_by_itself(item: Item) -> bool:
    """Whether it is written by requests that move no points, or by the check."""
    return key_of(item)[0].startswith(UNSTEADY)
