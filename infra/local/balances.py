"""A file of balances, CSV or JSON lines, as rows of the import API; every fault by its line."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from local.errors import LocalError

TEXTS = ("phone", "email", "name", "locale", "tier")
DAYS = ("birthday", "joined_on")
NUMBERS = ("stamps", "stored_value")
# What spreadsheets write where the comma is the decimal sign.
DIVIDED_OTHERWISE = re.compile(r"[;\t]")
COLUMNS = ("row_id", *TEXTS, *DAYS, *NUMBERS, "points", "expires_on", "qualifying")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in the file: its line (1 is the first), the column's name, and a sentence."""

    line: int
    column: str
    what: str


class _WrongValueError(Exception):
    """What stands in a cell is none of what may stand there."""


def read_balances(path: Path) -> tuple[list[dict[str, Any]], list[Fault]]:
    """The rows of the file and every fault in it. Raises LocalError where it cannot be read at all."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LocalError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}.") from None
    faults: list[Fault] = []
    rows = _from_lines(text, faults) if path.suffix in {".jsonl", ".ndjson"} else _from_csv(text, faults)
    return list(rows), faults


def _from_lines(text: str, faults: list[Fault]) -> Iterator[dict[str, Any]]:
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            faults.append(Fault(number, "row", "This is not JSON."))
            continue
        if not isinstance(row, dict) or not isinstance(row.get("row_id"), str):
            faults.append(Fault(number, "row_id", "A row is an object with a row_id."))
        elif row["row_id"] in seen:
            faults.append(Fault(number, "row_id", f"Line {seen[row['row_id']]} has the same."))
        else:
            seen[row["row_id"]] = number
            yield row


def _from_csv(text: str, faults: list[Fault]) -> Iterator[dict[str, Any]]:
    reader = csv.DictReader(text.splitlines())
    header = reader.fieldnames or []
    if len(header) == 1 and DIVIDED_OTHERWISE.search(header[0]):
        faults.append(Fault(1, "row_id", "The columns are divided by commas: save the table as CSV with commas."))
        return
    known = f"No such column is known; there are {', '.join(COLUMNS)}."
    faults += [Fault(1, str(name), known) for name in header if name not in COLUMNS]
    if "row_id" not in header:
        faults.append(Fault(1, "row_id", "This column is needed."))
    if faults:
        return
    rows: dict[str, dict[str, Any]] = {}
    for cells in reader:
        number = reader.line_num
        row = _row(number, cells, faults)
        if before := rows.get(row["row_id"]):
            same = {name: value for name, value in row.items() if name != "lots"}
            if same != {name: value for name, value in before.items() if name != "lots"}:
                faults.append(Fault(number, "row_id", "Another line of this row_id says something else."))
            before["lots"] += row["lots"]
        elif row["row_id"]:
            rows[row["row_id"]] = row
    yield from rows.values()


def _row(number: int, cells: Mapping[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """One line as a row with at most one lot."""
    row: dict[str, Any] = {"row_id": (cells.get("row_id") or "").strip(), "lots": []}
    if not row["row_id"]:
        faults.append(Fault(number, "row_id", "Every line has one."))
    if None in cells or None in cells.values():
        faults.append(Fault(number, "row", "The line has another number of columns than the header."))
    readers: dict[str, Callable[[str], Any]] = {
        **dict.fromkeys(TEXTS, str),
        **dict.fromkeys(DAYS, _day),
        **dict.fromkeys(NUMBERS, _number),
    }
    readers |= {"points": _number, "expires_on": _day, "qualifying": _months}
    values: dict[str, Any] = {}
    for name, read in readers.items():
        cell = (cells.get(name) or "").strip()
        if cell:
            try:
                values[name] = read(cell)
            except _WrongValueError as error:
                faults.append(Fault(number, name, str(error)))
    points, last_day = values.pop("points", None), values.pop("expires_on", None)
    if points:
        row["lots"].append({"points": points, "expires_on": last_day})
    elif last_day:
        faults.append(Fault(number, "points", "A last day needs points."))
    if not values.get("phone") and not values.get("email"):
        faults.append(Fault(number, "phone", "A member has a phone number or an e-mail address."))
    return row | values


def _number(cell: str) -> int:
    if not cell.isascii() or not cell.isdigit():
        raise _WrongValueError("A whole number is expected here, in digits alone: 1000, not 1.000; and not below zero.")
    return int(cell)


def _day(cell: str) -> str:
    try:
        return date.fromisoformat(cell).isoformat()
    except ValueError:
        raise _WrongValueError("A day is expected here, as YYYY-MM-DD.") from None


def _months(cell: str) -> dict[str, int]:
    months: dict[str, int] = {}
    for part in cell.split():
        month, _, points = part.partition("=")
        _day(f"{month}-01")
        months[month] = _number(points)
    return months
