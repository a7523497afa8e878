"""The JSON Schema that editors use is made from the code, and agrees with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from quen.program.document import json_schema
from unit.program.documents import MISSING, PROGRAMS, changed, faults_of, make_document

FILE = Path(__file__).parents[3] / "infra" / "program.schema.json"
REGENERATE = (
    "PYTHONPATH=layers/quen python -c 'import json; from quen.program.document import json_schema; "
    "print(json.dumps(json_schema(), indent=2, ensure_ascii=False))' > infra/program.schema.json"
)


def test_the_published_schema_is_the_codes_own() -> None:
    assert json.loads(FILE.read_text()) == json_schema(), f"made anew by: {REGENERATE}"


def test_every_member_is_described_itself_or_by_what_it_refers_to() -> None:
    schema = json_schema()
    definitions = {f"#/$defs/{name}": definition for name, definition in schema["$defs"].items()}
    undescribed = [
        f"{name}.{member}"
        for name, definition in [("document", schema), *schema["$defs"].items()]
        for member, about in definition["properties"].items()
        if not (about | definitions.get(about.get("$ref"), {})).get("description")
    ]
    assert undescribed == []


@pytest.mark.parametrize(
    "document",
    [
        make_document(),
        json.loads(json.dumps(changed("/points/expiry", "none"))),
        changed("/points/expiry", {"fixed": "12-31"}),
        changed("/points/expiry", {"inactive_months": 6, "activities": ["bonus"], "at": "end_of_year"}),
        changed("/earning/0/pending", {"days": 3}),
        changed("/earning/4/wallet", "qualifying"),
        changed("/earning/2/wallet", "points"),
        changed("/transfers", MISSING),
        changed("/transfers", None),
        changed("/adjustments/limits", {}),
        changed("/rewards/0/stock", None),
        changed("/birthday", MISSING),
    ],
)
def test_what_the_code_takes_the_schema_takes(document: Any) -> None:
    assert faults_of(document) == []
    assert jsonschema_rs.is_valid(json_schema(), document)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/program/locales/1", "fr"),
        ("/typo", 1),
        ("/points/worth/money", 1.5),
        ("/points/expiry/days", 30),
        ("/points/expiry", "never"),
        ("/points/expiry/inactive_months", 30),
        ("/points/expiry/at", "end_of_week"),
        ("/earning/1/multiplier", "1,5"),
        ("/earning/2/wallet", "stamps"),
        ("/earning/4/wallet", MISSING),
        ("/earning/4/multiplier", "2"),
        ("/purchases", {"accepted_days": 93}),
        ("/transfers/per_day", MISSING),
        ("/adjustments/limits/cashier", 1),
        ("/adjustments/reason_codes", ["good will"]),
        ("/earning/0/per", MISSING),
        ("/earning/2/points", MISSING),
        ("/messages/quiet_hours/from", "24:00"),
        ("/rewards/0/name/fr", "Café"),
    ],
)
def test_what_the_schema_refuses_the_code_refuses(pointer: str, value: object) -> None:
    document = changed(pointer, value)
    assert not jsonschema_rs.is_valid(json_schema(), document)
    assert faults_of(document)


def test_the_programs_that_come_with_the_house_follow_the_schema() -> None:
    from quen.program.document import read_text

    for path in PROGRAMS.glob("*.yaml"):
        jsonschema_rs.validate(json_schema(), read_text(path.read_text())[0])
