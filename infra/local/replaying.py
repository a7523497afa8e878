"""A history lived again: day by day under the sandbox clock, with the nightly jobs between the days.

Rule: a member's own purchases are sent one after the other in the order of time; only different members' go side by side.
Nothing is remembered between two replays of one file: enrolments and purchases have names of their own, so what was done
is answered again and what is missing is done.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Protocol
from zoneinfo import ZoneInfo

from local.errors import LocalError
from local.histories import PastMember, PastPurchase
from quen.business_days import day_start, local_day

WORKERS = 4
NIGHT = timedelta(minutes=5)
DAY = timedelta(days=1)
REFUSALS_IN_A_ROW_MAX = 20


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one purchase: the member and the points, or the code of its refusal."""

    member_id: str = ""
    points: int = 0
    refusal: str = ""
    replayed: bool = False


class Shop(Protocol):
    """The shop's side of the APIs. Every method may be called by several threads at once; raises LocalError."""

    def enrol(self, member: PastMember) -> str:
        """Make them a member; "" where they are one now, else the code of the refusal."""
        ...

    def buy(self, purchase: PastPurchase) -> Sent:
        """Report one purchase."""
        ...


class Nights(Protocol):
    """Time, and what happens while the shop is closed; raises LocalError."""

    def set_clock(self, instant: datetime) -> None:
        """Let the program believe that it is that instant."""
        ...

    def run_jobs(self, on: date) -> None:
        """Run the nightly jobs of a business day that has begun, to their end."""
        ...


@dataclass
class Tally:
    """What a replay has come to so far. `refused` counts by code; `member_ids` are all who bought."""

    enrolled: int = 0
    enrolments_refused: int = 0
    sent: int = 0
    replayed: int = 0
    points: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    member_ids: set[str] = field(default_factory=set)
    refused_in_a_row: int = 0
    last_refusal: str = ""

    def count_enrolment(self, refusal: str) -> None:
        """One member more, or one refusal."""
        if refusal:
            self.enrolments_refused += 1
            self._refuse(f"enrolment: {refusal}")
        else:
            self.enrolled += 1

    def count(self, sent: Sent) -> None:
        """One purchase more."""
        self.sent += 1
        if sent.refusal:
            self._refuse(sent.refusal)
            return
        self.refused_in_a_row = 0
        self.replayed += sent.replayed
        self.points += sent.points
        self.member_ids.add(sent.member_id)

    @property
    def refused_total(self) -> int:
        """Everything that was refused."""
        return self.refused.total()

    def _refuse(self, code: str) -> None:
        self.refused[code] += 1
        self.refused_in_a_row += 1
        self.last_refusal = code


class Replay:
    """Replays one history. `report` is told after every day: the day and the tally so far."""

    def __init__(
        self, shop: Shop, nights: Nights, zone: ZoneInfo, report: Callable[[date, Tally], None], workers: int = WORKERS
    ) -> None:
        self._shop = shop
        self._nights = nights
        self._zone = zone
        self._report = report
        self._workers = workers
        self._known: set[str] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._tally = Tally()

    def run(self, history: Sequence[PastPurchase]) -> Tally:
        """The whole history, in the order of time. Raises LocalError where it cannot go on; it can be started again."""
        with ThreadPoolExecutor(self._workers, "till") as tills:
            for day, purchases in days_of(history, self._zone):
                self._nights.set_clock(day_start(day, self._zone) + NIGHT)
                self._nights.run_jobs(day)
                if purchases:
                    self._nights.set_clock(purchases[-1].occurred_at)
                    self._open(tills, by_member(purchases))
                self._report(day, self._tally)
        return self._tally

    def _open(self, tills: ThreadPoolExecutor, members: Mapping[str, Sequence[PastPurchase]]) -> None:
        """One day's purchases. The first failure stops the other tills after their present customer, and is raised."""
        futures = [tills.submit(self._serve, purchases) for purchases in members.values()]
        try:
            for future in futures:
                future.result()
        finally:
            for future in futures:
                future.cancel()

    def _serve(self, purchases: Sequence[PastPurchase]) -> None:
        """One member's purchases of a day, enrolment first where this replay has not seen them."""
        if self._stopped.is_set():
            return
        try:
            member = purchases[0].member
            if member.key not in self._known and not member.member_id:
                refusal = self._shop.enrol(member)
                self._note(partial(self._tally.count_enrolment, refusal))
            for purchase in purchases:
                sent = self._shop.buy(purchase)
                self._note(partial(self._tally.count, sent))
            with self._lock:
                self._known.add(member.key)
        except LocalError:
            self._stopped.set()
            raise

    def _note(self, count: Callable[[], None]) -> None:
        with self._lock:
            count()
            if self._tally.refused_in_a_row >= REFUSALS_IN_A_ROW_MAX:
                raise LocalError(
                    f"{REFUSALS_IN_A_ROW_MAX} refusals in a row, the last with {self._tally.last_refusal}; "
                    "look at the program (`quen program show`) and the file, then replay again."
                )


def days_of(history: Sequence[PastPurchase], zone: ZoneInfo) -> Iterator[tuple[date, list[PastPurchase]]]:
    """Every local day from the first purchase's to the last one's, those without purchases too."""
    following: date | None = None
    for day, purchases in groupby(history, key=lambda purchase: local_day(purchase.occurred_at, zone)):
        while following is not None and following < day:
            yield following, []
            following += DAY
        yield day, list(purchases)
        following = day + DAY


def by_member(purchases: Iterable[PastPurchase]) -> dict[str, list[PastPurchase]]:
    """The purchases of each member, in their order."""
    members: dict[str, list[PastPurchase]] = {}
    for purchase in purchases:
        members.setdefault(purchase.member.key, []).append(purchase)
    return members
