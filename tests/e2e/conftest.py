"""The whole local stack, once for the session: the deployed template, real gateway and queues, data of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulator import free_port
from local.stack import LocalStack


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stack's data directory, as `quen --data` takes it."""
    return Path(tmp_path_factory.mktemp("stack"))


@pytest.fixture(scope="session")
def connection(data: Path) -> Iterator[dict[str, Any]]:
    """What `quen serve` writes to local.json, of a stack that runs while the tests do."""
    with LocalStack(data, free_port(), is_kept=False) as stack:
        yield stack.connection
