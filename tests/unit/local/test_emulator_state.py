"""What the emulator wrote down is read again, but for how far its streams were: they begin anew."""

from __future__ import annotations

import json
from pathlib import Path

from local.emulator_state import FILE_NAME, forget_stream_positions


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
