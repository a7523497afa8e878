"""What the runbook says to type does something: its functions, queues, routes, bodies and log lines are those of the stack."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest

from quen.http.endpoint import Endpoint
from quen.http.openapi import endpoints_of
from quen.http.validation import parse_body, parse_query
from quen.members.bearers import KEPT_SECONDS
from quen.members.signing_keys import FRESH_FOR

PROJECT = Path(__file__).parents[2]
RUNBOOK = (PROJECT / "RUNBOOK.md").read_text("utf-8")
SOURCES = "\n".join(
    path.read_text("utf-8") for folder in ("layers/quen", "functions") for path in (PROJECT / folder).rglob("*.py")
)
TEMPLATES = "\n".join(
    path.read_text("utf-8") for path in (PROJECT / "template.yaml", *(PROJECT / "infra").glob("*.yaml"))
)


class Request(NamedTuple):
    """What a curl of the runbook asks of the admin API."""

    method: str
    target: str
    body: Any


def requests() -> Iterator[Request]:
    """Every request that the runbook makes, on one line or on several."""
    for written in re.findall(r"curl [^`]*", RUNBOOK.replace("\\\n", " ")):
        for line in filter(None, map(str.strip, written.split("\n"))):
            words = shlex.split(line)
            after = dict(pairwise(words))
            target = next(word for word in words if word.startswith("$ADMIN/")).removeprefix("$ADMIN")
            yield Request(after.get("-X", "GET"), target, json.loads(after.get("-d", "{}")))


REQUESTS = [*requests()]


def names_of(field: str) -> set[str]:
    """What the templates' resources are called by that property, behind the stack's own name."""
    return {*re.findall(rf"\b{field}: !Sub \"\$\{{(?:AWS::StackName|Prefix)\}}-([a-z-]+)\"", TEMPLATES)}


def served(method: str, path: str) -> Endpoint | None:
    """The route of the admin API that takes such a request, by its path or by its template."""
    found = (one for one in endpoints_of("admin") if one.method == method)
    return next((one for one in found if re.fullmatch(re.sub(r"{\w+}", "[^/]+", one.path), path)), None)


@pytest.mark.parametrize("request_", REQUESTS, ids=[f"{one.method} {one.target}" for one in REQUESTS])
def test_a_request_of_the_runbook_is_one_that_is_taken(request_: Request) -> None:
    url = urlsplit(request_.target)
    endpoint = served(request_.method, url.path)
    assert endpoint is not None
    assert not endpoint.needs_key
    parse_query(parse_qs(url.query), endpoint.query)
    parse_body(request_.body, endpoint.body)


def test_a_query_of_the_runbook_stands_in_a_request_where_it_is_tried() -> None:
    assert re.findall(r"[?&]\w+=", RUNBOOK) == re.findall(r"[?&]\w+=", " ".join(one.target for one in REQUESTS))


def test_every_route_that_the_runbook_names_knows_that_method() -> None:
    routes = re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/v1/[^`]+)`", RUNBOOK)
    assert routes
    assert not [route for route in routes if not served(*route)]


def test_every_function_rule_and_queue_that_a_command_names_is_there() -> None:
    functions, rules = names_of("FunctionName"), names_of("Name")
    asked = {*re.findall(r"--function-name \$STACK-([a-z-]+)", RUNBOOK)}
    assert asked
    assert asked <= functions
    assert {*re.findall(r"describe-rule --name \$STACK-([a-z-]+)", RUNBOOK)} <= rules
    known = functions | rules | names_of("QueueName")
    assert {*re.findall(r"\$STACK-([a-z-]+)", RUNBOOK)} <= known


def test_a_version_is_asked_for_by_the_alias_that_callers_use() -> None:
    # What is not published runs for nobody; after a deployment went back, it is what it went back from.
    assert not re.findall(r"aws lambda invoke (?!--function-name \$STACK-[a-z-]+:live )", RUNBOOK)
    assert "AutoPublishAlias: live" in TEMPLATES


def test_every_line_that_a_query_looks_for_is_written() -> None:
    messages = {*re.findall(r'message = "([^"]+)"', " ".join(RUNBOOK.split()))}
    assert {"request", "stream"} < messages
    assert not [message for message in messages if f'"{message}"' not in SOURCES]


def test_a_token_of_a_withdrawn_key_is_believed_as_long_as_the_runbook_says() -> None:
    assert FRESH_FOR + timedelta(seconds=KEPT_SECONDS) == timedelta(minutes=15)
    assert "within a quarter of an hour" in " ".join(RUNBOOK.split())
