"""What a REST gateway answers by itself has the shape of every other answer, and what it counts costs nothing."""

from __future__ import annotations

import json
from pathlib import Path

from local.template_reader import read_template

TEMPLATE = read_template((Path(__file__).parents[2] / "template.yaml").read_text("utf-8"))
APIS = TEMPLATE["Globals"]["Api"]
RESPONSES = APIS["GatewayResponses"]


def test_each_gateway_response_is_a_problem_with_its_own_status() -> None:
    for response in RESPONSES.values():
        problem = json.loads(response["ResponseTemplates"]["application/json"])
        assert problem["status"] == response["StatusCode"]
        assert problem["type"] == f"urn:quen:problem:{problem['code']}"
        assert response["ResponseParameters"]["Headers"]["Content-Type"] == "'application/problem+json'"


def test_no_metric_of_a_single_route_is_paid_for() -> None:
    """Alarms watch an API as a whole, which is counted for nothing; each route's five metrics would cost 0.30 USD a month each.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    """
    settings = [*APIS["MethodSettings"], *TEMPLATE["Resources"]["MobileApi"]["Properties"]["MethodSettings"]]
    assert {setting["MetricsEnabled"] for setting in settings} == {False}


# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html: what each is without us.
GATEWAY_KINDS = {
    **dict.fromkeys(("ACCESS_DENIED", "EXPIRED_TOKEN", "INVALID_API_KEY", "INVALID_SIGNATURE"), 403),
    **dict.fromkeys(("MISSING_AUTHENTICATION_TOKEN", "WAF_FILTERED"), 403),
    **dict.fromkeys(("BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS"), 400),
    **dict.fromkeys(("API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE"), 500),
    **dict.fromkeys(("INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"), 504),
    **dict.fromkeys(("QUOTA_EXCEEDED", "THROTTLED"), 429),
    "REQUEST_TOO_LARGE": 413,
    "RESOURCE_NOT_FOUND": 404,
    "UNAUTHORIZED": 401,
    "UNSUPPORTED_MEDIA_TYPE": 415,
}


def test_whatever_a_rest_gateway_answers_by_itself_is_a_problem_that_fits() -> None:
    """A kind that is not named falls back on the default of its hundred, status and all."""
    assert set(RESPONSES) <= {*GATEWAY_KINDS, "DEFAULT_4XX", "DEFAULT_5XX"}

    def answered(kind: str) -> tuple[int, str]:
        found = RESPONSES.get(kind) or RESPONSES[f"DEFAULT_{GATEWAY_KINDS[kind] // 100}XX"]
        return found["StatusCode"], json.loads(found["ResponseTemplates"]["application/json"])["code"]

    assert {kind: answered(kind) for kind in GATEWAY_KINDS} == {
        **dict.fromkeys(("ACCESS_DENIED", "INVALID_API_KEY", "WAF_FILTERED"), (403, "forbidden")),
        # No validator of the gateway's refuses a request: the functions do.
        **dict.fromkeys(("BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS"), (403, "forbidden")),
        # No route asks for a signature of AWS, so who is told that theirs is wrong asked for a path that is none.
        **dict.fromkeys(("EXPIRED_TOKEN", "INVALID_SIGNATURE"), (404, "not_found")),
        **dict.fromkeys(("MISSING_AUTHENTICATION_TOKEN", "RESOURCE_NOT_FOUND"), (404, "not_found")),
        **dict.fromkeys(("QUOTA_EXCEEDED", "THROTTLED"), (429, "rate_limited")),
        **dict.fromkeys(
            (
                "API_CONFIGURATION_ERROR",
                "AUTHORIZER_CONFIGURATION_ERROR",
                "AUTHORIZER_FAILURE",
                "INTEGRATION_FAILURE",
                "INTEGRATION_TIMEOUT",
            ),
            (503, "temporarily_unavailable"),
        ),
        "REQUEST_TOO_LARGE": (413, "body_too_large"),
        "UNAUTHORIZED": (401, "token_missing"),
        "UNSUPPORTED_MEDIA_TYPE": (415, "unsupported_media_type"),
    }
    for response in RESPONSES.values():
        headers = response["ResponseParameters"]["Headers"]
        assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("'nosniff'", "'no-store'")
        assert headers["Strict-Transport-Security"] == "'max-age=31536000'"
