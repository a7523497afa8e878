"""Shows what is being done and how long it took, on standard error: standard output is for answers."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(title: str) -> Iterator[None]:
    """One line while the step runs; on a terminal its time is added in place."""
    started = time.monotonic()
    on_terminal = sys.stderr.isatty()
    print(f"  … {title}", end="" if on_terminal else "\n", file=sys.stderr, flush=True)
    done = False
    try:
        yield
        done = True
    finally:
        if not done and on_terminal:
            print(f"\r  ✗ {title}", file=sys.stderr)
    seconds = time.monotonic() - started
    print(f"{chr(13) if on_terminal else ''}  ✓ {title} ({seconds:.1f} s)", file=sys.stderr, flush=True)
