"""One list of routes: what the apps serve, what the template deploys, what the OpenAPI files promise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from quen.http.openapi import ABOUT, load
from tables import load_template

ROOT = Path(__file__).parents[2]
TEMPLATE = load_template(ROOT / "template.yaml")
RESOURCES = TEMPLATE["Resources"]
METHODS = {"get", "put", "post", "patch", "delete"}

Route = tuple[str, str]


def events_of(name: str) -> list[dict[str, Any]]:
    function = RESOURCES[f"{name.title()}ApiFunction"]["Properties"]
    return [event["Properties"] for event in function["Events"].values() if event["Type"] == "Api"]


def deployed(name: str) -> set[Route]:
    """The routes that are declared; a path that is declared as ANY alone stands for what the app serves there."""
    named = {(event["Method"].upper(), event["Path"]) for event in events_of(name) if event["Method"] != "ANY"}
    alone = {event["Path"] for event in events_of(name)} - {path for _, path in named}
    return named | {route for route in served(name) if route[1] in alone}


def served(name: str) -> set[Route]:
    return {(method, path) for path, methods in load(name).routes.items() for method in methods}


def promised(name: str) -> set[Route]:
    paths = yaml.safe_load((ROOT / f"infra/openapi/{name}.yaml").read_text("utf-8"))["paths"]
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
    assert {method for method, _ in without} <= {"ANY"}


def test_partners_are_recognised_by_their_signature_and_pass_no_authorizer() -> None:
    assert "DefaultAuthorizer" not in RESOURCES["PartnerApi"]["Properties"].get("Auth", {})
    assert not any("Auth" in event for event in events_of("partner"))


@pytest.mark.parametrize("name", ABOUT)
def test_the_template_names_the_handler(name: str) -> None:
    assert RESOURCES[f"{name.title()}ApiFunction"]["Properties"]["Handler"] == f"{name}_api.app.app"


@pytest.mark.parametrize("name", ABOUT)
def test_a_function_s_resource_policy_has_room_for_its_routes(name: str) -> None:
    """Every event is a statement in it, and it ends at 20 KB (Lambda quotas, "function resource-based policy")."""
    logical_ids = RESOURCES[f"{name.title()}ApiFunction"]["Properties"]["Events"]
    statements = [
        {
            "Sid": f"{'s' * 30}-{name.title()}ApiFunction{logical_id}Permissionlive-ABCDEFGHIJKLM",
            "Effect": "Allow",
            "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": f"arn:aws:lambda:ap-southeast-1:123456789012:function:{'s' * 30}-{name}-api",
            "Condition": {
                "ArnLike": {
                    "AWS:SourceArn": "arn:aws:execute-api:ap-southeast-1:123456789012:a1b2c3d4e5/*/"
                    f"{event['Properties']['Method']}{event['Properties']['Path']}"
                }
            },
        }
        for logical_id, event in logical_ids.items()
    ]
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
    assert len(json.dumps(policy, separators=(",", ":"))) < 20 * 1024


def test_bodies_reach_the_functions_as_raw_bytes() -> None:
    assert TEMPLATE["Globals"]["Api"]["BinaryMediaTypes"] == ["*/*"]
