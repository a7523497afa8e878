"""What the commands of `quen` share on the terminal: a parser with an example, JSON for machines, aligned text for people."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import indent
from typing import Any

from local.connection import DATA_DIRECTORY, add_data_option

DONE, REFUSED = 0, 1


Subcommands = Any
"""What argparse's `add_subparsers` answers; it has no public name."""


def add_command(
    subcommands: Subcommands, name: str, summary: str, example: str, *, details: str = "", json_flag: bool = True
) -> argparse.ArgumentParser:
    """A subcommand with what all of them have: an example in its help, `--data` and `--json`.

    Without `json_flag` the command says in its own way how it answers machines.
    """
    parser: argparse.ArgumentParser = subcommands.add_parser(
        name,
        help=summary,
        description=f"{summary}\n{details}",
        epilog=f"example:\n{indent(example.strip(), '  ')}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if json_flag:
        add_data_option(parser)
    else:
        parser.add_argument(
            "--data", type=Path, default=DATA_DIRECTORY, metavar="DIR", help="the stack's data (default: .quen)"
        )
    return parser


def print_json(value: object) -> None:
    """One JSON document, readable by people too."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def print_fields(fields: Mapping[str, object]) -> None:
    """One `name  value` a line, aligned."""
    width = max(map(len, fields), default=0)
    for name, value in fields.items():
        sys.stdout.write(f"{name:<{width}}  {value}\n")


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows under their header; numbers to the right."""
    cells = [list(header), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    numeric = [all(isinstance(row[column], int) for row in rows) for column in range(len(header))]
    for row in cells:
        aligned = (
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, numeric, strict=True)
        )
        sys.stdout.write("  ".join(aligned).rstrip() + "\n")


def grouped(number: int) -> str:
    """The digits in groups of three: `1,234,567`."""
    return f"{number:,}"


def _cell(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return grouped(value)
    return "" if value is None else str(value)
