"""One list of routes: what the apps serve, what the template deploys, what the OpenAPI files promise."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from local.deploy_plan import STACK_NAME_MAX
from local.template_reader import read_yaml
from quen.http.openapi import ABOUT, FUNCTIONS, load
from tables import load_template

ROOT = Path(__file__).parents[2]
TEMPLATE = load_template(ROOT / "template.yaml")
RESOURCES = TEMPLATE["Resources"]
METHODS = {"get", "put", "post", "patch", "delete"}

EVERY_FUNCTION = [function for functions in FUNCTIONS.values() for function in functions]

Route = tuple[str, str]

LONGEST_STACK = "s" * STACK_NAME_MAX
SID_MAX = 100

# Whoever has the link of a message may say no with it, signed in or not.
PUBLIC: dict[str, set[Route]] = {
    "mobile": {("GET", "/v1/unsubscribe/{token}"), ("POST", "/v1/unsubscribe/{token}")},
    "admin": set(),
}


def deployed_as(function: str) -> str:
    """The logical id of a function in the template."""
    return f"{function.title().replace('_', '')}Function"


def declared(function: str) -> dict[str, dict[str, Any]]:
    """The events of a function that are routes, by their logical ids."""
    events = RESOURCES[deployed_as(function)]["Properties"]["Events"]
    return {logical_id: event["Properties"] for logical_id, event in events.items() if event["Type"] == "Api"}


def events_of(name: str) -> list[dict[str, Any]]:
    return [event for function in FUNCTIONS[name] for event in declared(function).values()]


def deployed(name: str) -> set[Route]:
    """The routes that are declared; a path that is declared as ANY alone stands for what the app serves there."""
    named = {(event["Method"].upper(), event["Path"]) for event in events_of(name) if event["Method"] != "ANY"}
    alone = {event["Path"] for event in events_of(name)} - {path for _, path in named}
    return named | {route for route in served(name) if route[1] in alone}


def served(name: str) -> set[Route]:
    return {(method, path) for app in load(name) for path, methods in app.routes.items() for method in methods}


def promised(name: str) -> set[Route]:
    paths = read_yaml((ROOT / f"infra/openapi/{name}.yaml").read_text("utf-8"))["paths"]
    return {(method.upper(), path) for path, item in paths.items() for method in item if method in METHODS}


@pytest.mark.parametrize("name", ABOUT)
def test_what_is_served_is_deployed_and_promised(name: str) -> None:
    assert served(name) == deployed(name) == promised(name)


@pytest.mark.parametrize("name", ABOUT)
def test_every_path_takes_any_other_method_to_the_app_which_refuses_it_as_a_problem(name: str) -> None:
    assert {event["Path"] for event in events_of(name) if event["Method"] == "ANY"} == {
        path for _, path in served(name)
    }


@pytest.mark.parametrize("name", ABOUT)
def test_every_event_belongs_to_its_own_api(name: str) -> None:
    assert {event["RestApiId"] for event in events_of(name)} == {f"{name.title()}Api"}


@pytest.mark.parametrize("name", ["mobile", "admin"])
def test_members_and_staff_pass_the_authorizer(name: str) -> None:
    auth = RESOURCES[f"{name.title()}Api"]["Properties"]["Auth"]
    assert auth["DefaultAuthorizer"] in auth["Authorizers"]
    without = {
        (event["Method"], event["Path"])
        for event in events_of(name)
        if event.get("Auth", {}).get("Authorizer") == "NONE"
    }
    assert {(method, path) for method, path in without if method != "ANY"} == PUBLIC[name]


@pytest.mark.parametrize("name", ["mobile", "admin"])
def test_nobody_but_visitors_of_pages_is_asked_for_no_token(name: str) -> None:
    """A path that is declared as ANY alone and passes no authorizer would be open to all: none is."""
    pages = {(endpoint.method, endpoint.path) for app in load(name) for endpoint in app.endpoints if endpoint.is_page}
    assert pages == PUBLIC[name]
    alone = {event["Path"] for event in events_of(name)} - {
        event["Path"] for event in events_of(name) if event["Method"] != "ANY"
    }
    assert not [event["Path"] for event in events_of(name) if event["Path"] in alone and "Auth" in event]


def test_pages_for_everybody_are_throttled_by_themselves() -> None:
    """API Gateway knows the settings of one method by a JSON pointer: after the first, a slash of its path is `~1`."""
    settings = RESOURCES["MobileApi"]["Properties"]["MethodSettings"]
    limited = {
        (setting["HttpMethod"], setting["ResourcePath"]) for setting in settings if setting["ThrottlingRateLimit"]
    }
    assert limited == {(method, "/" + path.replace("/", "~1")) for method, path in PUBLIC["mobile"]}


def test_partners_are_recognised_by_their_signature_and_pass_no_authorizer() -> None:
    assert "DefaultAuthorizer" not in RESOURCES["PartnerApi"]["Properties"].get("Auth", {})
    assert not any("Auth" in event for event in events_of("partner"))


@pytest.mark.parametrize("function", EVERY_FUNCTION)
def test_the_template_names_the_handler(function: str) -> None:
    assert RESOURCES[deployed_as(function)]["Properties"]["Handler"] == f"{function}.app.app"


@pytest.mark.parametrize("function", EVERY_FUNCTION)
def test_a_function_serves_the_routes_that_reach_it(function: str) -> None:
    app = importlib.import_module(f"{function}.app").app
    assert set(app.routes) == {event["Path"] for event in declared(function).values()}


@pytest.mark.parametrize("function", EVERY_FUNCTION)
def test_a_function_s_resource_policy_has_room_for_its_routes(function: str) -> None:
    """Every event is a statement in it, and it ends at 20 KB (Lambda quotas, "function resource-based policy")."""
    statements = [
        {
            "Sid": f"{LONGEST_STACK}-{deployed_as(function)}{logical_id}Permissionlive-ABCDEFGHIJKL"[:SID_MAX],
            "Effect": "Allow",
            "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": f"arn:aws:lambda:ap-southeast-1:123456789012:function:{LONGEST_STACK}-"
            f"{function.replace('_', '-')}:live",
            "Condition": {
                "ArnLike": {
                    "AWS:SourceArn": "arn:aws:execute-api:ap-southeast-1:123456789012:a1b2c3d4e5/*/"
                    f"{event['Method']}{event['Path']}"
                }
            },
        }
        # One more for all that comes through an HTTP API.
        for logical_id, event in [*declared(function).items(), ("HttpGateway", {"Method": "*", "Path": "/*"})]
    ]
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
    assert len(json.dumps(policy, separators=(",", ":"))) < 20 * 1024


def test_bodies_reach_the_functions_as_raw_bytes() -> None:
    assert TEMPLATE["Globals"]["Api"]["BinaryMediaTypes"] == ["*/*"]
