"""The job `warn-endings`: members are told seven days before a voucher of theirs ends, and once more on the day before.

A run goes through vouchers, not members: those whose last day is so many days after the run's own, which a sparse index says.
An end stands still, so a day that was missed is made up for by its own run; that one tells only what is true by then: nothing
of a voucher that is used up or over, and not what a later stage tells again the same night. The job only asks: consent
and hours are judged when the message is sent, and the message's own key makes it one for each stage, whoever retries.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol

from quen.errors import MemberNotFoundError
from quen.jobs.giving import NOTHING
from quen.jobs.model import Page, Run
from quen.jobs.service import CurrentProgram, Handled
from quen.messages.model import Intent, channels_of
from quen.vouchers.endings import Ending

STAGES = (7, 1)
"""How many days before its last day a voucher is told of, the earliest first."""


class EndingVouchers(Protocol):
    """The vouchers' part of it."""

    def list_ending(self, shard: int, on: date, cursor: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        """A page of the ids of the shard's vouchers whose last day is that one, and where the next page starts."""

    def find(self, voucher_id: str, on: date) -> Ending | None:
        """The voucher as it is now, that day having begun; None where it is over. Raises MemberNotFoundError."""


class IntentQueue(Protocol):
    """Where intents wait to become messages."""

    def send(self, intents: Sequence[Intent], delay_seconds: int = 0) -> None:
        """Queue them all. Raises TemporarilyUnavailableError where one may not be queued."""


class WarnEndings:
    """A voucher is done where its member is asked to be told."""

    def __init__(self, intents: IntentQueue, vouchers: EndingVouchers, programs: CurrentProgram) -> None:
        self._intents = intents
        self._vouchers = vouchers
        self._programs = programs

    def list_members(self, run: Run, shard: int, cursor: str | None, limit: int) -> Page:
        """Vouchers of the shard, by their ids: those of the first stage, then those of the next. None where the program tells
        nobody of them. A cursor is `<stage>` or `<stage> <the place within it>`.
        """
        if not channels_of("gift_ending", self._programs.current(run.as_of)):
            return Page((), None)
        named, _, place = (cursor or str(STAGES[0])).partition(" ")
        stages = [stage for stage in STAGES if stage <= int(named)]
        for stage, following in zip(stages, [*stages[1:], None], strict=True):
            last_day = run.on + timedelta(days=stage)
            voucher_ids, rest = self._vouchers.list_ending(shard, last_day, place or None, limit)
            if rest:
                return Page(voucher_ids, f"{stage} {rest}")
            if voucher_ids:
                return Page(voucher_ids, str(following) if following else None)
            place = ""
        return Page((), None)

    def handle(self, run: Run, member_id: str, *, is_recovering: bool) -> Handled:  # noqa: ARG002 - asked twice is told once
        """Ask for the warning of the voucher of that id; a dry run only counts it."""
        try:
            ending = self._vouchers.find(member_id, run.on)
        except MemberNotFoundError:
            return NOTHING
        if ending is None or (ending.last_day - run.on).days != stage_of(ending.days_left):
            return NOTHING
        if not run.dry_run:
            self._intents.send([intent_of(ending)])
        return Handled(was_done=True, totals={"asked": 1})


def stage_of(days_left: int) -> int | None:
    """The latest stage that has begun so many days before the end; None where none has."""
    return min((stage for stage in STAGES if stage >= days_left), default=None)


def intent_of(ending: Ending) -> Intent:
    """The message that warns of it, once for each stage."""
    data = {"what": "voucher", "id": ending.voucher_id, "on": ending.last_day.isoformat()}
    worth = {"amount": ending.amount} if ending.amount else {}
    return Intent(ending.member_id, "gift_ending", f"{ending.voucher_id}.{stage_of(ending.days_left)}", data | worth)
