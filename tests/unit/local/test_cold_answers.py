"""A cold start's figure counts only where the function did what its first event asks for."""

from __future__ import annotations

from typing import Any

import pytest

from local.cold_answers import fault_of

API = {"httpMethod": "GET", "resource": "/v1/me/account"}
TOKEN = {"type": "REQUEST", "methodArn": "arn:aws:execute-api:us-east-1:000000000000:api/live/GET/v1/me"}
QUEUE = {"Records": [{"eventSource": "aws:sqs", "body": "{}"}]}
SCHEDULE = {"source": "aws.events", "time": "2026-11-30T18:00:04Z"}
STREAM = {"Records": [{"eventSource": "aws:dynamodb"}]}
DONE = [{"level": "INFO", "message": "batch"}]


@pytest.mark.parametrize(
    ("event", "answer"),
    [
        (API, {"statusCode": 200, "body": "{}"}),
        (TOKEN, {"principalId": "mem_1", "context": {"subject": "lan"}}),
        (QUEUE, {"batchItemFailures": []}),
        (SCHEDULE, None),
        (STREAM, None),
    ],
)
def test_the_expected_answer_has_no_fault(event: dict[str, Any], answer: Any) -> None:
    assert fault_of(event, answer, DONE) is None


@pytest.mark.parametrize(
    ("event", "answer"),
    [
        (API, {"statusCode": 404, "body": "{}"}),
        (API, {"statusCode": 204}),
        (API, None),
        (TOKEN, {"principalId": "nobody", "context": {"refusal": "token_expired"}}),
        (TOKEN, {}),
        (QUEUE, {"batchItemFailures": [{"itemIdentifier": "1"}]}),
        (QUEUE, None),
        (SCHEDULE, {"batchItemFailures": []}),
    ],
)
def test_any_other_answer_is_a_fault_that_says_what_came(event: dict[str, Any], answer: Any) -> None:
    assert repr(answer) in str(fault_of(event, answer, DONE))


def test_what_a_worker_logs_and_goes_on_from_is_a_fault_though_its_batch_is_done() -> None:
    log = [{"level": "ERROR", "message": "A member failed"}, *DONE]
    assert fault_of(QUEUE, {"batchItemFailures": []}, log) == "it logged: A member failed"


def test_lines_without_a_level_are_no_fault() -> None:
    assert fault_of(SCHEDULE, None, [{"_aws": {}}]) is None
