"""The three OpenAPI files as Schemathesis reads them, each before a gateway of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from served import open_queues, serving
from wsgi_gateway import OPENAPI, VALID, Gateway

EXAMPLES = 12

# What follows the schema may still be refused by the state of things, or by a rule that JSON Schema cannot say.
# A code that is made up names no voucher, and who sends many of those is refused for a minute.
REFUSALS = ["2xx", "400", "401", "403", "404", "409", "422", "429"]

# Both take a whole program: 7,831 cases each, built where tests are collected, against a few hundred of any other route.
TAKE_A_PROGRAM = (("/v1/program", "PUT"), ("/v1/program/plan", "POST"))
LABELS = [f"{method} {path}" for path, method in TAKE_A_PROGRAM]

bounded = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
GATEWAYS = {name: Gateway(name) for name in ("mobile", "partner", "admin")}
BEARER = {"Authorization": f"Bearer {VALID}"}
SIGNED = {"Signature": VALID}


def read_schema(name: str, *, every_program: bool = False) -> schemathesis.BaseSchema:
    """The file of one API. Of the routes that take a program every case is built with `every_program` alone."""
    fewer = [{"include-name": LABELS, "phases": {"coverage": {"enabled": False}}}]
    config = SchemathesisConfig.from_dict(
        {
            "checks": {"positive_data_acceptance": {"expected-statuses": REFUSALS}},
            "operations": [] if every_program else fewer,
        }
    )
    schema = schemathesis.openapi.from_path(OPENAPI / f"{name}.yaml", config=config)
    schema.app = GATEWAYS[name]
    return schema


@contextmanager
def open_gateways() -> Iterator[None]:
    """All three lead to one house, in which somebody has points."""
    with serving() as apis:
        apis.adjust(apis.enrol("login-1"), 1000)
        open_queues()
        for gateway in GATEWAYS.values():
            gateway.served = apis
        yield
