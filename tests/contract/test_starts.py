"""Every job's `start`: what it raises is logged by Lambda, so it must say nothing that somebody else has written."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from quen.observability import HandlerFailedError

FUNCTIONS = Path(__file__).parents[2] / "functions"
JOBS = sorted(path.parent.name for path in FUNCTIONS.glob("*/app.py") if "def start(" in path.read_text("utf-8"))


@pytest.mark.parametrize("job", JOBS)
def test_the_start_of_every_job_lets_nobodys_words_out(job: str) -> None:
    start = importlib.import_module(f"{job}.app").start
    with pytest.raises(HandlerFailedError) as raised:
        start({"time": "+84901234567"}, None)
    assert "+84901234567" not in str(raised.value)
