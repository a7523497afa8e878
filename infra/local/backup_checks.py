"""What a backup must be before a restore touches anything, and what the tables must be before their stack begins.

All that can be known of a backup is known while the place is still as it was: what `--empty` has emptied is gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from local.backup_archive import check_archive
from local.backup_files import IN_FORCE, Item, Manifest, digest_of, key_check_of, key_of, read_items, read_secrets
from local.backup_making import moves_by_itself, scan
from local.backup_places import TABLES, Place
from local.errors import LocalError
from quen.clock import WallClock
from quen.instants import format_instant, parse_instant

QUIET = timedelta(seconds=10)
RECORDED_BEFORE = timedelta(seconds=2)
"""An entry bears the second in which it was decided, and is written soon after."""
LOOKED_BACK = timedelta(hours=6)
DELETED_WITHIN = timedelta(days=1)
"""Where an item's time to live ends within that, the table may have it or not."""


def check_backup(folder: Path, manifest: Manifest) -> None:
    """Read all of it once. Raises LocalError where a file is not what was written, or it cannot be restored."""
    for name in TABLES:
        count = sum(1 for _ in read_items(folder, name, manifest.digests.get(name, "")))
        if count != manifest.items[name]:
            raise LocalError(f"the backup says {manifest.items[name]} items of {name} and has {count}.")
    if not any(key_of(item) == IN_FORCE for item in read_items(folder, "program")):
        raise LocalError("the backup has no program in force; it is of a stack that had not begun.")
    if not manifest.digests:
        check_quiet(manifest, read_items(folder, "ledger"))
    check_archive(folder, manifest)


def check_keys(place: Place, manifest: Manifest, secrets: Path | None) -> None:
    """Raises LocalError where the master key that the stack has, or would get, is not the one of the backup."""
    master_key = read_secrets(secrets)[0].encode() if secrets else place.master_key()
    if key_check_of(master_key) == manifest.key_check:
        return
    if secrets:
        raise LocalError(f"{secrets} holds another master key: these are not the secrets of this backup.")
    raise LocalError(
        "the stack has another master key than the backup: no member would be found by phone, card or voucher. "
        "Give the kept secrets with --secrets."
    )


def check_quiet(manifest: Manifest, items: Iterable[Item]) -> None:
    """Raises LocalError where somebody wrote within the last seconds before an export's instant, and names an earlier one.

    DynamoDB exports a table, not a transaction: of one that was on its way, the export may have the entry and not its document.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
    """
    taken_at = parse_instant(manifest.taken_at)
    forms = (json.loads(item["form"]["S"]) for item in items if item["SK"]["S"].startswith("ENTRY#"))
    instants = (parse_instant(form["recorded_at"]) for form in forms)
    written = [instant for instant in instants if instant > taken_at - LOOKED_BACK]
    quiet = quiet_instant(written, taken_at)
    if quiet != taken_at:
        raise LocalError(
            f"somebody bought within {QUIET.seconds} seconds before the export's instant, so a transaction may be torn; "
            f"export once more, with --at {format_instant(quiet)}."
        )


def quiet_instant(written: Iterable[datetime], at: datetime) -> datetime:
    """The latest instant up to `at` before which nobody wrote for QUIET."""
    quiet = at
    for instant in sorted(written, reverse=True):
        if instant <= quiet - QUIET:
            break
        quiet = min(quiet, instant - RECORDED_BEFORE)
    return quiet


def check_tables(place: Place, folder: Path, added: Iterable[Item] = ()) -> None:
    """Raises LocalError where a table is not the backup's, and in `program` what was `added`: the ledger's root speaks of
    the ledger alone, and a restore of another backup that was stopped has left what it had.
    """
    over = int((WallClock().now() + DELETED_WITHIN).timestamp())
    for name in TABLES:
        more = added if name == "program" else ()
        if digest_of(_lasting(scan(place, name), over)) != digest_of(
            _lasting(chain(read_items(folder, name), more), over)
        ):
            raise LocalError(
                f"the stack's table {name} is not the one of the backup: somebody wrote there, or another restore was "
                f"stopped there. The stack stays asleep; restore into a new one (a local one: with --empty)."
            )


def _lasting(items: Iterable[Item], over: int) -> Iterator[Item]:
    """Without what a check, a passing request or the restore itself writes, and what time takes away before `over`."""
    for item in items:
        partition = key_of(item)[0]
        until = item.get("expires_at_epoch")
        is_passing = until is not None and int(until["N"]) <= over
        if not (is_passing or moves_by_itself(item) or partition == "STREAM" or key_of(item) == IN_FORCE):
            yield item
