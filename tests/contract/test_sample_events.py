"""Every function has sample events, every sample event belongs to a function, and a test uses it."""

from __future__ import annotations

import re

import pytest

from sample_events import EVENTS, sample_event

PROJECT = EVENTS.parent
FUNCTIONS = {path.parent.name for path in (PROJECT / "functions").glob("*/app.py")}
FILES = sorted(path for path in EVENTS.rglob("*") if path.is_file())
_USED = re.compile(r'sample_event(?:_on)?\((?:\w+,)?\s*"(\w+)",\s*"(\w+)"')


def test_every_function_has_a_folder_and_every_folder_a_function() -> None:
    assert {path.name for path in EVENTS.iterdir()} == FUNCTIONS
    assert all(any((EVENTS / name).iterdir()) for name in FUNCTIONS)


def test_no_event_is_an_orphan() -> None:
    tests = [path.read_text("utf-8") for path in (PROJECT / "tests").rglob("test_*.py")]
    used = {match for text in tests for match in _USED.findall(text)}
    assert {(path.parent.name, path.stem) for path in FILES} == used


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_event_is_json_and_nobody_s_real_data(path) -> None:
    event = sample_event(path.parent.name, path.stem)
    assert path.suffix == ".json"
    assert set(re.findall(r"\d{12}(?=[:/])", path.read_text("utf-8"))) <= {"123456789012"}, event
