"""`quen program`: check a program document, see what it would change, put it in place, go back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from local.callers import Caller, ask_for, open_staff
from local.commands.clock import parse_when
from local.errors import LocalError
from local.mail_senders import confirm_program_sender
from local.plan_printing import print_plan
from local.running_stack import RunningStack, on_stack
from local.terminal import DONE, REFUSED, Subcommands, add_command, print_json, print_table

EXAMPLE = """
quen program validate infra/local/programs/salon.yaml
quen program plan infra/local/programs/salon.yaml
quen program plan new.yaml --against old.yaml
quen program show > program.yaml
quen program apply program.yaml --from 2026-12-01
quen program versions
quen program rollback 3
quen program schema > program.schema.json
"""
DETAILS = (
    "A document is YAML or JSON. What may stand in it, an editor tells where its first line is\n"
    "  # yaml-language-server: $schema=program.schema.json\n"
    "(a path from the document to what `quen program schema` prints; infra/program.schema.json is the same). Ready programs\n"
    "to begin with are in infra/local/programs/. A change is a new version; functions see it within a minute."
)
VERSIONS_PAGE = 100


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        subcommands, "program", "Check, plan, show or replace the program document.", EXAMPLE, details=DETAILS
    )
    actions = parser.add_subparsers(
        dest="action", required=True, metavar="validate|plan|apply|show|versions|rollback|schema"
    )

    def add(name: str, run: Callable[[argparse.Namespace], int], summary: str) -> argparse.ArgumentParser:
        action: argparse.ArgumentParser = actions.add_parser(name, help=summary, description=summary)
        action.set_defaults(run=run)
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="answer in JSON")
        action.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        return action

    _add_file(add("validate", validate, "Name every fault of a document; needs no running stack."))
    planning = add("plan", plan, "Tell what a document would change; nothing is written.")
    _add_file(planning)
    _add_from(planning)
    planning.add_argument("--against", metavar="FILE", type=Path, help="compare with this file; needs no running stack")
    applying = add("apply", apply, "Make a document the program: a new version, unless nothing changed.")
    _add_file(applying)
    _add_from(applying)
    showing = add("show", on_stack(show), "Print the document in force.")
    showing.add_argument("--version", metavar="N", type=int, help="another version, one prepared for later too")
    add("versions", on_stack(list_versions), "List every version, newest first.")
    restoring = add("rollback", on_stack(rollback), "Make the document of an earlier version the program again.")
    restoring.add_argument("version", metavar="VERSION", type=int)
    _add_from(restoring)
    add("schema", schema, "Print the JSON Schema of the document, for editors; needs no running stack.")


def _add_file(action: argparse.ArgumentParser) -> None:
    action.add_argument("file", metavar="FILE", type=Path, help="YAML or JSON")


def _add_from(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "--from",
        dest="effective_from",
        metavar="INSTANT|DAY",
        type=parse_when,
        help="when it begins to count, like 2026-12-01 or 2026-11-30T17:00:00Z; left out: at once",
    )


def validate(arguments: argparse.Namespace) -> int:
    """Name every fault; 1 where there is one."""
    return tell_faults(arguments, read_document(arguments.file)[1])


def plan(arguments: argparse.Namespace) -> int:
    """Print what the document would change; 1 where it has faults."""
    document, faults = _read_dated(arguments)
    if faults:
        return tell_faults(arguments, faults)
    if arguments.against:
        other, faults = read_document(arguments.against)
        if faults:
            arguments.file = arguments.against
            return tell_faults(arguments, faults)
        found = compare_documents(other, document)
    else:
        with RunningStack.load(arguments.data) as stack:
            found = ask_for(open_staff(stack), "POST", "/v1/program/plan", document)
    if arguments.json:
        print_json(found)
    else:
        print_plan(found)
    return DONE


def apply(arguments: argparse.Namespace) -> int:
    """Make the document the program; 1 where it has faults."""
    document, faults = _read_dated(arguments)
    if faults:
        return tell_faults(arguments, faults)
    with RunningStack.load(arguments.data) as stack:
        staff = open_staff(stack)
        shown = ask_for(staff, "PUT", "/v1/program", document)
        confirm_program_sender(stack.aws_endpoint, document)
        return _tell_version(staff, arguments, shown)


def show(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Print a version of the document; where one is prepared for later, a comment says so."""
    staff = open_staff(stack)
    query = f"?version={arguments.version}" if arguments.version is not None else ""
    document = ask_for(staff, "GET", f"/v1/program{query}")
    if arguments.json:
        print_json(document)
        return DONE
    import yaml  # only to show a document

    if not query:
        page = ask_for(staff, "GET", f"/v1/program/versions?limit={VERSIONS_PAGE}")
        for version in page["items"]:
            if version["effective_from"] > document["effective_from"]:
                sys.stdout.write(f"# Version {version['version']} counts from {version['effective_from']}.\n")
    sys.stdout.write(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120))
    return DONE


def list_versions(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Print every version: whether it counts, is over, or is prepared for later."""
    staff = open_staff(stack)
    document = ask_for(staff, "GET", "/v1/program")
    versions = _all_versions(staff)
    if arguments.json:
        print_json({"items": versions})
        return DONE
    to_come = {one["version"] for one in coming(versions, document["effective_from"])}
    rows = [
        (one["version"], one["effective_from"], _state(one, document, to_come), one["recorded_at"], one["actor"])
        for one in versions
    ]
    print_table(("version", "counts from", "", "written", "by"), rows)
    return DONE


def coming(versions: list[dict[str, Any]], after: str) -> list[dict[str, Any]]:
    """The versions that begin to count after that instant, soonest first; of those of one instant only the newest counts."""
    newest: dict[str, dict[str, Any]] = {}
    for one in sorted(versions, key=lambda version: version["version"]):
        newest[one["effective_from"]] = one
    return [newest[begins] for begins in sorted(newest) if begins > after]


def _all_versions(staff: Caller) -> list[dict[str, Any]]:
    versions: list[dict[str, Any]] = []
    query: str | None = ""
    while query is not None:
        page = ask_for(staff, "GET", f"/v1/program/versions?limit={VERSIONS_PAGE}{query}")
        versions += page["items"]
        query = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    return versions


def _state(version: dict[str, Any], document: dict[str, Any], to_come: set[int]) -> str:
    if version["version"] == document["version"]:
        return "in force"
    if version["version"] in to_come:
        return "prepared"
    return "replaced" if version["effective_from"] > document["effective_from"] else ""


def rollback(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Make an earlier version's document the program again."""
    staff = open_staff(stack)
    body: dict[str, Any] = {"version": arguments.version}
    if arguments.effective_from is not None:
        zone = ask_for(staff, "GET", "/v1/program")["program"]["time_zone"]
        body["effective_from"] = _instant(arguments.effective_from, zone)
    return _tell_version(staff, arguments, ask_for(staff, "POST", "/v1/program/rollback", body))


def schema(_arguments: argparse.Namespace) -> int:
    """Print the JSON Schema."""
    from quen.program.document import json_schema  # brings pydantic, which most commands need not

    print_json(json_schema())
    return DONE


def compare_documents(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The plan of one valid document in place of another, as `POST /v1/program/plan` answers it; there are no versions."""
    # Loaded here alone: the checks bring pydantic, and most commands need none.
    from quen.clock import WallClock
    from quen.planning.service import Stated, draw_up
    from quen.planning.views import plan_view
    from quen.program.document import parse_document

    old, new = parse_document(before), parse_document(after)
    begins = new.effective_from or WallClock().now()
    found = draw_up(Stated(1, begins, old.content), Stated(2, begins, new.content))
    return {**plan_view(found), "version": None, "compared_with": None}


def read_document(path: Path) -> tuple[Any, list[dict[str, Any]]]:
    """The document of a file as plain values, and its faults `{"line", "pointer", "code", "message"}`, from the top.

    `line` is None where the text cannot be read. Raises LocalError where the file cannot.
    """
    # Loaded here alone: the checks bring pydantic, and most commands need none.
    from local.document_lines import DocumentLines
    from quen.errors import ValidationFailedError
    from quen.program.document import parse_document, read_text

    try:
        text = path.read_bytes()
    except OSError as error:
        raise LocalError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        parse_document(text)
        return read_text(text)[0], []
    except ValidationFailedError as error:
        lines = DocumentLines(text)
        faults = [
            {"line": lines.of(fault.pointer), "pointer": fault.pointer, "code": fault.code, "message": fault.message}
            for fault in error.faults
        ]
        return {}, sorted(faults, key=lambda fault: fault["line"] or 0)


def _read_dated(arguments: argparse.Namespace) -> tuple[Any, list[dict[str, Any]]]:
    """The file's document, counting from when the command says."""
    document, faults = read_document(arguments.file)
    if arguments.effective_from is not None and not faults:
        document["effective_from"] = _instant(arguments.effective_from, document["program"]["time_zone"])
    return document, faults


def _instant(when: datetime | str, zone: str) -> str:
    """RFC 3339 of an instant, or of a local day or time in that zone."""
    instant = datetime.fromisoformat(when).replace(tzinfo=ZoneInfo(zone)) if isinstance(when, str) else when
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _tell_version(staff: Caller, arguments: argparse.Namespace, shown: dict[str, Any]) -> int:
    if arguments.json:
        print_json(shown)
        return DONE
    in_force = ask_for(staff, "GET", "/v1/program")
    for sentence in version_sentences(shown, in_force, _all_versions(staff)):
        sys.stdout.write(f"{sentence}\n")
    return DONE


def version_sentences(shown: dict[str, Any], in_force: dict[str, Any], versions: list[dict[str, Any]]) -> Iterator[str]:
    """Whether the version counts already or from when, and which one that was prepared before takes its place later."""
    number, begins = shown["version"], shown["effective_from"]
    yield (
        f"Version {number} is in place."
        if begins <= in_force["effective_from"]
        else (f"Version {number} is prepared: it counts from {begins}.")
    )
    for later in coming(versions, begins):
        yield (
            f"Version {later['version']}, prepared before, takes its place at {later['effective_from']}. "
            f"To keep version {number}: quen program rollback {number} --from {later['effective_from']}"
        )


def tell_faults(arguments: argparse.Namespace, faults: list[dict[str, Any]]) -> int:
    """Say whether the file `arguments.file` is valid, or every fault of it; 1 where there is one."""
    # `file:line: ` is what editors make a link of.
    if arguments.json:
        print_json({"valid": not faults, "errors": faults})
    elif not faults:
        sys.stdout.write(f"{arguments.file} is valid.\n")
    for fault in faults if not arguments.json else ():
        place = ":".join(str(part) for part in (arguments.file, fault["line"]) if part is not None)
        pointer = f"{fault['pointer']}: " if fault["pointer"] else ""
        sys.stderr.write(f"{place}: {pointer}{fault['message'] or fault['code']} [{fault['code']}]\n")
    return REFUSED if faults else DONE
