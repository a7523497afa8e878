"""Purchase history from files, as plain values: CDNOW in both of its layouts, and CSV.

Rule: the same file always gives the same purchases with the same ids, whatever part of it is replayed, so that a replay
that was interrupted is started again and does nothing twice. Amounts are whole numbers of the currency's smallest unit
from the first character on; no float is ever made of one.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from local.balances import DIVIDED_OTHERWISE
from local.errors import LocalError
from local.fictitious_phones import cdnow_phone, unnamed_phone
from quen.errors import ValidationFailedError

NOON = time(12)
MINUTE = timedelta(minutes=1)
CSV_COLUMNS = ("member", "phone", "occurred_at", "amount")
CSV_OPTIONAL_COLUMNS = ("purchase_id", "store_id", "name", "email", "birthday", "locale", "consents")
CONSENT_TEXT_VERSION = "replay-1"
THOUSAND_DIGITS = 3

_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]+))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PURCHASE_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}")


@dataclass(frozen=True, slots=True)
class PastMember:
    """Whom a history is about. `key` tells members apart; who has a `member_id` is enrolled already.

    `profile` is what they enrol with beside their phone: name, email, birthday, locale, consents.
    """

    key: str
    phone: str = ""
    member_id: str = ""
    profile: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PastPurchase:
    """One purchase of a history. `amount` is in the currency's smallest unit, `occurred_at` in UTC."""

    purchase_id: str
    member: PastMember
    occurred_at: datetime
    amount: int
    store_id: str = ""


def read_history(path: Path, form: str, zone: ZoneInfo, digits: int) -> list[PastPurchase]:
    """Every purchase of the file, in the order of time, and of the file where the time is the same.

    `zone` is the program's: it makes instants of days; `digits` is how many decimals its currency has. Raises LocalError
    that names the first line that cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LocalError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise LocalError(f"{path} is not a text file in UTF-8.") from None
    return parse_history(str(path), text, form, zone, digits)


def parse_history(name: str, text: str, form: str, zone: ZoneInfo, digits: int) -> list[PastPurchase]:
    """The same of a text; `name` is what a complaint calls it."""
    read = _read_cdnow if form == "cdnow" else _read_csv
    try:
        purchases = list(read(text, zone, digits))
    except BadLineError as error:
        raise LocalError(f"{name}, line {error.line}: {error.why}.") from None
    if not purchases:
        raise LocalError(f"{name} has no purchases.")
    ids = {purchase.purchase_id for purchase in purchases}
    if len(ids) < len(purchases):
        raise LocalError(f"{name} names {len(purchases) - len(ids)} purchase_id more than once.")
    return sorted(purchases, key=lambda purchase: purchase.occurred_at)


class BadLineError(Exception):
    """A line of the file cannot be read: which, counted from 1, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line
        self.why = why


def parse_amount(text: str, digits: int) -> int:
    """Decimal digits as a whole number of the smallest unit: `29.3` with two digits is 2930. Raises ValueError.

    `45.00` of a currency without decimals is 45; `45.000` is refused, for half of the world writes 45 thousand so.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise ValueError("an amount is decimal digits, with a point before the smaller unit")
    whole, written = match[1], match[2] or ""
    part = written.rstrip("0")
    if len(part) > digits or len(written) == THOUSAND_DIGITS != digits:
        raise ValueError(f"an amount of this currency has at most {digits} decimals, and nothing between its thousands")
    return int(whole + part.ljust(digits, "0"))


def purchase_id_of(line: int, text: str) -> str:
    """The id of a purchase that its file does not name: where it stands and what it says, so that two files never meet."""
    return f"line-{line:07d}-{hashlib.sha256(text.strip().encode()).hexdigest()[:12]}"


def _read_cdnow(text: str, zone: ZoneInfo, digits: int) -> Iterator[PastPurchase]:
    """Columns are divided by blanks. The days have no times: a customer's purchases of a day are a minute apart from noon.

    master    customer_id  date  number_of_cds  dollar_value      (with this header)
    sample    customer_id  sample_id  date  number  dollars       (without)
    """
    seen: dict[tuple[str, str], int] = {}
    for line, row in _lines(text):
        columns = row.split()
        if columns[0] == "customer_id":
            continue
        if len(columns) not in {4, 5} or not columns[0].isdigit():
            raise BadLineError(line, "a CDNOW line has 4 columns (master) or 5 (sample)")
        customer, (day, _, dollars) = columns[0], columns[-3:]
        nth = seen[customer, day] = seen.get((customer, day), -1) + 1
        try:
            occurred_at = datetime.combine(datetime.strptime(day, "%Y%m%d").date(), NOON, zone) + nth * MINUTE  # noqa: DTZ007 - a day
            member = PastMember(f"cdnow-{int(customer):05d}", cdnow_phone(int(customer)))
            amount = parse_amount(dollars, digits)
        except ValueError as error:
            raise BadLineError(line, str(error)) from None
        yield PastPurchase(purchase_id_of(line, row), member, occurred_at.astimezone(UTC), amount)


def _read_csv(text: str, zone: ZoneInfo, digits: int) -> Iterator[PastPurchase]:
    lines = text.splitlines()
    rows = csv.DictReader(lines, restval="")
    names = [name.strip() for name in rows.fieldnames or ()]
    _check_columns(names)
    rows.fieldnames = names
    members: dict[str, PastMember] = {}
    for row in rows:
        line = rows.line_num
        values = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}
        key = values.get("phone") or values.get("member", "")
        try:
            if None in row or not key:
                raise ValueError("too many columns" if key else "neither a member nor a phone")
            if key not in members:
                members[key] = _member(key, values, len(members))
            yield _csv_purchase(line, lines[line - 1], values, members[key], zone, digits)
        except ValueError as error:
            raise BadLineError(line, str(error)) from None


def _check_columns(names: list[str]) -> None:
    known = {*CSV_COLUMNS, *CSV_OPTIONAL_COLUMNS}
    if unknown := [name for name in names if name not in known]:
        if DIVIDED_OTHERWISE.search(unknown[0]):
            raise BadLineError(1, "the columns are divided by commas: save the table as CSV with commas")
        raise BadLineError(1, f"unknown column {unknown[0]!r}; known are {', '.join(sorted(known))}")
    if len(set(names)) < len(names):
        raise BadLineError(1, "a column is named twice")
    if not {"member", "phone"} & set(names) or not {"occurred_at", "amount"} <= set(names):
        raise BadLineError(1, "the header has member or phone, and occurred_at, and amount")


def _csv_purchase(
    line: int, text: str, values: Mapping[str, str], member: PastMember, zone: ZoneInfo, digits: int
) -> PastPurchase:
    purchase_id = values.get("purchase_id") or purchase_id_of(line, text)
    if not _PURCHASE_ID.fullmatch(purchase_id):
        raise ValueError("a purchase_id is up to 64 of A-Z a-z 0-9 . _ ~ -")
    return PastPurchase(
        purchase_id,
        member,
        parse_occurred_at(values["occurred_at"], zone),
        parse_amount(values["amount"], digits),
        values.get("store_id", ""),
    )


def parse_occurred_at(text: str, zone: ZoneInfo) -> datetime:
    """An instant with its zone, a local date and time, or a day, which is its noon. Raises ValueError."""
    if _DAY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), NOON, zone).astimezone(UTC)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("occurred_at is a day, a date and time, or an instant with its zone") from None
    return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC).replace(microsecond=0)


def _member(key: str, values: Mapping[str, str], nth: int) -> PastMember:
    if key.startswith("mem_"):
        return PastMember(key, member_id=key)
    profile: dict[str, Any] = {
        name: values[name] for name in ("name", "email", "birthday", "locale") if values.get(name)
    }
    purposes = values.get("consents", "").split()
    if purposes:
        profile["consents"] = [
            {"purpose": purpose, "granted": True, "text_version": CONSENT_TEXT_VERSION} for purpose in purposes
        ]
    return PastMember(key, _phone(values["phone"]) if values.get("phone") else unnamed_phone(nth), profile=profile)


def _phone(text: str) -> str:
    from quen.members.phones import parse_phone  # phonenumbers is slow to load

    try:
        return parse_phone(text)
    except ValidationFailedError:
        raise ValueError("the phone is not a telephone number") from None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers from 1."""
    for line, row in enumerate(text.splitlines(), start=1):
        if row.strip():
            yield line, row
