"""A member's paid membership: its states, and what payments and time make of it. Pure."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

MembershipState = Literal["", "TRIAL", "ACTIVE", "PAST_DUE", "CANCELED_AT_PERIOD_END", "ENDED"]


class Membership(NamedTuple):
    """The plan, its state, the first and the last day of the current period, and the day at whose midnight its next step
    falls due ("": none does). `saved` is what it has saved the member in this period, in the smallest unit of money;
    `had_trial` whether a trial was ever begun.
    """

    plan: str = ""
    state: MembershipState = ""
    since: str = ""
    until: str = ""
    next_on: str = ""
    saved: int = 0
    had_trial: int = 0

    def plan_on(self, day: date) -> str:
        """The plan whose perks the member has on that day; "" where none is paid for."""
        is_running = self.state in {"TRIAL", "ACTIVE", "CANCELED_AT_PERIOD_END"}
        return self.plan if is_running and self.since <= day.isoformat() <= self.until else ""


NO_MEMBERSHIP = Membership()
