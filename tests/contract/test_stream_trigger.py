"""What of the ledger's stream wakes its function, and how long the function tries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from local.template_reader import read_template
from quen.events.stream import UnreadableRecordError, read_record
from sample_events import EVENTS, sample_event

PROJECT = Path(__file__).parents[2]


def stream_trigger() -> dict[str, Any]:
    function = read_template((PROJECT / "template.yaml").read_text("utf-8"))["Resources"]["PublishEventsFunction"]
    [event] = [one for one in function["Properties"]["Events"].values() if one["Type"] == "DynamoDB"]
    trigger: dict[str, Any] = event["Properties"]
    return trigger


def test_the_stream_gives_up_an_hour_before_it_would_forget() -> None:
    """What it gives up leaves its position behind; what it forgot leaves nothing, and no alarm rings."""
    trigger, hours_kept = stream_trigger(), 24
    assert (trigger["MaximumRetryAttempts"], trigger["MaximumRecordAgeInSeconds"]) == (-1, (hours_kept - 1) * 3600)
    assert "OnFailure" in trigger["DestinationConfig"]


def matches(pattern: Any, value: Any) -> bool:
    """Lambda's filter rule, as far as ours uses it: nested members, and lists of texts or prefixes of which one fits."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(matches(part, value.get(member)) for member, part in pattern.items())
    return any(
        isinstance(value, str) and value.startswith(choice["prefix"]) if isinstance(choice, dict) else value == choice
        for choice in pattern
    )


def tells_something(record: Mapping[str, Any]) -> bool:
    try:
        return read_record(record) is not None
    except UnreadableRecordError:
        return True


def stream_records() -> list[dict[str, Any]]:
    """Every sample, told and untold: as a new item, as a change, and as items that tell nothing."""
    samples = [sample_event("publish_events", path.stem) for path in (EVENTS / "publish_events").glob("*.json")]
    records = [record for sample in samples for record in sample["Records"]]
    others = []
    for partition, sort in (("PURCHASE#ptn#1", "DOCUMENT"), ("MEMBER#mem_1", "CLAIM#birthday:2026"), ("MEMBER#m", "X")):
        other = deepcopy(records[0])
        other["dynamodb"]["Keys"] = {"PK": {"S": partition}, "SK": {"S": sort}}
        other["dynamodb"]["NewImage"] |= other["dynamodb"]["Keys"]
        others.append(other)
    return [*records, *(record | {"eventName": "MODIFY"} for record in records), *others]


def test_the_stream_wakes_its_function_for_what_tells_something_and_for_nothing_else() -> None:
    [chosen] = stream_trigger()["FilterCriteria"]["Filters"]
    records = stream_records()
    woken = [matches(json.loads(chosen["Pattern"]), record) for record in records]
    assert woken == [tells_something(record) for record in records]
    assert {True, False} == {*woken}
