"""Stand-ins for what jobs need: a ledger over accounts in memory, runs, queues, and a way to die at any call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from msgspec.structs import replace

from factories import make_account, make_program
from quen.errors import MemberNotFoundError, NotFoundError
from quen.gifts.service import OccasionGifts
from quen.jobs import names
from quen.jobs.announcements import Announcements
from quen.jobs.birthday_rewards import BirthdayRewards
from quen.jobs.expire_points import ExpirePoints
from quen.jobs.holiday_rewards import HolidayRewards
from quen.jobs.model import SHARDS, Page, Progress, Run, WorkMessage
from quen.jobs.review_tiers import ReviewTiers
from quen.jobs.service import Jobs
from quen.jobs.win_back import WinBack
from quen.ledger.documents import ClaimTakenError, Document, DocumentKey, LostRaceError
from quen.ledger.lapses import Lapses
from quen.ledger.model import Account, Entry, next_due_on, next_lapse_on, next_review_on
from quen.ledger.ports import Change, DuePage
from quen.ledger.service import Ledger
from quen.messages.model import Intent
from quen.people import Person
from quen.program.model import Program
from quen.writes import Write

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)  # 08:00 on 1 December in Saigon


class Killed(BaseException):
    """The process died here. No `except Exception` may survive it."""


class Fuse:
    """Kills at the n-th call of anything that it guards, before the call has an effect or after it."""

    def __init__(self, at: int | None = None, *, after: bool = False) -> None:
        self.calls = 0
        self.at = at
        self.after = after

    def guard(self, effect: Any, *arguments: Any, **named: Any) -> Any:
        self.calls += 1
        burns = self.calls == self.at
        if burns and not self.after:
            raise Killed
        answer = effect(*arguments, **named)
        if burns:
            raise Killed
        return answer


class Guarded:
    """An object whose every method goes through the fuse."""

    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        return lambda *arguments, **named: self._fuse.guard(method, *arguments, **named)


class SettableClock:
    def __init__(self, instant: datetime = NOW) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def advance(self, **duration: float) -> None:
        self.instant += timedelta(**duration)


class FixedProgram:
    def __init__(self, program: Program | None) -> None:
        self.program = program

    def current(self, now: datetime) -> Program:
        if self.program is None:
            raise NotFoundError
        return self.program


class MemoryAccounts:
    """The ledger's Accounts port. A member's shard is the fifth character of the id; `broken` members cannot be loaded."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.accounts: dict[str, Account] = {}
        self.entries: dict[str, list[Entry]] = {}
        self.documents: dict[DocumentKey, Document] = {}
        self.broken: set[str] = set()
        self.others: list[Write] = []

    def add(self, account: Account) -> None:
        self.accounts[account.member_id] = account
        self.entries[account.member_id] = []

    def load(self, member_id: str) -> Account:
        if member_id in self.broken:
            raise ValueError("this account cannot be read")
        try:
            return self.accounts[member_id]
        except KeyError:
            raise MemberNotFoundError from None

    def list_entries(self, member_id: str, before: int | None, limit: int) -> list[Entry]:
        return self.entries[member_id][::-1][:limit]

    def find_document(self, key: DocumentKey) -> Document | None:
        return self.documents.get(key)

    def list_due(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        return self._page(shard, lambda account: str(next_due_on(account, self.program) or ""), on, cursor, limit)

    def list_reviews(self, shard: int, on: date | None, cursor: str | None, limit: int) -> DuePage:
        return self._page(shard, next_review_on, on or "z", cursor, limit)

    def list_lapsed(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        return self._page(shard, lambda account: str(next_lapse_on(account, self.program) or ""), on, cursor, limit)

    def _page(
        self, shard: int, day_of: Callable[[Account], str], on: date | str, cursor: str | None, limit: int
    ) -> DuePage:
        due = sorted(
            (day, member_id)
            for member_id, account in self.accounts.items()
            if int(member_id[4]) == shard and (day := day_of(account)) and day <= str(on)
        )
        rest = [(day, member_id) for day, member_id in due if f"{day} {member_id}" > (cursor or "")]
        last = " ".join(rest[limit - 1]) if len(rest) > limit else None
        return DuePage([member_id for _, member_id in rest[:limit]], last)

    def commit(self, change: Change) -> None:
        member_id = change.after.member_id
        if change.claim and change.claim.key in self.documents:
            raise ClaimTakenError
        if self.accounts[member_id].sequence != change.before.sequence:
            raise LostRaceError
        self.accounts[member_id] = change.after
        self.entries[member_id] += change.entries
        self.others += change.others
        if change.claim:
            claim = change.claim
            self.documents[claim.key] = Document(
                claim.key, claim.kind, member_id, claim.fingerprint, change.after.sequence, change.result or {}
            )


class MemoryRuns:
    """The Runs port in a dictionary."""

    def __init__(self) -> None:
        self.runs: dict[tuple[str, str], Run] = {}

    def create(self, run: Run) -> bool:
        if (run.job, run.key) in self.runs:
            return False
        self.runs[run.job, run.key] = run
        return True

    def load(self, job: str, key: str) -> Run:
        try:
            return self.runs[job, key]
        except KeyError:
            raise NotFoundError from None

    def replace_progress(self, run: Run, shard: int, after: Progress) -> Run | None:
        stored = self.runs[run.job, run.key]
        if stored.shards[shard] != run.shards[shard]:
            return None
        shards = (*stored.shards[:shard], after, *stored.shards[shard + 1 :])
        moved = self.runs[run.job, run.key] = replace(stored, shards=shards)
        return moved

    def list_from(self, job: str, first: date) -> list[Run]:
        return [run for (of, key), run in sorted(self.runs.items()) if of == job and key >= first.isoformat()]

    def ran_before(self, job: str, day: date) -> bool:
        return any(run.job == job and run.on < day and run.started_by == "schedule" for run in self.runs.values())

    def list_newest(self, job: str, limit: int) -> list[Run]:
        return [run for (of, _), run in sorted(self.runs.items(), reverse=True) if of == job][:limit]


class MemoryQueue:
    """A queue that keeps what is being worked on until it is done, and parks what fails five times."""

    def __init__(self) -> None:
        self.waiting: list[WorkMessage] = []
        self.received: Counter[WorkMessage] = Counter()
        self.dead: list[WorkMessage] = []

    def send(self, messages: Sequence[WorkMessage], delay_seconds: int = 0) -> None:
        self.waiting += messages

    def deliver(self, jobs: Jobs, *, times: int = 1, out_of_time: Any = lambda: False) -> None:
        """Deliver all there is until nothing is left, each message `times` times."""
        while self.waiting:
            message = self.waiting[0]
            try:
                for _ in range(times):
                    jobs.work(message.body(), out_of_time)
            except Killed:
                continue  # nobody took it out of the queue: it comes again
            except Exception:  # noqa: BLE001 - as Lambda's poller does
                self.received[message] += 1
                self.waiting.remove(message)
                (self.dead if self.received[message] >= 5 else self.waiting).append(message)
                continue
            self.waiting.remove(message)


class MemoryIntents:
    """The messages' queue."""

    def __init__(self) -> None:
        self.sent: list[Intent] = []

    def send(self, intents: Sequence[Intent], delay_seconds: int = 0) -> None:
        self.sent += intents


class MemoryReports:
    def __init__(self) -> None:
        self.failed: list[str] = []
        self.ended: list[str] = []

    def report(self, run: Run, member_id: str, error: Exception) -> None:
        self.failed.append(member_id)

    def report_end(self, run: Run) -> None:
        self.ended.append(run.key)


class MemoryProfiles:
    """Born by `MM-DD`, in the shard that is the fifth character of the id; everybody is active but `inactive`.

    Everybody joined long ago, but whom `joined` names, and brought their birthday along, but whom `set_at` names. `asked`
    counts the pages of all members that were read. Everybody has agreed to everything, but whom `unasked` names.
    """

    def __init__(self, born: dict[str, str], inactive: set[str]) -> None:
        self.born = born
        self.inactive = inactive
        self.joined: dict[str, datetime] = {}
        self.set_at: dict[str, datetime] = {}
        self.tags: dict[str, tuple[str, ...]] = {}
        self.consents: dict[str, frozenset[str]] = {}
        self.unasked: set[str] = set()
        self.asked = 0

    def load(self, member_id: str) -> Any:
        state = "inactive" if member_id in self.inactive else "active"
        return SimpleNamespace(
            state=state,
            joined_at=self.joined.get(member_id, datetime(2020, 1, 1, tzinfo=UTC)),
            birthday_set_at=self.set_at.get(member_id),
            tags=self.tags.get(member_id, ()),
            consents_to=lambda purpose: self._consents_to(member_id, purpose),
        )

    def _consents_to(self, member_id: str, purpose: str) -> bool:
        """Everybody may be chosen by what they bought, but for who is `unasked`."""
        if purpose == "profiling":
            return member_id not in self.unasked
        return purpose in self.consents.get(member_id, frozenset())

    def person(self, member_id: str, zone: Any) -> Person:
        return Person(None, None, frozenset(self.tags.get(member_id, ())), frozenset(), None)

    def list_active(self, shard: int, cursor: str | None = None, limit: int = 100) -> Page:
        self.asked += 1
        ids = sorted(key for key in self.born if key not in self.inactive and int(key[4]) == shard)
        rest = [member_id for member_id in ids if member_id > (cursor or "")]
        return Page(rest[:limit], rest[limit - 1] if len(rest) > limit else None)

    def list_birthdays(self, month_day: str, shard: int, cursor: str | None = None, limit: int = 100) -> Page:
        ids = sorted(key for key, born in self.born.items() if born == month_day and int(key[4]) == shard)
        rest = [member_id for member_id in ids if member_id > (cursor or "")]
        return Page(rest[:limit], rest[limit - 1] if len(rest) > limit else None)


class NoStock:
    def give_back(self, reward_id: str, shard: int, pieces: int) -> Any:
        raise AssertionError("no reward of these tests is limited")


class MemoryVouchers:
    """Vouchers are the writes that issue them: by source, member, terms."""

    def issuing(
        self, redemption_id: str, member_id: str, terms: Any, *, number: int = 0
    ) -> tuple[list[Write], dict[str, Any]]:
        voucher = {"source": redemption_id, "member_id": member_id, "terms": terms, "number": number}
        return [Write(f"voucher {redemption_id} {number}", "Put", voucher)], {}

    def cancelling(self, redemption_id: str, *, number: int = 0, late: bool = True) -> list[Write]:
        raise AssertionError("no gift of these tests is called off")

    def code_of(self, redemption_id: str, *, number: int = 0) -> str:
        raise AssertionError("nobody of these tests looks at a code")


class World:
    """Everything around the jobs, with one fuse in it."""

    accounts_type = MemoryAccounts
    runs_type = MemoryRuns

    def __init__(self, fuse: Fuse | None = None, program: Program | None = None, now: datetime = NOW) -> None:
        self.fuse = fuse or Fuse()
        self.program = program or make_program()
        self.programs = FixedProgram(self.program)
        self.clock = SettableClock(now)
        self.accounts = self.accounts_type(self.program)
        self.runs = self.runs_type()
        self.queue = MemoryQueue()
        self.reports = MemoryReports()
        self.intents = MemoryIntents()
        self.profiles = MemoryProfiles({}, set())
        guarded_accounts = Guarded(self.accounts, self.fuse)
        self.ledger = Ledger(guarded_accounts, self.programs, NoStock(), self.clock, lambda _: None)
        self.gifts = OccasionGifts(self.ledger, MemoryVouchers(), b"a key of these tests")
        self.lapses = Lapses(self.ledger, guarded_accounts)
        self.handlers: dict[str, Callable[[], Any]] = {
            names.EXPIRE_POINTS: lambda: ExpirePoints(self.ledger, self.programs),
            names.REVIEW_TIERS: lambda: ReviewTiers(self.ledger, self.programs),
            names.BIRTHDAY_REWARDS: lambda: BirthdayRewards(self.gifts, self.profiles, self.programs),
            names.WIN_BACK: lambda: WinBack(self.lapses, self.gifts, self.profiles, self.programs),
            names.HOLIDAY_REWARDS: lambda: HolidayRewards(self.gifts, self.profiles, self.ledger, self.programs),
        }
        intents = Guarded(self.intents, self.fuse)
        self.handlers[names.ANNOUNCEMENTS] = lambda: Announcements(intents, self.profiles, self.ledger, self.programs)
        runs, queue = Guarded(self.runs, self.fuse), Guarded(self.queue, self.fuse)
        self.jobs = Jobs(self.handlers, runs, queue, self.programs, self.reports, self.clock, self.clock)

    def add_member(self, shard: int, number: int, *lots: tuple[int, str | None], born: str = "") -> str:
        member_id = f"mem_{shard}{number:015}"
        self.accounts.add(make_account(*lots, member_id=member_id))
        self.profiles.born[member_id] = born
        return member_id

    def active(self, member_id: str) -> int:
        return self.accounts.accounts[member_id].active

    def start(self, job: str, at: datetime | None = None) -> list[dict[str, Any]]:
        try:
            return self.jobs.start(job, at or self.clock.now())
        except Killed:
            return []

    def run_to_the_end(self, job: str, *, times: int = 1) -> None:
        """Wake the schedule hour by hour, and let the queue work, until no run is left unfinished."""
        first = self.clock.now()
        for _ in range(12):
            self.start(job, first)
            self.queue.deliver(self.jobs, times=times)
            own = [run for run in self.runs.runs.values() if run.job == job]
            if own and all(run.state != "running" for run in own) and not self.queue.waiting:
                return
            self.clock.advance(hours=1)
        raise AssertionError("the runs do not end")


__all__ = ["NOW", "SHARDS", "Fuse", "Killed", "MemoryRuns", "World"]
