"""House rules of the infrastructure: what every function, queue, table and route of the template has."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from local.template_reader import read_template

PROJECT = Path(__file__).parents[2]


def template(name: str) -> dict[str, Any]:
    return read_template((PROJECT / name).read_text("utf-8"))


def resources(name: str, kind: str) -> dict[str, Any]:
    found = template(name)["Resources"].items()
    return {logical: resource["Properties"] for logical, resource in found if resource["Type"] == kind}


FUNCTIONS = resources("template.yaml", "AWS::Serverless::Function")
QUEUES = resources("infra/messaging.yaml", "AWS::SQS::Queue")
TABLES = template("infra/data.yaml")["Resources"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_has_a_time_out_a_log_group_that_ends_and_an_alarm(function: str) -> None:
    properties = FUNCTIONS[function]
    group = properties["LoggingConfig"]["LogGroup"]["Ref"]
    assert properties["Timeout"] <= 900
    assert "RetentionInDays" in resources("template.yaml", "AWS::Logs::LogGroup")[group]
    alarms = resources("infra/alarms.yaml", "AWS::CloudWatch::Alarm").values()
    watched = {alarm["Dimensions"][0]["Value"]["Fn::Sub"].removeprefix("${Prefix}") for alarm in alarms}
    assert properties["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}") in watched


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_queue_waits_six_times_as_long_as_the_function_that_reads_it(function: str) -> None:
    for event in FUNCTIONS[function].get("Events", {}).values():
        if event["Type"] == "SQS":
            queue = event["Properties"]["Queue"]["Fn::GetAtt"].split(".")[-1].removesuffix("Arn")
            assert QUEUES[queue]["VisibilityTimeout"] == 6 * FUNCTIONS[function]["Timeout"]
            assert QUEUES[queue]["RedrivePolicy"]["maxReceiveCount"] > 1
            assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_every_failed_queue_has_an_alarm() -> None:
    alarms = resources("infra/messaging.yaml", "AWS::CloudWatch::Alarm").values()
    watched = {alarm["Dimensions"][0]["Value"]["Fn::GetAtt"].split(".")[0] for alarm in alarms}
    assert watched == {queue for queue in QUEUES if queue.endswith("FailedQueue")}


def test_tables_are_kept_protected_and_recoverable() -> None:
    for resource in TABLES.values():
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
        if resource["Type"] == "AWS::DynamoDB::Table":
            assert resource["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
            assert resource["Properties"]["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}
            assert resource["Properties"]["BillingMode"] == "PAY_PER_REQUEST"


def test_no_capability_scans_or_holds_a_wildcard() -> None:
    for name, policy in resources("infra/access.yaml", "AWS::IAM::ManagedPolicy").items():
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not [action for action in actions if "*" in action or "Scan" in action]
            if statement["Effect"] == "Allow" and statement["Resource"] == "*":
                assert (name, actions) == ("SendMessages", ["sns:Publish"])  # a phone number has no ARN


def test_every_path_answers_other_methods_itself_and_without_a_token() -> None:
    """So that a wrong method is the function's 405 with `Allow`, not the gateway's."""
    methods: dict[tuple[str, str], list[str]] = defaultdict(list)
    for properties in FUNCTIONS.values():
        for event in properties.get("Events", {}).values():
            if event["Type"] == "Api":
                route = event["Properties"]
                methods[route["RestApiId"]["Ref"], route["Path"]].append(route["Method"])
                if route["Method"] == "ANY" and route["RestApiId"]["Ref"] != "PartnerApi":
                    assert route["Auth"] == {"Authorizer": "NONE"}
    assert methods
    assert all(found.count("ANY") == 1 and len(found) > 1 for found in methods.values())


def test_each_gateway_response_is_a_problem_with_its_own_status() -> None:
    for response in template("template.yaml")["Globals"]["Api"]["GatewayResponses"].values():
        problem = json.loads(response["ResponseTemplates"]["application/json"])
        assert problem["status"] == response["StatusCode"]
        assert problem["type"] == f"urn:quen:problem:{problem['code']}"
        assert response["ResponseParameters"]["Headers"]["Content-Type"] == "'application/problem+json'"
