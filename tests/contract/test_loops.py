"""A function that feeds its own queue says that it means it: Lambda parks the seventeenth message of a chain otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from local.template_reader import read_template

PROJECT = Path(__file__).parents[2]


def resources(name: str) -> dict[str, dict[str, Any]]:
    return dict(read_template((PROJECT / name).read_text("utf-8"))["Resources"])


MAIN = resources("template.yaml")
CAPABILITIES = resources("infra/access.yaml")
FUNCTIONS = {name: one["Properties"] for name, one in MAIN.items() if one["Type"] == "AWS::Serverless::Function"}


def output(value: Mapping[str, Any]) -> str:
    """`QueueArn` of `!GetAtt Messaging.Outputs.QueueArn`."""
    return str(value["Fn::GetAtt"]).rpartition(".")[2]


def read_queues(function: str) -> set[str]:
    """The queues whose messages wake the function."""
    events = FUNCTIONS[function].get("Events", {}).values()
    return {output(event["Properties"]["Queue"]) for event in events if event["Type"] == "SQS"}


def filled_queues(function: str) -> Iterator[str]:
    """The queues that the function may send to."""
    for arn in MAIN[function.removesuffix("Function") + "Role"]["Properties"]["ManagedPolicyArns"]:
        for statement in CAPABILITIES[output(arn)]["Properties"]["PolicyDocument"]["Statement"]:
            if statement.get("Action") == "sqs:SendMessage":
                sent = statement["Resource"]
                yield from (one["Ref"] for one in (sent if isinstance(sent, list) else [sent]))


def test_a_function_that_feeds_its_own_queue_says_so_and_no_other_does() -> None:
    feeding = {function for function in FUNCTIONS if read_queues(function) & {*filled_queues(function)}}
    assert "SendMessagesFunction" in feeding  # what is held for the morning goes round all night
    assert {function for function in FUNCTIONS if FUNCTIONS[function].get("RecursiveLoop") == "Allow"} == feeding
