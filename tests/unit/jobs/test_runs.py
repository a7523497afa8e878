"""The runs in memory keep the port's promise, so that tests over them count."""

from __future__ import annotations

import pytest

from unit.jobs.fakes import MemoryRuns
from unit.jobs.runs_contract import RunsContract


class TestMemoryRuns(RunsContract):
    @pytest.fixture
    def runs(self) -> MemoryRuns:
        return MemoryRuns()
