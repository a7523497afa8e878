"""Every route of the partner API has a limit, and each answer's headers are in the contract."""

from __future__ import annotations

import pytest

from quen.http.endpoint import Endpoint
from quen.http.openapi import RATE_HEADERS, UNCOUNTED, document, endpoints_of
from quen.http.rate_limits import EXACTLY_COUNTED, group_of
from quen.partners.rates import PER_MINUTE_MAX, RatedAction, RouteGroup

OF_MEMBERS = {RatedAction.SEND_POINTS, RatedAction.GUESS_RECEIPTS}
ENDPOINTS = endpoints_of("partner")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=[f"{one.method} {one.path}" for one in ENDPOINTS])
def test_a_route_that_only_looks_is_not_counted_with_what_tills_report(endpoint: Endpoint) -> None:
    looks = endpoint.method == "GET" or endpoint.path.endswith(("/preview", "/quote", "/search"))
    group = group_of(endpoint.method, endpoint.path, endpoint.action)
    assert not looks or group in {RouteGroup.READING, RouteGroup.BACK_OFFICE}


def test_every_exact_count_of_the_partner_api_is_told_by_a_route_that_exists() -> None:
    assert {endpoint.path for endpoint in ENDPOINTS} >= EXACTLY_COUNTED.keys()
    assert {*EXACTLY_COUNTED.values()} == {*PER_MINUTE_MAX} - OF_MEMBERS - {RatedAction.GUESS_MEMBERS}  # on any route


def test_every_answer_to_a_proven_request_has_the_headers_and_no_other_api_has_them() -> None:
    whole = document("partner", ENDPOINTS)
    assert whole["components"]["headers"].keys() == {*RATE_HEADERS}
    for item in whole["paths"].values():
        for operation in item.values():
            for status, response in operation["responses"].items():
                name = response.get("$ref", "").rpartition("/")[2]
                headers = (whole["components"]["responses"][name] if name else response).get("headers", {})
                assert (headers.keys() >= {*RATE_HEADERS}) is (int(status) not in UNCOUNTED)
    assert "headers" not in document("mobile", endpoints_of("mobile"))["components"]
