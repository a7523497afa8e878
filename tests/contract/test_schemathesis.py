"""Schemathesis reads the three OpenAPI files and tries to prove them wrong: every check that it has, no finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
import schemathesis
from schemathesis.core.failures import FailureGroup

from contract.schemas import BEARER, GATEWAYS, SIGNED, bounded, open_gateways, read_schema
from wsgi_gateway import OPENAPI, StartResponse

MOBILE, PARTNER, ADMIN = (read_schema(name) for name in GATEWAYS)


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
