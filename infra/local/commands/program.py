"""`quen program`: check a program document, show the one in force, put another in its place."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from local.callers import ask_for, open_staff
from local.errors import LocalError
from local.mail_senders import confirm_program_sender
from local.running_stack import RunningStack
from local.terminal import DONE, REFUSED, Subcommands, add_command, print_json

EXAMPLE = """
quen program validate infra/local/programs/ca-phe-quen.yaml
quen program show > program.yaml
quen program apply program.yaml
"""


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(subcommands, "program", "Check, show or replace the program document.", EXAMPLE)
    parser.add_argument(
        "action",
        choices=("validate", "show", "apply"),
        help="validate needs no running stack; apply makes a new version, which functions see within a minute",
    )
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="YAML or JSON, for validate and apply")
    parser.set_defaults(run=lambda arguments: run(parser, arguments))


def run(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> int:
    """Do what was asked; 1 where the document has faults."""
    if (arguments.file is None) != (arguments.action == "show"):
        parser.error("validate and apply take a FILE, show takes none")
    if arguments.action == "show":
        return _show(arguments)
    document, faults = read_document(arguments.file)
    if arguments.action == "validate" or faults:
        return _tell_faults(arguments, faults)
    with RunningStack.load(arguments.data) as stack:
        shown = ask_for(open_staff(stack), "PUT", "/v1/program", document)
        confirm_program_sender(stack.aws_endpoint, document)
    if arguments.json:
        print_json(shown)
    else:
        sys.stdout.write(f"Version {shown.get('version', '?')} is in place.\n")
    return DONE


def read_document(path: Path) -> tuple[Any, list[dict[str, str]]]:
    """The document of a file as plain values, and its faults. Raises LocalError where the file cannot be read."""
    # Loaded here alone: the checks bring pydantic, and most commands need none.
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
        return {}, [{"pointer": fault.pointer, "code": fault.code, "message": fault.message} for fault in error.faults]


def _show(arguments: argparse.Namespace) -> int:
    with RunningStack.load(arguments.data) as stack:
        document = ask_for(open_staff(stack), "GET", "/v1/program")
    if arguments.json:
        print_json(document)
    else:
        import yaml  # only to show a document

        sys.stdout.write(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120))
    return DONE


def _tell_faults(arguments: argparse.Namespace, faults: list[dict[str, str]]) -> int:
    if arguments.json:
        print_json({"valid": not faults, "errors": faults})
    elif not faults:
        sys.stdout.write(f"{arguments.file} is valid.\n")
    for fault in faults if not arguments.json else ():
        sys.stderr.write(f"{fault['pointer'] or '/'}: {fault['message'] or fault['code']} [{fault['code']}]\n")
    return REFUSED if faults else DONE
