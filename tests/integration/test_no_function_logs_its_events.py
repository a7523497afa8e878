"""Every function, every sample event: what stands anywhere in it never stands in a log, whatever fails while it is handled."""

from __future__ import annotations

import base64
import gzip
import importlib
import json
import logging
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from heard_logs import Log, listening
from quen.bootstrap import Application, application
from quen.observability import logger
from sample_events import EVENTS, sample_event
from secrets_kinds import SECRETS, guises_of
from served import serving

PROJECT = Path(__file__).parents[2]
FUNCTIONS = sorted(folder.parent.name for folder in (PROJECT / "functions").glob("*/app.py"))
ENTRIES = ("app", "handle", "start", "work")
SECRET = " ".join(SECRETS.values())
# What AWS itself says of an event, by which a function knows what it is given.
STRUCTURE = {
    "resource",
    "httpMethod",
    "resourcePath",
    "methodArn",
    "type",
    "eventSource",
    "eventName",
    "isBase64Encoded",
}
STRUCTURE |= {"PK", "SK", "messageId", "requestId"}

Handler = Callable[[Any, Any], object]
Bend = Callable[[Any], Any]


def handlers_of(function: str) -> list[Handler]:
    """What Lambda may call of a function."""
    module = importlib.import_module(f"{function}.app")
    return [getattr(module, name) for name in ENTRIES if hasattr(module, name)]


def everywhere(value: Any, name: str = "") -> Any:
    """The event with the secret in the place of every text that is not AWS's own; texts of JSON are opened."""
    if isinstance(value, dict):
        return {key: everywhere(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [everywhere(part, name) for part in value]
    if not isinstance(value, str) or name in STRUCTURE:
        return value
    try:
        inner = json.loads(value)
    except ValueError:
        return SECRET
    return json.dumps(everywhere(inner)) if isinstance(inner, dict | list) else SECRET


def as_text(value: Any, name: str = "") -> Any:
    """The event with the secret in the place of whole bodies, which are no JSON then."""
    if isinstance(value, dict):
        return {key: as_text(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [as_text(part, name) for part in value]
    return SECRET if name in {"body", "data", "form", "state", "time", "message", "Message"} else value


def as_names(value: Any) -> Any:
    """The event with one more member of that name in every object."""
    if isinstance(value, dict):
        return {**{key: as_names(part) for key, part in value.items()}, SECRET: SECRET}
    return [as_names(part) for part in value] if isinstance(value, list) else value


def as_log_lines(_value: Any) -> Any:
    """As CloudWatch hands over log lines, with the secret as one."""
    lines = {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "timestamp": 1, "message": SECRET}]}
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(lines).encode())).decode()}}


BENDS: tuple[Bend, ...] = (everywhere, as_text, as_names, as_log_lines)


class Failing:
    """A part of the application, or a client of AWS, of which nothing works, and which says why."""

    def __getattr__(self, _name: str) -> object:
        error = ClientError({"Error": {"Code": "ValidationException", "Message": f"{SECRET} is no key"}}, "PutItem")
        error.add_note(SECRET)
        raise error from ValueError(SECRET)


@pytest.fixture(scope="module")
def stack() -> Iterator[None]:
    with serving():
        boto3.client("events", region_name="us-east-1").create_event_bus(Name="quen-test")
        for queue in application().settings.queue_urls:
            boto3.client("sqs", region_name="us-east-1").create_queue(QueueName=queue)
        yield


@pytest.fixture
def log(stack: None, capsys: pytest.CaptureFixture[str]) -> Iterator[Log]:
    with listening(capsys) as heard:
        yield heard
    application.cache_clear()


def told(log: Log) -> set[str]:
    """The kinds of secret that stand in the log."""
    logged = log.read()
    assert logged.strip(), "nothing was logged at all"
    return {kind for kind, secret in SECRETS.items() for guise in guises_of(secret) if guise in logged}


def events_of(function: str) -> list[Any]:
    names = [path.stem for path in sorted((EVENTS / function).glob("*.json"))]
    return [sample_event(function, name) for name in names]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_stands_in_an_event_of_a_function_is_not_logged(function: str, log: Log) -> None:
    for event in events_of(function)[:2]:
        # A scheduled event with one more member is a good one, and would start a night's work.
        for bend in BENDS if "detail-type" not in event else BENDS[:2]:
            for handle in handlers_of(function):
                log.run(handle, bend(event))
    log.run(lambda _event, _context: logger().info("done"), None)
    assert told(log) == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_words_of_what_fails_inside_a_function_are_not_logged(function: str, log: Log) -> None:
    parts = [name for name in dir(Application) if isinstance(getattr(Application, name), cached_property)]
    assert len(parts) > 20
    kept = application().settings
    vars(application()).update(dict.fromkeys(parts, Failing()), settings=kept)
    for event in events_of(function)[:2]:
        for handle in handlers_of(function):
            log.run(handle, event)
    assert told(log) == set()


@pytest.mark.parametrize("kind", SECRETS)
def test_a_log_that_held_it_would_be_found_out(kind: str, log: Log) -> None:
    secret = SECRETS[kind]

    def fail(_event: object, _context: object) -> None:
        raise ValueError(secret)

    for leak in (
        lambda _event, _context: logger().info("request", extra={"said": secret}),
        lambda _event, _context: logging.getLogger("botocore").warning("sent %s", secret),
        lambda _event, _context: print(json.dumps({"_aws": {}, "said": secret})),
        fail,
    ):
        log.run(leak, None)
        assert kind in told(log)
        log._raised.clear()
        for stream in (log.ours, log.others):
            stream.seek(0)
            stream.truncate()


# A path may hold an unsubscribe token or a voucher's code; what the authorizer said holds a phone number.
TELLING = re.compile(r"\$context\.(path|authorizer|identity\.user|requestOverride)|\$input|\$stageVariables")
TEMPLATES = [PROJECT / "template.yaml", *sorted((PROJECT / "infra").glob("*.yaml"))]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_access_logs_name_the_route_and_never_the_path(template: Path) -> None:
    assert not TELLING.findall(template.read_text("utf-8"))


def test_a_format_that_held_the_path_would_be_found_out() -> None:
    assert TELLING.findall('{"p":"$context.path"}') == ["path"]
    assert TELLING.findall('{"p":"$context.resourcePath","s":"$context.status"}') == []
