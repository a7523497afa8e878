"""Two workers share the suite, a file at a time; what uses one build, or one set of engines, stays with one of them."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

import short_way

short_way.take()  # before any client is opened

GROUPS = {
    "test_interleavings": "orders",  # half of the engines' time: on servers of its own, so that both workers have some
    "engine": "engine",  # its servers start once
    "e2e": "build",  # its stack starts once, from a build made anew ...
    "test_built_artifacts": "build",  # ... which nobody may read meanwhile
}


# How long an example takes is measured by the benchmarks: on a machine that is busy, a deadline fails what is right.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


class ByServer(LoadScopeScheduling):
    """Keeps a file, or a group of them, with one worker."""

    def _split_scope(self, nodeid: str) -> str:
        path = PurePath(nodeid.split("::", 1)[0])
        return GROUPS.get(path.stem) or GROUPS.get(path.parent.name) or str(path)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByServer:
    """What `-n` uses, whatever `--dist` says."""
    return ByServer(config, log)
