"""The stack's tables as the template declares them, created on any DynamoDB: one source for schema, tests and benchmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import uuid4

from local.deployment import PROJECT
from local.request_units import IndexKeys
from local.template_reader import read_template

TABLES = {"ledger": "LedgerTable", "members": "MembersTable", "program": "ProgramTable", "messages": "MessagesTable"}
_CREATED_WITH = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")


def create_tables(client: Any) -> dict[str, str]:
    """Create all four tables under fresh names; answers the name of each."""
    run = uuid4().hex[:8]
    for name, properties in _properties().items():
        schema = {key: properties[key] for key in _CREATED_WITH if key in properties}
        client.create_table(TableName=f"{name}-{run}", **schema)
    return {name: f"{name}-{run}" for name in TABLES}


def index_keys() -> dict[str, IndexKeys]:
    """The indexes of each table; all of them hold keys only."""
    return {name: _keys(properties.get("GlobalSecondaryIndexes", ())) for name, properties in _properties().items()}


def _keys(indexes: Sequence[Mapping[str, Any]]) -> IndexKeys:
    return {
        index["IndexName"]: (index["KeySchema"][0]["AttributeName"], index["KeySchema"][1]["AttributeName"])
        for index in indexes
    }


@cache
def _properties() -> dict[str, Any]:
    resources = read_template((PROJECT / "infra/data.yaml").read_text("utf-8"))["Resources"]
    return {name: resources[resource]["Properties"] for name, resource in TABLES.items()}
