"""What functions are granted, read from the templates."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from aws_calls import Grant
from local.template_reader import read_template
from tables import DATA_TEMPLATE

INFRA = DATA_TEMPLATE.parent


def read(file: str) -> dict[str, Any]:
    return read_template((INFRA / file).read_text("utf-8"))


EVERYBODYS = "RunFunction"
FUNCTIONS = read("../template.yaml")["Resources"]
POLICIES = read("access.yaml")["Resources"]


def resource_name(resource: Any) -> str:
    """`LedgerTable`, `LedgerTable/index/DueAccounts`, `MasterKey`: what a policy's resource is about."""
    if isinstance(resource, dict) and "Ref" in resource:
        return str(resource["Ref"]).removesuffix("Arn")
    text = str(resource["Fn::Sub"] if isinstance(resource, dict) else resource)
    return text.replace("${", "").replace("Arn}", "").replace("Prefix}/", "").rpartition(":")[2]


def capabilities(function: str) -> list[str]:
    """What the function's role is given of infra/access.yaml, but for what every function is."""
    role = FUNCTIONS[function]["Properties"]["Role"]["Fn::GetAtt"].removesuffix(".Arn")
    policies = FUNCTIONS[role]["Properties"]["ManagedPolicyArns"]
    return [name for policy in policies if (name := policy["Fn::GetAtt"].removeprefix("Access.Outputs.")) != EVERYBODYS]


def denied(function: str, made: Iterable[Grant]) -> set[Grant]:
    """Those of the calls that the function's role does not allow."""
    allowed = grants(function)
    # Webhooks' secrets lie among partners': whoever may read all of them may read these.
    return {
        (action, resource)
        for action, resource in made
        if (action, resource) not in allowed and (action, resource.replace("whs_*", "*")) not in allowed
    }


@cache
def grants(function: str) -> set[Grant]:
    """The (action, resource) pairs that the function's capabilities allow its code."""
    allowed = set()
    for capability in capabilities(function):
        for written in POLICIES[capability]["Properties"]["PolicyDocument"]["Statement"]:
            statement = written["Fn::If"][1] if "Fn::If" in written else written
            many = [part if isinstance(part, list) else [part] for part in (statement["Action"], statement["Resource"])]
            allowed |= {(action, resource_name(resource)) for action in many[0] for resource in many[1]}
    return allowed
