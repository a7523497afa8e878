"""Schemathesis sends every program that it can think of: in the long tests, and read by nobody else (see conftest)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis

from contract.schemas import BEARER, LABELS, bounded, open_gateways, read_schema

pytestmark = pytest.mark.long
PROGRAMS = read_schema("admin", every_program=True).include(name=LABELS)


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    with open_gateways():
        yield


@PROGRAMS.parametrize()
@bounded
def test_every_program_is_answered_as_it_says(case: schemathesis.Case) -> None:
    case.call_and_validate(headers=BEARER)
