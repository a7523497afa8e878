"""What is asked of AWS, taken where botocore sends it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from quen.jobs.parking import PARKED_SUFFIX

Grant = tuple[str, str]
"""An action, and the resource it is about."""

EVENTS_FAILED = "events-failed"  # no queue's: what failed came from elsewhere
TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def queue_resource(name: str) -> str:
    """`MessagesQueue` for `messages`, `MessagesQueue-failed` for the one beside it where its messages are parked."""
    beside = PARKED_SUFFIX if name.endswith(PARKED_SUFFIX) and name != EVENTS_FAILED else ""
    return f"{name.removesuffix(beside).title().replace('-', '')}Queue{beside}"


class Calls:
    """What is sent to AWS, as the actions and resources that IAM would judge."""

    def __init__(self) -> None:
        self.made: set[Grant] = set()
        self.tables: Mapping[str, str] = {}
        """Names in the templates, by their own; while there are none, nothing is noted."""

    def note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if not self.tables:
            return
        service = model.service_model.endpoint_prefix
        if service == "s3":
            self.made.add((f"s3:{model.name}", "ArchiveBucket/entries/*"))
            return
        content = params["body"]
        asked = json.loads(content) if content else {}
        self.made |= {*self._judged(service, model.name, asked)}

    def _judged(self, service: str, operation: str, asked: dict[str, Any]) -> Iterator[Grant]:
        if operation == "TransactWriteItems":
            for item in asked["TransactItems"]:
                [(kind, write)] = item.items()
                yield f"dynamodb:{TRANSACTIONS[kind]}", self.tables[write["TableName"]]
        elif operation == "TransactGetItems":
            yield from (("dynamodb:GetItem", self.tables[item["Get"]["TableName"]]) for item in asked["TransactItems"])
        elif operation in {"BatchGetItem", "BatchWriteItem"}:
            yield from ((f"dynamodb:{operation}", self.tables[name]) for name in asked["RequestItems"])
        elif service == "dynamodb":
            index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
            yield f"dynamodb:{operation}", self.tables[asked["TableName"]] + index
        elif service == "sqs":
            yield f"sqs:{operation.removesuffix('Batch')}", queue_resource(asked["QueueUrl"].rpartition("/")[2])
        elif service == "secretsmanager":
            name = str(asked.get("SecretId") or asked["Name"]).rpartition("/")[2]
            secrets = {"master": "MasterKey", "whs": "partners/whs_*"}
            yield f"secretsmanager:{operation}", secrets.get(name.partition("_")[0], "partners/*")
        else:
            yield f"{service}:{operation}", "EventBus"
