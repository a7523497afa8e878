"""What is asked of AWS, taken where botocore sends it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Grant = tuple[str, str]
"""An action, and the resource it is about."""

TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


class Calls:
    """What is sent to AWS, as the actions and resources that IAM would judge."""

    def __init__(self) -> None:
        self.made: set[Grant] = set()
        self.tables: dict[str, str] = {}

    def note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if not self.tables:
            return  # the world is still being made
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
        elif operation in {"BatchGetItem", "BatchWriteItem"}:
            yield from ((f"dynamodb:{operation}", self.tables[name]) for name in asked["RequestItems"])
        elif service == "dynamodb":
            index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
            yield f"dynamodb:{operation}", self.tables[asked["TableName"]] + index
        elif service == "sqs":
            name = asked["QueueUrl"].rpartition("/")[2].title().replace("-", "")
            yield "sqs:SendMessage", f"{name}Queue"
        elif service == "secretsmanager":
            name = asked["SecretId"].rpartition("/")[2]
            secrets = {"master": "MasterKey", "whs": "partners/whs_*"}
            yield f"secretsmanager:{operation}", secrets.get(name.partition("_")[0], "partners/*")
        else:
            yield f"{service}:{operation}", "EventBus"
