"""Schemathesis reads the three OpenAPI files and tries to prove them wrong: every check that it has, no finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest
import schemathesis
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.python._constants.orchestrator import make_constants_value_source

from contract.schemas import BEARER, GATEWAYS, SIGNED, bounded, open_gateways, read_schema
from quen.http.openapi import load
from wsgi_gateway import OPENAPI, StartResponse

HEADERS = {"mobile": BEARER, "partner": SIGNED, "admin": BEARER}
read_once = cache(read_schema)


def routes(api: str) -> list[tuple[str, str]]:
    """Method and path of each of an API's routes."""
    return sorted((endpoint.method, endpoint.path) for app in load(api) for endpoint in app.endpoints)


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    with open_gateways():
        yield


def test_a_lie_would_be_found() -> None:
    """The control: an API that answers something else than its file says does not pass."""
    lying = schemathesis.openapi.from_path(OPENAPI / "mobile.yaml")
    lying.app = lie
    case = lying["/v1/me/account"]["GET"].Case()
    with pytest.raises(FailureGroup):
        case.call_and_validate(headers=BEARER)


def lie(_environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'{"points": "many"}']


@pytest.mark.parametrize(("api", "method", "path"), [(api, *route) for api in GATEWAYS for route in routes(api)])
def test_an_api_is_what_it_says(api: str, method: str, path: str) -> None:
    """Made here and not by `schema.parametrize()`, which makes every route's cases where tests are collected: both
    workers would pay for them.
    """

    @bounded
    def holds(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=HEADERS[api])

    load_all_checks()
    schema = read_once(api)
    found = FeedbackSources(constants_value_source=make_constants_value_source(schema))
    operation = schema[path][method]
    build_operation_test(config=schema.config, operation=operation, test_func=holds, given_kwargs={}, feedback=found)()


def test_every_route_that_an_api_says_it_has_is_asked() -> None:
    for api in GATEWAYS:
        said = [operation.ok() for operation in read_once(api).get_all_operations()]
        assert sorted((operation.method.upper(), operation.path) for operation in said) == routes(api)
