"""The OpenAPI files are made from the code, are valid, and document every error that the code can answer."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import jsonschema_rs
import pytest
from msgspec import Struct, structs

from local.template_reader import read_yaml
from quen.errors import NotFoundError, QuenError
from quen.http.endpoint import Call, Endpoint, Nothing
from quen.http.openapi import ABOUT, document, endpoints_of, text
from quen.http.problems import STATUSES
from quen.http.validation import bounds_of
from quen.partners.rates import PER_MINUTE_MAX, RatedAction

OPENAPI = Path(__file__).parents[2] / "infra/openapi"
ENDPOINTS = [(name, endpoint) for name in ABOUT for endpoint in endpoints_of(name)]
OF_THE_ENDPOINT = pytest.mark.parametrize(
    ("name", "endpoint"), ENDPOINTS, ids=[f"{endpoint.method} {name} {endpoint.path}" for name, endpoint in ENDPOINTS]
)


@pytest.mark.parametrize("name", ABOUT)
def test_the_file_is_what_the_code_declares(name: str) -> None:
    committed = (OPENAPI / f"{name}.yaml").read_text("utf-8")
    assert committed == text(name, endpoints_of(name)), "run `python -m quen.http.openapi`"


@pytest.mark.parametrize("name", ABOUT)
def test_every_schema_is_a_json_schema_and_every_reference_leads_somewhere(name: str) -> None:
    whole = document(name, endpoints_of(name))
    for schema in whole["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
    for reference in references(whole):
        place: Any = whole
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


@pytest.mark.parametrize("name", ABOUT)
def test_every_operation_has_a_name_of_its_own_a_summary_and_its_errors(name: str) -> None:
    operations = [
        operation for item in document(name, endpoints_of(name))["paths"].values() for operation in item.values()
    ]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        assert operation["summary"].endswith(".")
        unknown_caller = {"401"} if operation.get("security") != [] else set()
        assert {"400", "422", "500", "503"} | unknown_caller <= set(operation["responses"])


def test_every_error_that_a_route_raises_is_documented_somewhere() -> None:
    documented = {code for name in ABOUT for code in codes(document(name, endpoints_of(name)))}
    abstract = {"bad_request", "conflict", "unprocessable"}
    # Of features to come: the table has their statuses already, no route answers them yet.
    later = {"hold_not_found", "consent_required"}
    assert set(STATUSES) - documented == abstract | later


@OF_THE_ENDPOINT
def test_a_handler_takes_what_it_declares(name: str, endpoint: Endpoint) -> None:
    hints = get_type_hints(endpoint.handler, include_extras=True)
    call = next(iter(inspect.signature(endpoint.handler).parameters))
    assert get_origin(hints[call]) is Call
    declared = endpoint.query if endpoint.body is Nothing else endpoint.body
    assert get_args(hints[call])[1] == declared


@OF_THE_ENDPOINT
def test_a_path_with_a_name_in_it_can_find_nothing(name: str, endpoint: Endpoint) -> None:
    if "{" in endpoint.path:
        assert any(issubclass(error, NotFoundError) for error in endpoint.errors)


@OF_THE_ENDPOINT
def test_declared_errors_are_the_route_s_own(name: str, endpoint: Endpoint) -> None:
    assert all(issubclass(error, QuenError) for error in endpoint.errors)
    assert len(set(endpoint.errors)) == len(endpoint.errors)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(reference := value.get("$ref"), str):
            yield reference
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from references(part)


def codes(whole: dict[str, Any]) -> Iterator[str]:
    for response in whole["components"]["responses"].values():
        (content,) = response["content"].values()
        yield from content["schema"]["properties"]["code"]["enum"]


def test_the_files_hold_no_anchors_and_nothing_but_plain_values() -> None:
    for name in ABOUT:
        loaded = read_yaml((OPENAPI / f"{name}.yaml").read_text("utf-8"))
        assert json.loads(json.dumps(loaded)) == loaded


# A birthday may be long ago: the member's model says how long.
UNBOUNDED = {("EnrolmentBody", "birthday"), ("ProfileBody", "birthday")}


def test_every_time_that_a_client_can_send_has_its_bounds() -> None:
    inputs = {kind for _, endpoint in ENDPOINTS for kind in (endpoint.body, endpoint.query) if is_struct(kind)}
    times = {
        (kind.__name__, field.name): field.name in bounds_of(kind)
        for kind in inputs
        for field in structs.fields(kind)
        if {date, datetime} & set(parts_of(field.type))
    }
    assert len(times) >= 6
    assert {place for place, is_bounded in times.items() if not is_bounded} == UNBOUNDED


def is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def parts_of(kind: Any) -> Iterator[Any]:
    """A type and all that it is made of."""
    yield kind
    for part in get_args(kind):
        yield from parts_of(part)


@pytest.mark.parametrize(
    ("path", "per_minute"),
    [
        ("/v1/members/search", PER_MINUTE_MAX[RatedAction.SEARCH_MEMBERS]),
        ("/v1/purchases/preview", PER_MINUTE_MAX[RatedAction.PREVIEW_PURCHASES]),
        ("/v1/bills/quote", PER_MINUTE_MAX[RatedAction.QUOTE_BILLS]),
    ],
)
def test_a_limited_route_says_how_often_it_may_be_asked(path: str, per_minute: int) -> None:
    operation = document("partner", endpoints_of("partner"))["paths"][path]["post"]
    assert f"{per_minute} times a minute" in operation["summary"]
    assert "429" in operation["responses"]
