"""Each of our own rules for templates finds what it looks for, and nothing where all is well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

from local.template_rules import (
    Fault,
    Resources,
    access_faults,
    function_faults,
    log_group_faults,
    queue_faults,
    table_faults,
    version_faults,
)


def permission(action: Any, resource: Any = "arn:aws:s3:::one") -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}


SOUND: dict[str, Any] = {
    "SayFunction": {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Timeout": 15,
            "Architectures": ["arm64"],
            "LoggingConfig": {"LogGroup": {"Ref": "SayLogs"}},
            "Role": {"Fn::GetAtt": ["SayRole", "Arn"]},
            "Description": "Says it. 0123456789abcdef",
        },
    },
    "SayFunctionAliaslive": {
        "Type": "AWS::Lambda::Alias",
        "Properties": {
            "FunctionName": {"Ref": "SayFunction"},
            "FunctionVersion": {"Fn::GetAtt": ["SayFunctionVersion0123456789", "Version"]},
        },
    },
    "SayRole": {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": ["arn:aws:iam::123456789012:policy/x"]}},
    "SayLogs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 90, "KmsKeyId": "key"}},
    "SayQueue": {
        "Type": "AWS::SQS::Queue",
        "Properties": {
            "MessageRetentionPeriod": 1209600,
            "SqsManagedSseEnabled": True,
            "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": "ParkedQueue.Arn"}},
        },
    },
    "ParkedQueue": {
        "Type": "AWS::SQS::Queue",
        "Properties": {"MessageRetentionPeriod": 1209600, "SqsManagedSseEnabled": True},
    },
    "SayQueueToFunction": {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"FunctionName": {"Ref": "SayFunctionAliaslive"}},
    },
    "Hourly": {
        "Type": "AWS::Events::Rule",
        "Properties": {"Targets": [{"Arn": {"Ref": "SayFunctionAliaslive"}}]},
    },
    "Table": {
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "DeletionProtectionEnabled": {"Ref": "DeletionProtection"},
            "SSESpecification": {"SSEEnabled": True},
        },
    },
    "Say": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": permission("s3:GetObject")}},
}
RULES = (function_faults, version_faults, queue_faults, table_faults, log_group_faults, access_faults)
Rule = Callable[[Resources], Iterator[Fault]]
Gone = object()


def broken(path: str, value: Any) -> dict[str, Any]:
    """The sound template with one thing said otherwise; `Gone` where it says nothing."""
    resources = deepcopy(SOUND)
    *way, last = path.split("/")
    place: Any = resources
    for step in way:
        place = place[step]
    if value is Gone:
        del place[last]
    else:
        place[last] = value
    return resources


@pytest.mark.parametrize("rule", RULES)
def test_a_template_in_which_all_is_well_has_no_faults(rule: Rule) -> None:
    assert [*rule(SOUND)] == []


POLICY = "Say/Properties/PolicyDocument"
FUNCTION = "SayFunction/Properties"


@pytest.mark.parametrize(
    ("rule", "path", "value", "fault"),
    [
        (function_faults, f"{FUNCTION}/Timeout", Gone, "SayFunction has no time-out"),
        (function_faults, f"{FUNCTION}/Timeout", 901, "SayFunction has no time-out"),
        (function_faults, f"{FUNCTION}/Architectures", ["x86_64"], "SayFunction does not run on arm64"),
        (function_faults, f"{FUNCTION}/LoggingConfig", Gone, "SayFunction writes to a log group"),
        (function_faults, f"{FUNCTION}/Role", {"Ref": "Another"}, "SayFunction has no role of its own"),
        (version_faults, "SayFunctionAliaslive", Gone, "SayFunction has no alias"),
        (version_faults, f"{FUNCTION}/Description", "Says it. 9876543210", "SayFunction publishes no version"),
        (version_faults, f"{FUNCTION}/Description", Gone, "SayFunction publishes no version"),
        (
            version_faults,
            "Hourly/Properties/Targets",
            [{"Arn": {"Fn::GetAtt": ["SayFunction", "Arn"]}}],
            "Hourly calls",
        ),
        (
            version_faults,
            "SayQueueToFunction/Properties/FunctionName",
            {"Ref": "SayFunction"},
            "SayQueueToFunction calls",
        ),
        (queue_faults, "SayQueue/Properties/RedrivePolicy", Gone, "SayQueue neither parks"),
        (queue_faults, "ParkedQueue/Properties/MessageRetentionPeriod", 345600, "ParkedQueue does not keep"),
        (queue_faults, "SayQueue/Properties/SqsManagedSseEnabled", Gone, "SayQueue is not encrypted"),
        (table_faults, "Table/DeletionPolicy", Gone, "Table goes with its stack"),
        (table_faults, "Table/UpdateReplacePolicy", "Delete", "Table goes with its stack"),
        (table_faults, "Table/Properties/PointInTimeRecoverySpecification", Gone, "Table has no point-in-time"),
        (table_faults, "Table/Properties/DeletionProtectionEnabled", Gone, "Table is not protected"),
        (table_faults, "Table/Properties/SSESpecification", Gone, "Table is not encrypted"),
        (table_faults, "Table/Properties/BillingMode", "PROVISIONED", "Table costs while nobody buys"),
        (log_group_faults, "SayLogs/Properties/RetentionInDays", Gone, "SayLogs keeps its lines for ever"),
        (log_group_faults, "SayLogs/Properties/KmsKeyId", Gone, "SayLogs does not know"),
        (access_faults, POLICY, permission("s3:*"), "Say allows s3:*"),
        (
            access_faults,
            POLICY,
            permission(["s3:GetObject", "s3:PutObject"], "*"),
            "Say allows s3:GetObject on everything",
        ),
        (access_faults, "SayRole/Properties/ManagedPolicyArns", ["arn:aws:iam::1:policy/x"] * 11, "SayRole has 11"),
        (
            access_faults,
            "SayRole/Properties/ManagedPolicyArns",
            ["arn:aws:iam::aws:policy/All"],
            "SayRole is given AWS's",
        ),
    ],
)
def test_a_rule_finds_what_it_looks_for(rule: Rule, path: str, value: Any, fault: str) -> None:
    found = [f"{logical_id} {what}" for logical_id, what in rule(broken(path, value))]
    assert found
    assert found[0].startswith(fault)


def test_a_wildcard_with_its_reason_is_none() -> None:
    resources = broken(POLICY, permission("sns:Publish", "*"))
    resources["Say"]["Metadata"] = {"Wildcards": {"sns:Publish": "a phone number has no ARN"}}
    assert [*access_faults(resources)] == []


def test_of_a_conditional_statement_both_sides_are_read() -> None:
    sides = {"Fn::If": ["Has", *permission("s3:*")["Statement"], {"Ref": "AWS::NoValue"}]}
    assert [*access_faults(broken(POLICY, {"Statement": [sides]}))] == [("Say", "allows s3:*")]


def test_a_policy_of_aws_with_its_reason_is_none() -> None:
    resources = broken("SayRole/Properties/ManagedPolicyArns", ["arn:aws:iam::aws:policy/All"])
    resources["SayRole"]["Metadata"] = {"PolicyOfAws": "the service takes no other"}
    assert [*access_faults(resources)] == []
