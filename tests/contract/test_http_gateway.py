"""The HTTP gateway of the mobile and the partner API serves what the REST gateway serves, and one of them alone is open."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from local.template_reader import read_template
from quen.http.openapi import FUNCTIONS

PROJECT = Path(__file__).parents[2]
MAIN = read_template((PROJECT / "template.yaml").read_text("utf-8"))
DOOR = read_template((PROJECT / "infra/http_gateway.yaml").read_text("utf-8"))
APIS = ("mobile", "partner")
NAMES = {"mobile_api": "Mobile", "partner_api": "Partner", "backoffice_api": "Backoffice"}


def of_kind(kind: str, api: str) -> list[dict[str, Any]]:
    """The properties of an API's resources of that kind."""
    found = (resource["Properties"] for resource in DOOR["Resources"].values() if resource["Type"] == kind)
    return [properties for properties in found if properties["ApiId"] == {"Ref": f"{api.title()}Api"}]


def stage(api: str) -> dict[str, Any]:
    [only] = of_kind("AWS::ApiGatewayV2::Stage", api)
    return only


@pytest.mark.parametrize("api", APIS)
def test_every_path_is_a_route_of_any_method_to_the_function_that_serves_it(api: str) -> None:
    """And what no route is goes to the API's first function, which answers 404 as a problem."""
    served = {
        f"ANY {path}": NAMES[function]
        for function in FUNCTIONS[api]
        for path in importlib.import_module(f"{function}.app").app.routes
    }
    routes = {
        route["RouteKey"]: route["Target"]["Fn::Sub"].removeprefix("integrations/${").removesuffix("Integration}")
        for route in of_kind("AWS::ApiGatewayV2::Route", api)
    }
    assert routes == {**served, "$default": api.title()}


@pytest.mark.parametrize("api", APIS)
def test_no_route_has_an_authorizer_which_would_refuse_in_words_of_its_own(api: str) -> None:
    assert all(set(route) == {"ApiId", "RouteKey", "Target"} for route in of_kind("AWS::ApiGatewayV2::Route", api))


@pytest.mark.parametrize("api", APIS)
def test_functions_are_sent_what_a_rest_api_sends(api: str) -> None:
    integrations = of_kind("AWS::ApiGatewayV2::Integration", api)
    assert len(integrations) == len(FUNCTIONS[api])
    assert {integration["PayloadFormatVersion"] for integration in integrations} == {"1.0"}


@pytest.mark.parametrize("function", [function for api in APIS for function in FUNCTIONS[api]])
def test_a_function_may_be_invoked_by_its_own_api_alone(function: str) -> None:
    name = NAMES[function]
    api = next(api for api in APIS if function in FUNCTIONS[api])
    permission = DOOR["Resources"][f"{name}Permission"]["Properties"]
    assert permission["FunctionName"] == {"Ref": f"{name}FunctionArn"}
    assert permission["SourceArn"]["Fn::Sub"].endswith(f":${{{api.title()}Api}}/*")
    given = MAIN["Resources"]["HttpGateway"]["Properties"]["Parameters"][f"{name}FunctionArn"]
    assert f"{function.title().replace('_', '')}Function." in json.dumps(given)


@pytest.mark.parametrize("api", APIS)
def test_no_stage_stands_in_the_path_and_every_stage_is_throttled(api: str) -> None:
    assert stage(api)["StageName"] == "$default"
    settings = stage(api)["DefaultRouteSettings"]
    limits = {"ThrottlingRateLimit": {"Ref": "ThrottleRate"}, "ThrottlingBurstLimit": {"Ref": "ThrottleBurst"}}
    assert settings == {"DetailedMetricsEnabled": False, **limits}


def test_pages_for_everybody_are_throttled_as_at_the_rest_gateway() -> None:
    [(route, http)] = stage("mobile")["RouteSettings"].items()
    rest = MAIN["Resources"]["MobileApi"]["Properties"]["MethodSettings"]
    assert {setting["ResourcePath"].replace("~1", "/").removeprefix("/") for setting in rest} == {route.split()[1]}
    assert {setting["ThrottlingRateLimit"] for setting in rest} == {http["ThrottlingRateLimit"]}


@pytest.mark.parametrize("api", APIS)
def test_an_http_apis_5xx_rings(api: str) -> None:
    resource = DOOR["Resources"][f"{api.title()}FailuresAlarm"]
    assert resource["Condition"] == "HasTopic"  # an alarm that tells nobody is not paid for
    alarm = resource["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/ApiGateway", "5xx")
    assert alarm["Dimensions"] == [{"Name": "ApiId", "Value": {"Ref": f"{api.title()}Api"}}]


def test_exactly_one_of_the_two_gateways_is_open() -> None:
    """Also where nothing but the parameter changes: a REST API learns it with a deployment, and has one each time."""
    assert MAIN["Parameters"]["Gateway"]["AllowedValues"] == ["rest", "http"]
    assert MAIN["Resources"]["HttpGateway"]["Condition"] == "IsHttpGateway"
    for api in APIS:
        properties = MAIN["Resources"][f"{api.title()}Api"]["Properties"]
        assert properties["DisableExecuteApiEndpoint"] == {"Fn::If": ["IsHttpGateway", True, False]}
        assert properties["AlwaysDeploy"] is True


def access_logs() -> list[tuple[str, Any]]:
    """Every stage's setting of access logs, as it is where they are on."""
    rest = [(api, MAIN["Resources"][f"{api.title()}Api"]["Properties"]["AccessLogSetting"]) for api in (*APIS, "admin")]
    return [
        (api, setting["Fn::If"][1])
        for api, setting in [*rest, *((api, stage(api)["AccessLogSettings"]) for api in APIS)]
    ]


def test_an_access_is_one_line_of_json_in_the_words_of_our_own_lines_and_tells_of_nobody() -> None:
    """The route and not the path, in which ids and links stand; and not where a request came from."""
    assert len(access_logs()) == 5
    for api, setting in access_logs():
        line = json.loads(setting["Format"])
        assert {"request_id", "route", "status", "duration_ms"} <= set(line)
        used = set(re.findall(r"\$context\.([A-Za-z.]+)", setting["Format"]))
        assert not [name for name in used if name.startswith(("identity", "authorizer", "path", "domain"))], api


def test_access_logs_end_as_the_others_do() -> None:
    groups = [MAIN["Resources"][f"{api.title()}AccessLogs"] for api in (*APIS, "admin")]
    assert {group["Condition"] for group in groups} == {"HasAccessLogs"}
    assert all(group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"} for group in groups)
    assert all(group["Properties"]["KmsKeyId"]["Fn::If"][0] == "HasOwnKey" for group in groups)


def test_no_stack_makes_the_setting_that_belongs_to_the_account() -> None:
    """Two stacks would take it from each other: it has a stack of its own, which leaves it behind."""
    makers = {
        path.name
        for path in [PROJECT / "template.yaml", *(PROJECT / "infra").glob("*.yaml")]
        if "AWS::ApiGateway::Account" in path.read_text("utf-8")
    }
    assert makers == {"account.yaml"}


@pytest.mark.parametrize("name", ["Mobile", "Partner", "Admin"])
def test_domains_speak_tls_1_2_and_map_the_stage_away(name: str) -> None:
    domains = read_template((PROJECT / "infra/domains.yaml").read_text("utf-8"))["Resources"]
    [configuration] = domains[name]["Properties"]["DomainNameConfigurations"]
    assert configuration["SecurityPolicy"] == "TLS_1_2"
    assert "ApiMappingKey" not in domains[f"{name}Mapping"]["Properties"]
    assert MAIN["Outputs"][f"{name}DomainTarget"]["Condition"] == f"Has{name}Domain"


def test_a_domain_without_a_certificate_is_refused_before_anything_is_made() -> None:
    [rule] = MAIN["Rules"]["DomainsHaveACertificate"]["Assertions"]
    asked = set(re.findall(r'"Ref": "(\w+)"', json.dumps(rule["Assert"])))
    assert asked == {"CertificateArn", *(name for name in MAIN["Parameters"] if name.endswith("Domain"))}


def test_the_firewall_lets_through_what_we_promise_to_take() -> None:
    """Bodies to 128 KB, and tills that do not say what they are: rules that would refuse them count alone."""
    acl = read_template((PROJECT / "infra/waf.yaml").read_text("utf-8"))["Resources"]["WebAcl"]["Properties"]
    [common] = [rule for rule in acl["Rules"] if rule["Name"] == "common"]
    overridden = common["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
    assert {rule["Name"] for rule in overridden if rule["ActionToUse"] == {"Count": {}}} == {
        "SizeRestrictions_BODY",
        "NoUserAgent_HEADER",
    }
    assert all(rule["VisibilityConfig"]["SampledRequestsEnabled"] is False for rule in acl["Rules"])
