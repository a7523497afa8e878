"""The table of nights: for every job a small world in which it has work on several pages, and what a night comes to.

A new job is one line of `NIGHTS`; who forgets it is told so by `tests/contract/test_template.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from msgspec.structs import replace

from factories import make_program
from quen.jobs.close_statements import CloseStatements
from quen.jobs.model import Page, Run
from quen.jobs.names import CLOSE_STATEMENTS
from quen.jobs.service import Concluding, Handled
from quen.ledger.model.funding import funded_by
from quen.program.model import Birthday, ExpiryWarning
from unit.archive.fakes import ArchivingWorld
from unit.jobs.announcing import announcing_world
from unit.jobs.ending import EndingWorld
from unit.jobs.fakes import Fuse, Guarded, World
from unit.jobs.lapsing import lapsed_world
from unit.jobs.occasions import EVERYTHING, TET_MORNING, make_giving, make_gold, make_holiday
from unit.jobs.test_review_tiers import TierWorld
from unit.settlement.fakes import Desk, FakePartners, make_partner, noon
from unit.verification.fakes import ProofWorld

PAGE = 3
"""Members on a page here, so that few of them make several pages."""

# What time alone writes stands at its own midnight, however late it is written; the rest at the time of its writing.
_AT_MIDNIGHT = frozenset({"activate", "lapse", "warn", "extend", "expire", "review", "card", "term"})


class InPages:
    """A job whose pages are no larger than that."""

    def __init__(self, job: Any, members: int) -> None:
        self.job = job
        self._members = members

    def list_members(self, run: Run, shard: int, cursor: str | None, limit: int) -> Page:
        page: Page = self.job.list_members(run, shard, cursor, min(limit, self._members))
        return page

    def handle(self, run: Run, member_id: str, *, is_recovering: bool) -> Handled:
        handled: Handled = self.job.handle(run, member_id, is_recovering=is_recovering)
        return handled


class InConcludingPages(InPages):
    """The same of a job that keeps more of a run than its counts."""

    def conclude(self, run: Run) -> None:
        self.job.conclude(run)


def in_pages(make_job: Callable[[], Any], members: int) -> Callable[[], InPages]:
    """What makes the job, with pages so small."""

    def make() -> InPages:
        job = make_job()
        return (InConcludingPages if isinstance(job, Concluding) else InPages)(job, members)

    return make


class ClosingWorld(World):
    """Eight partners that settle since October and have given points in it, in the first days of December."""

    def __init__(self, fuse: Fuse | None = None) -> None:
        super().__init__(fuse, now=noon(date(2026, 12, 2)))
        partners = [make_partner(partner_id=f"ptn_{number:016}") for number in range(8)]
        self.desk = Desk(FakePartners(*partners), self.clock)  # type: ignore[arg-type] # a clock that is settable too
        for number, partner in enumerate(partners):
            self.desk.book({funded_by(partner.partner_id): -10 - number}, date(2026, 10, 5), number=number)
        books = self.desk.over(Guarded(self.desk.statements, self.fuse))  # type: ignore[arg-type]
        self.handlers[CLOSE_STATEMENTS] = lambda: CloseStatements(books)


def expiring(fuse: Fuse | None) -> World:
    """Two shards with work: points that are over, some of them for two nights, and some that are not. Every second member may
    be told of that, and was not, so that their points live on and warnings are due.
    """
    points = make_program().points
    warning = ExpiryWarning((30, 7, 1), is_required=True)
    policy = replace(points, expiry=replace(points.expiry, warning=warning))
    world = World(fuse, make_program(points=policy))
    for number in range(2 * PAGE + 1):
        member_id = world.add_member(0, number, (10 + number, "2026-11-30"), (5, "2026-12-31"))
        account = world.accounts.accounts[member_id]
        gifts = {"coffee/2026-12-08": 1}
        world.accounts.accounts[member_id] = replace(account, reachable=number % 2 == 0, gifts=gifts)
    world.add_member(3, 1, (7, "2026-10-31"), (8, "2026-11-30"))
    world.add_member(5, 1, (9, "2026-12-01"))
    return world


def birthdays(fuse: Fuse | None) -> World:
    """28 February of a year without a 29th: birthdays on both days, and one who takes no part."""
    gift = Birthday(points=20, reward=EVERYTHING.reward, perk=EVERYTHING.perk)
    world = World(fuse, make_giving(birthday=gift), now=datetime(2027, 2, 28, 1, 0, tzinfo=UTC))
    for number in range(PAGE + 1):
        world.add_member(2, number, (10, None), born="02-28")
        world.add_member(2, 900 + number, (10, None), born="02-29")
    world.add_member(4, 1, (10, None), born="02-27")
    world.profiles.inactive.add(world.add_member(6, 1, (10, None), born="02-28"))
    return world


def holidays(fuse: Fuse | None) -> World:
    """Tết morning, with a gift of every kind for gold members, and a second holiday on the same day for some."""
    once = make_holiday(id="once", tags=frozenset({"vip"}))
    world = World(
        fuse, make_giving(make_holiday(gifts=replace(make_holiday().gifts, by_tier={"gold": EVERYTHING})), once)
    )
    world.clock.instant = TET_MORNING
    for number in range(2 * PAGE + 1):
        member_id = world.add_member(3, number, (10, None))
        if number % 2:
            make_gold(world, member_id)
        else:
            world.profiles.tags[member_id] = ("vip",)
    world.profiles.inactive.add(world.add_member(6, 1, (10, None)))
    return world


def lapsed(fuse: Fuse | None) -> World:
    """Members who stay away longer than they used to."""
    return lapsed_world(fuse, members=2 * PAGE + 1)


def announcing(fuse: Fuse | None) -> World:
    """Two announcements on one morning, to members of three shards."""
    return announcing_world(fuse, members=2 * PAGE + 1)


def ending(fuse: Fuse | None) -> World:
    """Vouchers that end in seven days and tomorrow, on several pages of one shard, and some of which nothing is left."""
    world = EndingWorld(fuse)
    member_id = world.add_member(1, 1)
    for number in range(PAGE + 1):
        world.add_voucher(member_id, 7, number=number)
        world.add_voucher(member_id, 1, number=100 + number, remaining=number % 2)
    world.add_voucher(member_id, 7, number=200, shard=4)
    return world


def proof(fuse: Fuse | None) -> World:
    """Histories of which one is not what its account says."""
    world = ProofWorld(fuse, members=9)
    rich = max(world.accounts.accounts)
    world.accounts.accounts[rich] = replace(world.accounts.accounts[rich], lots={"2027-11-30": 9999})
    return world


def books(world: World) -> Mapping[str, Any]:
    """All that must not depend on who was stopped where: accounts, entries, documents, gifts, runs with their counts."""
    entries = {
        member_id: [(one.kind, one.points, one.standing, one.kind in _AT_MIDNIGHT and one.occurred_at) for one in of]
        for member_id, of in world.accounts.entries.items()
    }
    runs = {key: (run.state, run.counts, run.failures) for key, run in world.runs.runs.items()}
    return {
        "accounts": {member_id: replace(one, head="") for member_id, one in world.accounts.accounts.items()},
        "entries": entries,
        "documents": {*world.accounts.documents},
        "gifts": sorted(write.name for write in world.accounts.others),
        "runs": runs,
    }


def asked(world: World) -> Mapping[str, Any]:
    """The same, and which messages were asked for, once or several times: each is sent once."""
    return {**books(world), "messages": {(intent.member_id, intent.key) for intent in world.intents.sent}}


def closed(world: World) -> Mapping[str, Any]:
    """The same, and every statement but for when it was closed."""
    assert isinstance(world, ClosingWorld)
    kept = {
        key: replace(one, closed_at=None, hash="", previous_hash="") for key, one in world.desk.statements.kept.items()
    }
    return {**books(world), "statements": kept}


def proven(world: World) -> Mapping[str, Any]:
    """The same, and the day's result."""
    assert isinstance(world, ProofWorld)
    return {**books(world), "days": world.kept(), "told": {*world.drift.flaws}}


def archived(world: World) -> Mapping[str, Any]:
    """The same, all that ever happened to each member, and where it is kept and found."""
    assert isinstance(world, ArchivingWorld)
    histories = {member_id: world.history(member_id) for member_id in world.accounts.accounts}
    where = world.checkpoints(), world.bucket.stored, world.old.oldest
    return {**books(world), "histories": histories, "where": where}


@dataclass(frozen=True, slots=True)
class Night:
    """A job's world, made anew for every night, how large its pages are there, and what the night came to."""

    make: Callable[[Fuse | None], World]
    page: int = PAGE
    outcome: Callable[[World], Mapping[str, Any]] = books

    def world(self, fuse: Fuse | None = None) -> World:
        """Before the night."""
        world = self.make(fuse)
        world.handlers.update({name: in_pages(make, self.page) for name, make in world.handlers.items()})
        return world


NIGHTS: Mapping[str, Night] = {
    "expire-points": Night(expiring),
    "review-tiers": Night(TierWorld, page=1),
    "birthday-rewards": Night(birthdays),
    "holiday-rewards": Night(holidays),
    "win-back": Night(lapsed),
    "announcements": Night(announcing, outcome=asked),
    "warn-endings": Night(ending, outcome=asked),
    "verify-ledger": Night(proof, page=10, outcome=proven),  # of which the fake makes two members
    CLOSE_STATEMENTS: Night(ClosingWorld, outcome=closed),
    "archive-entries": Night(ArchivingWorld, outcome=archived),
}

__all__ = ["NIGHTS", "Night", "books"]
