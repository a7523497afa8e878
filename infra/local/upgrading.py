"""What earlier versions have stored gets what this one needs of it: once after an upgrade, while members buy.

Since 0.8 a member's first entry says in the index OldEntries how old the history is, and `archive-entries` finds nobody
otherwise. No command touches that entry again, so those of 0.7 and before would stay in the table for ever. The entry's text
and hash are left as they are, and the stream tells nobody of it. Can be stopped anywhere and begun anew: it writes only what
is not there. Reads the whole ledger, as its proof does, and writes two units a member.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from local.backup_places import Place
from local.errors import LocalError
from quen.business_days import local_day
from quen.clock import WallClock
from quen.errors import NotFoundError
from quen.instants import parse_instant
from quen.ledger.items import archive_shard_key, entry_key, shard_of
from quen.program.service import Programs
from quen.program.store import ProgramStore

Item = dict[str, Any]


def upgrade(place: Place) -> int:
    """Show every member in OldEntries who is not shown there; answers how many. Raises LocalError where no program is."""
    zone = _time_zone(place)
    return sum(_show(place, item, zone) for item in _first_entries_not_shown(place))


def _time_zone(place: Place) -> ZoneInfo:
    wall = WallClock()
    try:
        return Programs(ProgramStore(place.dynamodb, place.tables["program"]), wall).current(wall.now()).time_zone
    except NotFoundError:
        raise LocalError(f"{place.stack} has no program in force, so it has no members either.") from None


def _first_entries_not_shown(place: Place) -> Iterator[Item]:
    pages = place.dynamodb.get_paginator("scan").paginate(
        TableName=place.tables["ledger"],
        ConsistentRead=True,
        FilterExpression="SK = :first AND attribute_not_exists(archive_shard)",
        ExpressionAttributeValues={":first": {"S": entry_key(1)}},
    )
    for page in pages:
        yield from page["Items"]


def _show(place: Place, item: Item, zone: ZoneInfo) -> bool:
    """Whether it was still there to be shown."""
    member_id = item["PK"]["S"].removeprefix("MEMBER#")
    recorded_at = parse_instant(json.loads(item["form"]["S"])["recorded_at"])
    try:
        place.dynamodb.update_item(
            TableName=place.tables["ledger"],
            Key={"PK": item["PK"], "SK": item["SK"]},
            UpdateExpression="SET archive_shard = :shard, oldest_on = :day",
            ConditionExpression="attribute_exists(PK) AND attribute_not_exists(archive_shard)",
            ExpressionAttributeValues={
                ":shard": {"S": archive_shard_key(shard_of(member_id))},
                ":day": {"S": local_day(recorded_at, zone).isoformat()},
            },
        )
    except place.dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True
