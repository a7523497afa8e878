"""What takes long to collect is collected only where it may run: both workers would pay for it each time."""

from __future__ import annotations

from pathlib import Path

import pytest

BUILT_WHEN_COLLECTED = {"test_every_program.py"}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """None leaves the decision to others."""
    is_deselected = config.getoption("markexpr") == "not long"
    return True if is_deselected and collection_path.name in BUILT_WHEN_COLLECTED else None
