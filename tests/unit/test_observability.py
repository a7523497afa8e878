"""What a log line says besides its own words: what is deployed, and why something did not answer."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from botocore.exceptions import ClientError, ReadTimeoutError

from quen.errors import TemporarilyUnavailableError
from quen.observability import HandlerFailedError, WordlessFormatter, cause_of, told_without_words, wordless
from quen.settings import Settings

WRITE_LINES = """
from quen.bootstrap import application
from quen.observability import logger
logger().info("before")
application()
logger().info("after")
"""
WRITE_LEVELS = """
from quen.observability import logger
for write in (logger().debug, logger().info, logger().warning, logger().error):
    write("a line")
"""
# As Lambda begins where `LogLevel` is DEBUG: its own handler at the root, and the level for everybody.
WRITE_OTHERS = """
import logging, sys
logging.basicConfig(stream=sys.stdout, level=logging.DEBUG, format='{"by": "%(name)s", "level": "%(levelname)s"}')
from quen.observability import logger
logger().debug("ours")
for write in (logging.getLogger("botocore.endpoint").debug, logging.getLogger("botocore.endpoint").info):
    write("theirs")
"""

NAMES = {name.upper(): "a-name" for name in Settings.__annotations__ if name not in {"revision", "log_level"}}


def lines_of(script: str, **given: str) -> list[dict[str, Any]]:
    """What a process of its own logs, because a process has one logger."""
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), **NAMES, **given}
    ran = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


def caused(cause: Exception | None) -> TemporarilyUnavailableError:
    error = TemporarilyUnavailableError()
    error.__cause__ = cause
    return error


def test_the_cause_is_named_by_its_type_by_aws_s_code_and_by_what_was_asked_of_whom() -> None:
    throttled = ClientError({"Error": {"Code": "ThrottlingException", "Message": "0901234567"}}, "GetItem")
    assert cause_of(caused(throttled)) == "ClientError ThrottlingException GetItem"
    silent = ReadTimeoutError(endpoint_url="https://sqs.us-east-1.amazonaws.com/123456789012/messages")
    assert cause_of(caused(silent)) == "ReadTimeoutError sqs.us-east-1.amazonaws.com"
    assert cause_of(caused(ValueError("0901234567"))) == "ValueError"


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    """The exception as it was caught."""
    try:
        raise error from cause
    except Exception as caught:  # noqa: BLE001 - whatever it is
        return caught


def test_an_exception_is_told_by_its_type_its_code_and_its_lines_and_never_by_its_words() -> None:
    refused = ClientError({"Error": {"Code": "MessageRejected", "Message": "hoa@example.com"}}, "SendEmail")
    told = told_without_words(raised(TemporarilyUnavailableError("0901234567"), refused))
    first, *_, last = told.splitlines()
    assert (first, last) == (
        "ClientError MessageRejected SendEmail",
        "TemporarilyUnavailableError temporarily_unavailable",
    )
    assert "in raised" in told
    assert not {"hoa@example.com", "0901234567"} & {*told.replace('"', " ").split()}


def test_a_chain_that_leads_back_to_itself_ends() -> None:
    error = ValueError()
    error.__cause__ = KeyError()
    error.__cause__.__context__ = error
    assert told_without_words(error).splitlines() == ["KeyError", "ValueError"]


def test_what_a_function_cannot_answer_for_it_raises_without_its_words() -> None:
    def handle(event: str, _context: object) -> None:
        raise ValueError(event)

    with pytest.raises(HandlerFailedError) as failed:
        wordless(handle)("0901234567", None)
    assert (str(failed.value), failed.value.__cause__) == ("ValueError", None)


def test_what_a_function_refuses_it_raises_as_it_is() -> None:
    refusal = TemporarilyUnavailableError()

    def handle(_event: object, _context: object) -> None:
        raise refusal

    with pytest.raises(TemporarilyUnavailableError) as refused:
        wordless(handle)({}, None)
    assert refused.value is refusal


def written(formatter: LambdaPowertoolsFormatter, exc_info: Any = None) -> dict[str, Any]:
    """A line, with its members in their order."""
    formatter.append_keys(service="quen", revision="4f1c2aa")
    record = logging.LogRecord("quen", logging.INFO, "lines.py", 7, "request", (), exc_info, "write")
    record.created, record.msecs = 1_795_699_894.759, 759.0
    vars(record).update(status=201, entries=["ent_chữ"], on=date(2026, 11, 26), duration_ms=2.5, worth=None)
    line: dict[str, Any] = json.loads(formatter.format(record))
    return line


def test_a_line_is_the_one_that_powertools_would_write() -> None:
    ours = written(WordlessFormatter(utc=True, serialize_stacktrace=False))
    theirs = written(LambdaPowertoolsFormatter(utc=True, serialize_stacktrace=False))
    assert [*ours.items()] == [*theirs.items()]
    error = ValueError("0901234567")
    failed = written(WordlessFormatter(utc=True, serialize_stacktrace=False), (ValueError, error, None))
    assert failed == {**ours, "exception": "ValueError", "exception_name": "ValueError", "exception_notes": []}


def test_what_has_no_cause_names_none() -> None:
    assert cause_of(caused(None)) is None


@pytest.mark.parametrize(("given", "said"), [({"REVISION": "4f1c2aa"}, "4f1c2aa"), ({}, "unknown")])
def test_a_line_says_what_is_deployed(given: dict[str, str], said: str) -> None:
    lines = lines_of(WRITE_LINES, **given)
    assert [line["message"] for line in lines] == ["before", "after"]
    assert lines[1]["revision"] == said


@pytest.mark.parametrize(
    ("level", "written"),
    [
        ("DEBUG", ["DEBUG", "INFO", "WARNING", "ERROR"]),
        ("INFO", ["INFO", "WARNING", "ERROR"]),
        ("WARN", ["WARNING", "ERROR"]),
        ("ERROR", ["ERROR"]),
    ],
)
def test_the_level_is_obeyed_as_lambda_and_the_template_name_it(level: str, written: list[str]) -> None:
    lines = lines_of(WRITE_LEVELS, LOG_LEVEL=level, AWS_LAMBDA_LOG_LEVEL=level)
    assert [line["level"] for line in lines] == written


def test_at_debug_other_libraries_are_heard_no_more_than_at_info() -> None:
    lines = lines_of(WRITE_OTHERS, LOG_LEVEL="DEBUG", AWS_LAMBDA_LOG_LEVEL="DEBUG")
    assert [line["message"] for line in lines if "message" in line] == ["ours"]
    assert [line["level"] for line in lines if line.get("by") == "botocore.endpoint"] == ["INFO"]


def test_a_line_s_time_is_spelled_so_that_lambda_leaves_it_its_level() -> None:
    for line in lines_of(WRITE_LEVELS):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["timestamp"])
