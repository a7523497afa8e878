"""Schemathesis reads the three OpenAPI files and tries to prove them wrong: every check that it has, no finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup

from served import serving
from wsgi_gateway import OPENAPI, VALID, Gateway, StartResponse

EXAMPLES = 12

# What follows the schema may still be refused by the state of things, or by a rule that JSON Schema cannot say.
# A code that is made up names no voucher, and who sends many of those is refused for a minute.
REFUSALS = ["2xx", "400", "401", "403", "404", "409", "422", "429"]

bounded = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
GATEWAYS = {name: Gateway(name) for name in ("mobile", "partner", "admin")}


def read_schema(name: str) -> schemathesis.BaseSchema:
    config = SchemathesisConfig.from_dict({"checks": {"positive_data_acceptance": {"expected-statuses": REFUSALS}}})
    schema = schemathesis.openapi.from_path(OPENAPI / f"{name}.yaml", config=config)
    schema.app = GATEWAYS[name]
    return schema


MOBILE, PARTNER, ADMIN = (read_schema(name) for name in GATEWAYS)
BEARER = {"Authorization": f"Bearer {VALID}"}
SIGNED = {"Signature": VALID}


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    with serving() as apis:
        apis.adjust(apis.enrol("login-1"), 1000)
        for gateway in GATEWAYS.values():
            gateway.served = apis
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


@MOBILE.parametrize()
@bounded
def test_the_mobile_api_is_what_it_says(case: schemathesis.Case) -> None:
    case.call_and_validate(headers=BEARER)


@PARTNER.parametrize()
@bounded
def test_the_partner_api_is_what_it_says(case: schemathesis.Case) -> None:
    case.call_and_validate(headers=SIGNED)


@ADMIN.parametrize()
@bounded
def test_the_admin_api_is_what_it_says(case: schemathesis.Case) -> None:
    case.call_and_validate(headers=BEARER)
