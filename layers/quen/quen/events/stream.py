"""The ledger table's stream, record by record, as facts.

    a new item MEMBER#<id>, ENTRY#<sequence>    that entry
    a new item MEMBER#<id>, ACCOUNT             the member enrolled
    a new item MEMBER#<id>, NOTICE#<version>    the profile changed in a way that its member is warned of
    a new item MEMBER#<id>, VOUCHER#…           a voucher was issued that is this member's
    everything else                             nothing: an account that changes is told by its entries

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from quen.events.facts import ProfileChanged, VoucherIssued
from quen.events.model import Enrolled, Tellable
from quen.instants import parse_instant
from quen.ledger.model import parse_entry


class UnreadableRecordError(Exception):
    """The record is not what this house writes: no retry will ever read it."""


def read_record(record: Mapping[str, Any], offset: timedelta = timedelta(0)) -> Tellable | None:
    """The fact that a record tells, where it tells one; `offset` is how far the program's time is ahead of the real one.

    Raises UnreadableRecordError.
    """
    if record.get("eventName") != "INSERT":
        return None
    try:
        image = record["dynamodb"]["NewImage"]
        partition, sort = image["PK"]["S"], image["SK"]["S"]
        if not partition.startswith("MEMBER#"):
            return None
        member_id = partition.removeprefix("MEMBER#")
        if sort == "ACCOUNT":
            return Enrolled(member_id, _points(image), written_at(record) + offset)
        if sort.startswith("NOTICE#"):
            what, version = tuple(image["what"]["S"].split()), int(image["version"]["N"])
            return ProfileChanged(member_id, what, version, written_at(record) + offset)
        if sort.startswith("VOUCHER#"):
            return _voucher(member_id, sort, image)
        return parse_entry(image["form"]["S"], image["hash"]["S"]) if sort.startswith("ENTRY#") else None
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise UnreadableRecordError from error


def written_at(record: Mapping[str, Any]) -> datetime:
    """When the stream got it: real time, to the second."""
    return datetime.fromtimestamp(int(record["dynamodb"]["ApproximateCreationDateTime"]), UTC)


def _voucher(member_id: str, sort: str, image: Mapping[str, Any]) -> VoucherIssued:
    _, issued_at, voucher_id = sort.split("#")
    amount = int(image["amount"]["N"]) if "amount" in image else 0
    return VoucherIssued(member_id, voucher_id, image["until"]["S"], amount, parse_instant(issued_at))


def _points(image: Mapping[str, Any]) -> int:
    """What the account was opened with, active or pending; of one who brings much from an older system it is compressed."""
    state = image["state"]["S"] if "state" in image else zlib.decompress(base64.b64decode(image["packed"]["B"]))
    fields: dict[str, dict[str, int]] = json.loads(state)
    return sum(fields.get("lots", {}).values()) + sum(fields.get("pending", {}).values())
