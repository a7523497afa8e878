"""Writes down the data of the version that this is run on: `python -m upgrade.record v0.7.0`, on that tag."""

from __future__ import annotations

import sys

from upgrade.recorded import record, write
from upgrade.world import opened


def main(version: str) -> None:
    """Live, and keep."""
    with opened() as world:
        path = write(record(world), version)
    sys.stdout.write(f"{path}: {path.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1])
