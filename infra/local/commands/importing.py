"""`quen import`: balances of an older system, taken in through the admin API, each row once."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from local.balances import Fault, read_balances
from local.callers import TokenCaller, ask_for, open_staff
from local.errors import LocalError
from local.running_stack import RunningStack, on_stack
from local.terminal import DONE, REFUSED, Subcommands, add_command, grouped, print_json, print_table

ROWS_PER_REQUEST = 50
FAULTS_SHOWN_MAX = 50

EXAMPLE = """
quen import balances members.csv --dry-run
quen import balances members.csv --import-id from-old-till
"""
DETAILS = """
csv     a header with row_id and phone or email; as you like name, birthday, locale, joined_on, points, expires_on (both
        YYYY-MM-DD; empty: never), qualifying (2026-10=120 2026-11=80), stamps, stored_value (smallest unit), tier.
        Several lines of one row_id are several lots of one person: what else they say is the same.
jsonl   one row a line, as POST /v1/imports/{import_id}/rows takes it.

Everything is read first, and every fault is named by its line; where there is one, nothing is sent. Each row happens once
for its --import-id (by default the file's name): an import that was stopped is started again, and goes on. A person whose
phone or e-mail is a member's already gets the balance added. Who signs in later with that phone or e-mail is that member.
"""


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(subcommands, "import", "Take balances of an older system in.", EXAMPLE, details=DETAILS)
    parser.add_argument("what", choices=("balances",))
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--import-id", metavar="ID", help="names the import for ever (default: from the file's name)")
    parser.add_argument("--dry-run", action="store_true", help="write nothing, and say what would be refused")
    parser.set_defaults(run=on_stack(run))


def run(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Read, check, send, tell."""
    rows, faults = read_balances(arguments.file)
    if faults:
        return _tell_faults(faults, as_json=arguments.json)
    import_id = arguments.import_id or import_id_of(arguments.file)
    staff = open_staff(stack)
    results: list[Mapping[str, Any]] = []
    for batch in _batches(rows):
        results += send(staff, import_id, batch, dry_run=arguments.dry_run)
        _show_progress(len(results), len(rows))
    return _tell(import_id, rows, results, as_json=arguments.json)


def send(
    staff: TokenCaller, import_id: str, rows: Sequence[Mapping[str, Any]], *, dry_run: bool
) -> list[Mapping[str, Any]]:
    """One request's rows and what became of them. Raises LocalError where the request itself is refused."""
    body = {"rows": list(rows), "dry_run": dry_run}
    answer = ask_for(staff, "POST", f"/v1/imports/{import_id}/rows", body, idempotency_key=None)
    found: list[Mapping[str, Any]] = answer["results"]
    return found


def import_id_of(file: Path) -> str:
    """The file's name, of characters that a path can hold."""
    name = re.sub(r"[^A-Za-z0-9._~-]+", "-", file.stem).strip("-._~")
    if not name:
        raise LocalError("the file's name names no import; give one with --import-id.")
    return name[:100]


def _batches(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    for start in range(0, len(rows), ROWS_PER_REQUEST):
        yield rows[start : start + ROWS_PER_REQUEST]


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        width = 30 * done // max(1, total)
        end = "\n" if done == total else ""
        sys.stderr.write(f"\r  {'█' * width}{'░' * (30 - width)} {grouped(done)} of {grouped(total)} rows{end}")
        sys.stderr.flush()


def _tell_faults(faults: Sequence[Fault], *, as_json: bool) -> int:
    if as_json:
        print_json({"faults": [{"line": fault.line, "column": fault.column, "what": fault.what} for fault in faults]})
        return REFUSED
    for fault in faults[:FAULTS_SHOWN_MAX]:
        sys.stdout.write(f"line {fault.line}, {fault.column}: {fault.what}\n")
    if len(faults) > FAULTS_SHOWN_MAX:
        sys.stdout.write(f"… and {grouped(len(faults) - FAULTS_SHOWN_MAX)} more\n")
    sys.stdout.write(f"{grouped(len(faults))} {'fault' if len(faults) == 1 else 'faults'}; nothing was sent.\n")
    return REFUSED


def _tell(
    import_id: str, rows: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, Any]], *, as_json: bool
) -> int:
    refused = [result for result in results if result["status"] == "refused"]
    counts = {name: sum(result["status"] == name for result in results) for name in ("opened", "added", "replayed")}
    valid = sum(result["status"] == "valid" for result in results)
    points = sum(lot["points"] for row in rows for lot in row.get("lots", ()))
    summary = {
        "import_id": import_id,
        "rows": len(rows),
        **counts,
        "valid": valid,
        "refused": len(refused),
        "points": points,
    }
    if as_json:
        print_json(summary | {"refusals": refused})
    else:
        for result in refused[:FAULTS_SHOWN_MAX]:
            sys.stdout.write(f"row {result['row_id']}: {_why(result['problem'])}\n")
        print_table(
            ("", "rows"), [(name, value) for name, value in summary.items() if name not in {"import_id", "points"}]
        )
        sys.stdout.write(f"Import {import_id}: {grouped(points)} points in the file.\n")
    return REFUSED if refused else DONE


def _why(problem: Mapping[str, Any]) -> str:
    faults = "; ".join(f"{fault['pointer']} {fault.get('detail', fault['code'])}" for fault in problem["errors"])
    return f"{problem['code']}: {faults or problem['detail']}"
