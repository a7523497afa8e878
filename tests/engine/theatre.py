"""Where use cases are played: the house over a client of the test's, and the members that one scene is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from house import House, MovableClock
from quen.ledger.service import Ledger
from quen.vouchers.service import Vouchers

EVENING = datetime(2026, 11, 22, 16, 55, tzinfo=UTC)  # 23:55 in Saigon
LAST_PIECES = 1
"""So many of a scene's own reward are there."""


class Theatre(House):
    """The house over a client of the test's, where nobody waits a moment before another try."""

    def __init__(self, client: Any, tables: dict[str, str]) -> None:
        self.time = MovableClock(EVENING)
        super().__init__(client, tables, self.time)

    @cached_property
    def ledger(self) -> Ledger:
        # In an order that is given, a pause changes nothing but the time it takes.
        ledger = super().ledger
        ledger._pause = _do_not_wait
        return ledger

    @cached_property
    def vouchers(self) -> Vouchers:
        vouchers = super().vouchers
        vouchers._pause = _do_not_wait
        return vouchers


def _do_not_wait(_attempt: int) -> None:
    """The other one is not let go on meanwhile."""


@dataclass
class Scene:
    """One fresh member. `number` makes every id of the scene its own."""

    number: int
    member_id: str = ""
    friend_id: str = ""

    @property
    def members(self) -> list[str]:
        """Everybody whose books are looked at afterwards."""
        return [member_id for member_id in (self.member_id, self.friend_id) if member_id]

    @property
    def reward_id(self) -> str:
        """The reward of which one piece is there."""
        return f"last-mug-{self.number}"

    def named(self, name: str, key: str) -> str:
        """An id, or a caller's key, that no other scene has."""
        return f"{name}-{key}-{self.number}"
