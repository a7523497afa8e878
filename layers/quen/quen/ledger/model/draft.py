"""An entry in the making: points move from pocket to pocket, and every step sees what the one before has left.

The two rules that every movement obeys live here: whatever becomes active pays back first what is owed, and whatever is
spent comes from the lot that expires first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from quen.business_days import local_day
from quen.errors import InsufficientPointsError, ValidationFailedError
from quen.ledger.model.chain import seal
from quen.ledger.model.funding import last_day_of, lot_funder, lot_key
from quen.ledger.model.values import ACTIVE, DEBT, NEVER, PENDING, Account, Entry, Kind, Lots, Reference
from quen.program.model import Activity, Program


class Draft:
    """What one command makes of one account, until `sealed` says it as an entry."""

    def __init__(
        self,
        account: Account,
        kind: Kind,
        program: Program,
        now: datetime,
        reference: Reference,
        occurred_at: datetime | None = None,
    ) -> None:
        self._account = account
        self._kind = kind
        self._program = program
        self._now = now
        self._reference = reference
        self._occurred_at = occurred_at or now
        self._lines: dict[str, int] = {}
        self._lots = dict(account.lots)
        self._pending = dict(account.pending)
        self._counters: dict[str, int] = {}
        self._debt = account.debt
        self._active_on = ""
        self.today: date = local_day(now, program.time_zone)
        """The program's day on which this is written."""

    @property
    def active(self) -> int:
        """What can be spent as the draft stands."""
        return sum(self._lots.values())

    def move(self, ledger_account: str, amount: int) -> None:
        """One side of a line; the caller moves the other one too."""
        self._lines[ledger_account] = self._lines.get(ledger_account, 0) + amount

    def give(self, source: str, lots: Lots) -> None:
        """Active points from that ledger account. They pay back what is owed, those that would expire first."""
        for key in sorted(lots):
            points = lots[key]
            paid_back = min(points, self._debt)
            self.move(source, -points)
            self.pay_back(paid_back)
            self.move(ACTIVE, points - paid_back)
            self._lots[key] = self._lots.get(key, 0) + points - paid_back

    def pay_back(self, points: int) -> None:
        """So much less is owed; the caller moves where it comes from."""
        self._debt -= points
        self.move(DEBT, points)

    def await_activation(self, source: str, pending: Lots) -> None:
        """Points that wait, by `<day they activate>/<last day>`."""
        for key, points in pending.items():
            self.move(source, -points)
            self.move(PENDING, points)
            self._pending[key] = self._pending.get(key, 0) + points

    def take(self, target: str, points: int) -> Lots:
        """Active points to that ledger account: the earliest last day first, what never expires last.

        Raises InsufficientPointsError, ValidationFailedError for less than one point.
        """
        if points < 1:
            raise ValidationFailedError.at("/points", "out_of_range", "At least one point is spent.")
        if points > self.active:
            raise InsufficientPointsError
        taken: dict[str, int] = {}
        for key in sorted(self._lots):
            if share := self.take_from(target, key, points):
                taken[key] = share
                points -= share
        return taken

    def take_from(self, target: str, key: str, points: int) -> int:
        """At most so many points of one lot; says how many there were."""
        share = min(points, self._lots.get(key, 0))
        if share > 0:
            self._lots[key] -= share
            self.move(ACTIVE, -share)
            self.move(target, share)
        return max(0, share)

    def take_pending(self, target: str, key: str, points: int) -> int:
        """At most so many points of one pending lot; says how many there were."""
        share = min(points, self._pending.get(key, 0))
        if share > 0:
            self._pending[key] -= share
            self.move(PENDING, -share)
            self.move(target, share)
        return max(0, share)

    def move_lot(self, key: str, to: str) -> None:
        """All points of one lot are in the other one from now on."""
        self._lots[to] = self._lots.get(to, 0) + self._lots.pop(key, 0)

    def owe(self, target: str, points: int) -> None:
        """The member owes so many points more."""
        self._debt += points
        self.move(DEBT, -points)
        self.move(target, points)

    def count(self, key: str, amount: int) -> None:
        """Another wallet: `stamps`, `stored_value`, `qualifying/2026-11`."""
        if amount:
            unit = key.partition("/")[0]
            self.move(f"member.{unit}", amount)
            self.move(f"program.{unit}", -amount)
            self._counters[key] = self._counters.get(key, 0) + amount

    def last_day_from(self, day: date) -> str:
        """The last day (or `never`) of points that become active on that day; where they expire by inactivity, no lot ends
        before the others.
        """
        expiry = self._program.points.expiry
        if expiry.kind == "inactive_months" and self._account.active_on:
            day = max(day, date.fromisoformat(self._account.active_on))
        last_day = expiry.expires_on(day)
        return last_day.isoformat() if last_day else NEVER

    def living(self, lots: Lots, *, days_min: int | None = None) -> Lots:
        """The lots to which points come back: those they were in, moved on to where inactivity would have moved them, and
        to `days_min` days from today where they would end before.
        """
        expiry = self._program.points.expiry
        earliest = ""
        if expiry.kind == "inactive_months" and self._account.active_on:
            earliest = self.last_day_from(date.fromisoformat(self._account.active_on))
        if days_min is not None:
            earliest = max(earliest, (self.today + timedelta(days=days_min)).isoformat())
        moved: dict[str, int] = {}
        for key, points in lots.items():
            lot = lot_key(max(last_day_of(key), earliest), lot_funder(key))
            moved[lot] = moved.get(lot, 0) + points
        return moved

    def renew(self, activity: Activity, day: date) -> None:
        """Where the program lets points live as long as the member is active: all lots live on from that day."""
        if not self._program.points.expiry.renews_on(activity):
            return
        self._active_on = day.isoformat()
        last_day = self._program.points.expiry.expires_on(day)
        key = last_day.isoformat() if last_day else NEVER
        for earlier in [lot for lot in self._lots if last_day_of(lot) < key]:
            lot = lot_key(key, lot_funder(earlier))
            self._lots[lot] = self._lots.get(lot, 0) + self._lots.pop(earlier)

    def sealed(self, **fields: Any) -> Entry:
        """The entry, with its place in the chain. `fields` are the members of Entry that movements do not say."""
        account = self._account
        return seal(
            Entry(
                member_id=account.member_id,
                sequence=account.sequence + 1,
                kind=self._kind,
                occurred_at=self._occurred_at,
                recorded_at=self._now,
                reference=self._reference,
                program_version=fields.pop("program_version", self._program.version),
                lines={name: amount for name, amount in self._lines.items() if amount},
                lots=_difference(account.lots, self._lots),
                pending=_difference(account.pending, self._pending),
                counters={key: amount for key, amount in self._counters.items() if amount},
                active_on=self._active_on,
                balance_after=self.active,
                previous_hash=account.head,
                **fields,
            )
        )


def _difference(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """What changed, lot by lot."""
    changes = {key: points - before.get(key, 0) for key, points in after.items() if points != before.get(key, 0)}
    changes |= {key: -points for key, points in before.items() if key not in after}
    return changes if len(changes) < 2 else dict(sorted(changes.items()))
