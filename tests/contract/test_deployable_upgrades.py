"""A stack of the version before can be brought to this one: what DynamoDB and CloudFormation refuse to change stays as it is.

No emulator refuses any of it. After a release, write down here what it deployed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.template_reader import read_template

PROJECT = Path(__file__).parents[2]
RELEASED = "v0.7.0"
INDEXES_OF_RELEASED = {
    "LedgerTable": {
        "DueAccounts": ("due_shard", "next_due_on"),
        "TierReviews": ("tier_shard", "review_on"),
        "WinBacks": ("lapse_shard", "lapse_on"),
        "VoucherEnds": ("end_shard", "ends_on"),
    },
    "MembersTable": {"Birthdays": ("birthday_shard", "PK"), "Roll": ("member_shard", "PK")},
    "ProgramTable": {},
    "MessagesTable": {},
}
TABLES = {
    name: resource["Properties"]
    for name, resource in read_template((PROJECT / "infra/data.yaml").read_text("utf-8"))["Resources"].items()
    if resource["Type"] == "AWS::DynamoDB::Table"
}


def keys(schema: list[Mapping[str, str]]) -> tuple[str, ...]:
    return tuple(part["AttributeName"] for part in schema)


def indexes(table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {index["IndexName"]: keys(index["KeySchema"]) for index in table.get("GlobalSecondaryIndexes", ())}


@pytest.mark.parametrize("table", TABLES)
def test_one_deployment_makes_or_takes_away_one_index_of_a_table_at_most(table: str) -> None:
    """DynamoDB changes no more at once: two new ones are two releases."""
    before, now = INDEXES_OF_RELEASED[table], indexes(TABLES[table])
    assert len({*before} ^ {*now}) <= 1
    assert {name: now[name] for name in {*before} & {*now}} == {name: before[name] for name in {*before} & {*now}}


@pytest.mark.parametrize("table", TABLES)
def test_no_table_is_replaced(table: str) -> None:
    """Another name or another key is another table, empty, beside the one with everybody's points."""
    assert TABLES[table]["TableName"] == {"Fn::Sub": "${Prefix}-" + table.removesuffix("Table").lower()}
    assert keys(TABLES[table]["KeySchema"]) == ("PK", "SK")


def test_what_is_compared_with_is_the_last_release_whose_data_is_kept() -> None:
    assert max(path.name for path in (PROJECT / "tests/upgrade").glob("v*.json.gz")) == f"{RELEASED}.json.gz"
