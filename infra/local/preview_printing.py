"""`quen message preview`: what members read, before anybody does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.commands.program import read_document, tell_faults
from local.errors import LocalError
from local.terminal import DONE, Subcommands, print_fields, print_json

if TYPE_CHECKING:
    from local.message_previews import Preview
    from quen.program.model import Program

DETAILS = (
    "A message of a program with example values, in its own words where it has some; needs no running stack. KIND is a kind\n"
    "of message, like expiring, or one thing that a kind says, like joined: REFERENCE.md lists them, and the names that\n"
    "--set may give a value."
)
DEMO = Path(__file__).parent / "programs/ca-phe-quen.yaml"
CHANNELS = ("email", "sms", "zalo")


def add_preview(actions: Subcommands) -> None:
    """Add `preview` to the actions of `quen message`."""
    summary = "Show a message with example values; needs no running stack."
    parser: argparse.ArgumentParser = actions.add_parser("preview", help=summary, description=DETAILS)
    parser.add_argument("kind", metavar="KIND", nargs="?", type=parse_kind, help="which message; all of them: --all")
    parser.add_argument("--locale", metavar="LOCALE", help="in which of the program's languages (default: its first)")
    parser.add_argument("--channel", choices=CHANNELS, help="only what goes this way (default: mail and text message)")
    parser.add_argument(
        "--program",
        dest="file",
        metavar="FILE",
        type=Path,
        default=DEMO,
        help="a program document (default: the demo's)",
    )
    parser.add_argument(
        "--set", metavar="NAME=VALUE", action="append", type=parse_value, default=[], help="another value"
    )
    parser.add_argument("--html", metavar="FILE", type=Path, help="write the mail's page there")
    parser.add_argument(
        "--all", metavar="DIRECTORY", type=Path, help="write all that is ever said there, in all languages"
    )
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="answer in JSON")
    parser.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.set_defaults(run=run, usage_error=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Print one message, or write them all; 1 where the program has faults."""
    if (arguments.kind is None) == (arguments.all is None):
        arguments.usage_error("say which message, or where to write all of them with --all")
    document, faults = read_document(arguments.file)
    if faults:
        return tell_faults(arguments, faults)
    program = _compile(document)
    if arguments.all:
        return _write_all(program, arguments)
    from local.message_previews import preview  # brings the whole program model, which most commands need not

    shown = preview(arguments.kind, program, arguments.locale or program.locales[0], dict(arguments.set))
    if arguments.html:
        _write(arguments.html, shown.content.html)
    if arguments.json:
        print_json(_view(shown))
    else:
        _print(shown, arguments.channel)
    return DONE


def parse_kind(text: str) -> str:
    """A kind of message or one of its sayings. Raises ArgumentTypeError."""
    from local.message_previews import SAID

    if text not in SAID:
        raise argparse.ArgumentTypeError(f"there is no such message; there are: {', '.join(SAID)}")
    return text


def parse_value(text: str) -> tuple[str, str]:
    """`name=value`, with or without its `$`. Raises ArgumentTypeError."""
    name, separator, value = text.removeprefix("$").partition("=")
    if not name or not separator:
        raise argparse.ArgumentTypeError("give a value like points=1.500")
    return name, value


def _compile(document: dict[str, Any]) -> Program:
    # Loaded here alone: the checks bring pydantic, and most commands need none.
    from quen.clock import WallClock
    from quen.program.compiled import compile_program
    from quen.program.document import parse_document

    return compile_program(parse_document(document).content, 1, WallClock().now())


def _print(shown: Preview, channel: str | None) -> None:
    content = shown.content
    if channel in {None, "email"}:
        sys.stdout.write(f"Subject: {content.subject}\n\n{content.text}")
    if channel is None:
        sys.stdout.write("\nSMS:\n")
    if channel in {None, "sms"}:
        sys.stdout.write(f"{content.sms}\n\n")
        print_fields(size_of(shown))
    if channel == "zalo":
        if not content.zalo_template:
            raise LocalError(f"the program names no zalo_template for {shown.kind} in {shown.locale}.")
        print_fields({"template": content.zalo_template, **content.values})


def size_of(shown: Preview) -> dict[str, Any]:
    """What a text message weighs and costs, as far as somebody said what one costs."""
    content = shown.content
    fields = {"encoding": content.encoding, "segments": content.segments, "price": shown.price}
    return {name: value for name, value in fields.items() if value}


def _view(shown: Preview) -> dict[str, Any]:
    content = shown.content
    return {
        "kind": shown.kind,
        "said": shown.said,
        "locale": shown.locale,
        "subject": content.subject,
        "text": content.text,
        "html": content.html,
        "sms": content.sms,
        "encoding": content.encoding,
        "segments": content.segments,
        "price": content.price,
        "zalo_template": content.zalo_template or None,
        "values": dict(content.values),
    }


def _write_all(program: Program, arguments: argparse.Namespace) -> int:
    """One page and one text for each saying and language, and a list of them."""
    from local.message_previews import previews

    locales: Sequence[str] = [arguments.locale] if arguments.locale else program.locales
    shown = list(previews(program, locales))
    for one in shown:
        _write(arguments.all / f"{_stem(one)}.html", one.content.html)
        _write(
            arguments.all / f"{_stem(one)}.txt",
            f"{one.content.subject}\n\n{one.content.text}\nSMS:\n{one.content.sms}\n",
        )
    if arguments.json:
        print_json([{**_view(one), "html": f"{_stem(one)}.html", "text": f"{_stem(one)}.txt"} for one in shown])
    else:
        sys.stdout.write(f"{len(shown)} messages are written to {arguments.all}.\n")
    return DONE


def _stem(shown: Preview) -> str:
    return f"{shown.said}.{shown.locale}"


def _write(path: Path, text: str) -> None:
    """Raises LocalError where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LocalError(f"{path} cannot be written: {error.strerror}.") from None
