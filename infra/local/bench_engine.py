"""The DynamoDB that benchmarks run on: Amazon's own DynamoDB Local where Java and npm are, MiniStack's elsewhere."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.dynamodb_local import DynamoDBLocal, missing_tools
from local.emulator import Emulator, free_port


@dataclass(frozen=True, slots=True)
class Engine:
    """Which it is, and where it answers."""

    name: str
    endpoint: str


@contextmanager
def open_engine() -> Iterator[Engine]:
    """One process of it, in memory, until it is left."""
    if missing_tools():
        with tempfile.TemporaryDirectory() as scratch, Emulator(free_port(), Path(scratch)) as emulator:
            yield Engine("MiniStack", emulator.endpoint)
        return
    server = DynamoDBLocal()
    server.start()
    try:
        yield Engine("DynamoDB Local", server.endpoint)
    finally:
        server.stop()
