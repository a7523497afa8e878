"""What jobs that give something do for one member and one occasion: give it once, and count it once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from quen.business_days import local_day
from quen.jobs.model import Run, added
from quen.jobs.service import Handled
from quen.ledger.documents import Outcome
from quen.ledger.model import Given, GrantBonus
from quen.program.model import Program

NOTHING = Handled(was_done=False)

_COUNTED = {"reward": "rewards", "voucher": "vouchers", "perk": "perks"}
"""Under which names a run's totals count what is given beside points."""


class Gifts(Protocol):
    """The gifts' part of it."""

    def give(self, member_id: str, bonus: GrantBonus, program: Program) -> Outcome | None:
        """Give it, once; None where it gives nothing to the member."""

    def foresee(self, member_id: str, bonus: GrantBonus, program: Program) -> Given | None:
        """What `give` would give; None where that is nothing, or was given before."""


class Joined(Protocol):
    """What the jobs ask of a member."""

    @property
    def state(self) -> str:
        """`active`, or what keeps the member from earning."""

    @property
    def joined_at(self) -> datetime:
        """When the member enrolled."""


def takes_part(profile: Joined, run: Run, program: Program) -> bool:
    """Who joined after the run's day missed nothing: a day long past gives nothing to new members."""
    return profile.state == "active" and local_day(profile.joined_at, program.time_zone) <= run.on


def given(
    gifts: Gifts, run: Run, member_id: str, bonus: GrantBonus, program: Program, *, is_recovering: bool
) -> Handled:
    """Give the bonus, or in a dry run say what it would be. What was given before counts where this very run did it."""
    if run.dry_run:
        foreseen = gifts.foresee(member_id, bonus, program)
        return _handled(foreseen.view()) if foreseen else NOTHING
    outcome = gifts.give(member_id, bonus, program)
    if outcome is None or not is_counted(outcome, run, is_recovering=is_recovering):
        return NOTHING
    return _handled(outcome.result["given"])


def is_counted(outcome: Outcome, run: Run, *, is_recovering: bool) -> bool:
    """Whether that is this run's own doing: it did it now, or before it was stopped and could count it."""
    is_own = datetime.fromisoformat(outcome.result["recorded_at"]) >= run.started_at
    return not outcome.replayed or (is_recovering and is_own)


def both(one: Handled, other: Handled) -> Handled:
    """What was done for one member, in two parts."""
    return Handled(one.was_done or other.was_done, one.points + other.points, totals=added(one.totals, other.totals))


def _handled(view: Mapping[str, Any]) -> Handled:
    totals = {counted: 1 for name, counted in _COUNTED.items() if view[name]}
    return Handled(was_done=True, points=view["points"], totals=totals)
