"""`quen backup`: a stack's tables and its archive as files, and back into an empty stack, proven."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from local.backup_files import Manifest
from local.backup_places import Place, aws_place, local_place, put_object
from local.commands.clock import parse_when
from local.connection import aws_told
from local.errors import LocalError
from local.terminal import DONE, Subcommands, add_command, grouped, print_json, print_table

EXAMPLE = """
quen backup create my-backup --secrets my-secrets.json
quen backup restore my-backup --secrets my-secrets.json --data .quen-second --empty
quen backup create s3://my-bucket/2026-11-26 --stack quen --at 2026-11-26T03:00:00Z
quen backup restore my-backup --stack quen-restored --secrets my-secrets.json
"""
DETAILS = """
On this machine the tables are read twice, and are a backup where nobody wrote between. Of a stack on AWS (--stack), DynamoDB
itself exports all of them as they were at one instant, to S3; `aws s3 sync` brings them here for a restore. Old entries that
left the table are in the archive's bucket: on this machine they are copied into the backup, on AWS they stay there, and what
is printed says how to copy them to the bucket of the stack that is restored into. The secrets are what opens everything: keep
their file apart.

A restore goes into a stack that has not begun: it tells nothing that was told, verifies the ledger, compares its root with
the backup's, and only then puts the program in force. With --secrets it first puts these into the stack, and asks for it to be
started (on AWS: deployed) again, for its functions know others. `--empty` first forgets what a local stack holds.
"""


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(subcommands, "backup", "Take a backup, or restore one.", EXAMPLE, details=DETAILS)
    parser.add_argument("action", choices=("create", "restore"))
    parser.add_argument("where", metavar="DIR", help="a folder; for an export of AWS s3://BUCKET/PREFIX")
    parser.add_argument("--stack", metavar="NAME", help="a deployed stack, by this shell's AWS credentials and region")
    parser.add_argument("--secrets", type=Path, metavar="FILE", help="the file of the master key and partners' secrets")
    at = "of an export: when, within the last 35 days (default: now)"
    parser.add_argument("--at", metavar="INSTANT", type=parse_at, help=at)
    parser.add_argument("--empty", action="store_true", help="of a restore: forget first what a local stack holds")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Take it or restore it."""
    with aws_told():
        place = aws_place(arguments.stack) if arguments.stack else local_place(arguments.data)
        shown = _create(place, arguments) if arguments.action == "create" else _restore(place, arguments)
    if arguments.json:
        print_json(shown)
    else:
        rows = [(name, json.dumps(value) if isinstance(value, dict) else value) for name, value in shown.items()]
        print_table(("", ""), rows)
    return DONE


def _create(place: Place, arguments: argparse.Namespace) -> dict[str, Any]:
    from local.backup_archive import bringing
    from local.backup_making import export, partners_secrets, take

    if not arguments.where.startswith("s3://"):
        if arguments.stack:
            raise LocalError("a stack on AWS is exported to s3://BUCKET/PREFIX: a scan of tables in use is no backup.")
        return _shown(take(place, Path(arguments.where), arguments.secrets))
    if not arguments.stack:
        raise LocalError("the local stack has no exports; give a folder.")
    from local.backup_files import write_secrets
    from quen.clock import WallClock

    bucket, _, prefix = arguments.where.removeprefix("s3://").partition("/")
    at = arguments.at or WallClock().now().replace(microsecond=0)
    manifest = export(place, bucket, prefix.rstrip("/"), at, put_object)
    if arguments.secrets:
        write_secrets(arguments.secrets, place.master_key(), partners_secrets(place))
    return _shown(manifest) | {"archive": bringing(manifest.archive, "the new stack's ArchiveBucket")}


def _restore(place: Place, arguments: argparse.Namespace) -> dict[str, Any]:
    from local.backup_restoring import restore

    sys.stderr.write(f"Restoring into {place.stack} …\n")
    restored = restore(place, Path(arguments.where), secrets=arguments.secrets, is_emptied=arguments.empty)
    return {
        "members": grouped(restored.members),
        "entries": grouped(restored.entries),
        "root": restored.root,
        "compared with the backup's": "yes" if restored.manifest.root else "it has none",
        "indexes": restored.indexed,
        "archived objects": "already in the bucket" if restored.objects is None else grouped(restored.objects),
    }


def _shown(manifest: Manifest) -> dict[str, Any]:
    objects = {} if manifest.objects is None else {"archived objects": grouped(manifest.objects)}
    return {"taken at": manifest.taken_at, "items": manifest.items, "root": manifest.root or "not read"} | objects


def parse_at(text: str) -> datetime:
    """An instant with its zone. Raises ArgumentTypeError."""
    when = parse_when(text)
    if not isinstance(when, datetime):
        raise argparse.ArgumentTypeError("give an instant with its zone, like 2026-11-26T03:00:00Z")
    return when
