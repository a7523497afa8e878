"""What the emulator wrote down is read again, but for how far its streams were: they begin anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.emulator_state import FILE_NAME, check_state, forget_stream_positions
from local.errors import LocalError


def test_a_stream_that_begins_anew_is_read_from_its_beginning(tmp_path: Path) -> None:
    kept = {"esms": {"one": {"StartingPosition": "TRIM_HORIZON"}}, "dynamodb_stream_positions": {"data": {"one": 451}}}
    (tmp_path / FILE_NAME).write_text(json.dumps({"__ministack_format__": 2, "payload": kept}), encoding="utf-8")
    forget_stream_positions(tmp_path)
    assert json.loads((tmp_path / FILE_NAME).read_text("utf-8")) == {
        "__ministack_format__": 2,
        "payload": {"esms": kept["esms"]},
    }


def test_a_first_start_has_nothing_to_forget(tmp_path: Path) -> None:
    forget_stream_positions(tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_can_be_read_is_taken(tmp_path: Path) -> None:
    check_state(tmp_path)
    for name in ("dynamodb.json", "lambda.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    check_state(tmp_path)


@pytest.mark.parametrize("left", ['{"payload": {"tab', "", "[]", None], ids=["torn", "empty", "another thing", "gone"])
def test_tables_that_cannot_be_read_stop_the_start_and_stay_as_they_are(tmp_path: Path, left: str | None) -> None:
    (tmp_path / "lambda.json").write_text("{}", encoding="utf-8")
    tables = tmp_path / "dynamodb.json"
    if left is not None:
        tables.write_text(left, encoding="utf-8")
    with pytest.raises(LocalError, match=r"dynamodb\.json is damaged; put it back from a copy, or begin anew"):
        check_state(tmp_path)
    assert (tables.read_text("utf-8") if tables.exists() else None) == left
