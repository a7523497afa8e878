"""How tiers and their history are answered, to members and to staff alike."""

from __future__ import annotations

from typing import Literal, TypedDict

from quen.http.answers import Count, Cursor, Day, Figures, Instant, Tier

TierStep = TypedDict(
    "TierStep",
    {
        "cause": Literal["joined", "upgraded", "prolonged", "noticed", "grace", "downgraded", "set", "ended", "merged"],
        "from": str | None,
        "to": str | None,
        "name": str | None,
        "until": Day | None,
        "figures": Figures,
        "period": str | None,
        "rule_version": int | None,
        "reason": str | None,
        "occurred_at": Instant,
        "sequence": Count,
    },
)
"""What became of the tier and why: by which `figures` of the period that begins with the month `period` (null: of ever), by
which version of the program. A tier that is null is everybody's; `name` is that of the one it led to, null where the program
has it no more. `set` is by staff, with their `reason`; `ended`: what staff had set is over. `joined` has sequence 0.
"""


class TierPage(TypedDict):
    """The tier that counts now with the way to the next one (null: the program has none), and how it came, newest first. A
    page may have fewer items than asked for, or none, and still not be the last one: `next_cursor` says that. On the last one
    `archived_before` says since when changes are listed, where older entries were moved to the archive.
    """

    tier: Tier | None
    items: list[TierStep]
    next_cursor: Cursor | None
    archived_before: Instant | None
