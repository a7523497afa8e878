"""How a page of a feed is cut: without a gap, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from quen.feed.model.values import Kept


def run_after(position: int, read: Sequence[Kept]) -> list[Kept]:
    """What follows that position without a gap, of what was read in order.

    A query may catch a transaction half done and see its second event before its first, and the time to live deletes in
    any order. So what stands behind a gap waits: nobody is ever told the later one and not the earlier.
    """
    run: list[Kept] = []
    for kept in read:
        if kept.position != position + 1:
            break
        position = kept.position
        run.append(kept)
    return run
