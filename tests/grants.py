"""What functions are granted, read from the templates, and what they ask AWS for, taken where botocore sends it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from local.template_reader import read_template
from tables import DATA_TEMPLATE

INFRA = DATA_TEMPLATE.parent
Grant = tuple[str, str]
"""An action, and the resource that it is done to."""

TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def read(file: str) -> dict[str, Any]:
    return read_template((INFRA / file).read_text("utf-8"))


FUNCTIONS = read("../template.yaml")["Resources"]
POLICIES = read("access.yaml")["Resources"]


def resource_name(resource: Any) -> str:
    """`LedgerTable`, `LedgerTable/index/DueAccounts`, `MasterKey`: what a policy's resource is about."""
    if isinstance(resource, dict) and "Ref" in resource:
        return str(resource["Ref"]).removesuffix("Arn")
    text = str(resource["Fn::Sub"] if isinstance(resource, dict) else resource)
    return text.replace("${", "").replace("Arn}", "").replace("Prefix}/", "").rpartition(":")[2]


def grants(function: str) -> set[Grant]:
    """The (action, resource) pairs that the function's policies allow."""
    allowed = set()
    for policy in FUNCTIONS[function]["Properties"]["Policies"]:
        capability = policy["Fn::GetAtt"].removeprefix("Access.Outputs.")
        for statement in POLICIES[capability]["Properties"]["PolicyDocument"]["Statement"]:
            many = [part if isinstance(part, list) else [part] for part in (statement["Action"], statement["Resource"])]
            allowed |= {(action, resource_name(resource)) for action in many[0] for resource in many[1]}
    return allowed


class Calls:
    """What is sent to AWS, as the actions and resources that IAM would judge."""

    def __init__(self) -> None:
        self.made: set[Grant] = set()
        self.tables: dict[str, str] = {}

    def note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if not self.tables:
            return  # the world is still being made
        service = model.service_model.endpoint_prefix
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
