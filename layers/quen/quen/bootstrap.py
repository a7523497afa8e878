"""The one composition root: every function asks `application()` for its use cases, made when first used.

Nothing is built before it is needed, and a subject's modules are imported with it: a function pays at its cold start for
what it does, and for nothing else. That is why the imports stand inside.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache, cached_property
from typing import TYPE_CHECKING

from quen.observability import name_revision
from quen.settings import Settings
from quen.use_cases import UseCases

if TYPE_CHECKING:
    from quen.events.service import Publisher
    from quen.jobs.announcements import Announcements
    from quen.jobs.archive_entries import ArchiveEntries
    from quen.jobs.birthday_rewards import BirthdayRewards
    from quen.jobs.close_statements import CloseStatements
    from quen.jobs.expire_points import ExpirePoints
    from quen.jobs.holiday_rewards import HolidayRewards
    from quen.jobs.redrives import Redrives
    from quen.jobs.review_tiers import ReviewTiers
    from quen.jobs.service import Jobs
    from quen.jobs.verify_ledger import VerifyLedger
    from quen.jobs.warn_endings import WarnEndings
    from quen.jobs.win_back import WinBack
    from quen.messages.reporting import Reporting
    from quen.messages.service import Messages
    from quen.program.model import MessageKind

SANDBOX_HOLD_SECONDS = 10


@cache
def application() -> Application:
    """The process's use cases. Raises SettingsError where the function was deployed without what it needs."""
    settings = Settings.from_environment(os.environ)
    name_revision(settings.revision)
    return Application(settings)


class Application(UseCases):
    """The use cases of one stack, over its real adapters; of its own, what happens by itself."""

    @cached_property
    def jobs(self) -> Jobs:
        """The scheduled jobs: a new one is an entry of each of these two tables."""
        from quen.jobs import names
        from quen.jobs.queue import LoggedFailures, SqsWorkQueue
        from quen.jobs.service import Handler, Jobs
        from quen.jobs.store import RunStore

        handlers: dict[str, Callable[[], Handler]] = {
            names.EXPIRE_POINTS: lambda: self._expire_points,
            names.REVIEW_TIERS: lambda: self._review_tiers,
            names.BIRTHDAY_REWARDS: lambda: self._birthday_rewards,
            names.WIN_BACK: lambda: self._win_back,
            names.HOLIDAY_REWARDS: lambda: self._holiday_rewards,
            names.ANNOUNCEMENTS: lambda: self._announcements,
            names.WARN_ENDINGS: lambda: self._warn_endings,
            names.VERIFY_LEDGER: lambda: self._verify_ledger,
            names.CLOSE_STATEMENTS: lambda: self._close_statements,
            names.ARCHIVE_ENTRIES: lambda: self._archive_entries,
        }
        urls = {
            names.EXPIRE_POINTS: self.settings.expire_points_queue_url,
            names.REVIEW_TIERS: self.settings.review_tiers_queue_url,
            names.BIRTHDAY_REWARDS: self.settings.birthday_rewards_queue_url,
            names.WIN_BACK: self.settings.win_back_queue_url,
            names.HOLIDAY_REWARDS: self.settings.holiday_rewards_queue_url,
            names.ANNOUNCEMENTS: self.settings.announcements_queue_url,
            names.WARN_ENDINGS: self.settings.warn_endings_queue_url,
            names.VERIFY_LEDGER: self.settings.verify_ledger_queue_url,
            names.CLOSE_STATEMENTS: self.settings.close_statements_queue_url,
            names.ARCHIVE_ENTRIES: self.settings.archive_entries_queue_url,
        }
        runs = RunStore(self._dynamodb, self.settings.program_table)
        queue = SqsWorkQueue(self._sqs, urls)
        return Jobs(
            handlers, runs, queue, self.programs, LoggedFailures(), self.clock, self.wall, read_offset=self._read_offset
        )

    @cached_property
    def redrives(self) -> Redrives:
        """Parked messages of every queue, given back to be tried again."""
        from quen.jobs.parking import SqsParkedMessages
        from quen.jobs.redrives import Redrives

        urls = self.settings.queue_urls
        return Redrives([*urls], SqsParkedMessages(self._sqs, urls), self.jobs, self.wall)

    @cached_property
    def publisher(self) -> Publisher:
        """Tells what the ledger's stream says."""
        from quen.events.beginning import StreamBeginning
        from quen.events.bus import EventBridgeBus
        from quen.events.parking import SqsParking
        from quen.events.service import Publisher
        from quen.messages.queue import SqsIntentQueue

        bus = EventBridgeBus(self._client("events"), self.settings.event_bus)
        intents = SqsIntentQueue(self._sqs, self.settings.messages_queue_url)
        parking = SqsParking(self._sqs, self.settings.events_failed_queue_url)
        listeners = [*self._listeners, self.books.listener(bus)]
        beginning = StreamBeginning(self._dynamodb, self.settings.program_table)
        return Publisher(
            bus, intents, parking, self._read_offset, listeners, self._is_told, beginning.read, wall=self.wall
        )

    @cached_property
    def messages(self) -> Messages:
        """What members are told."""
        from quen.messages.oddities import LoggedOddities
        from quen.messages.proofs import LedgerProofs
        from quen.messages.queue import SqsIntentQueue
        from quen.messages.service import QUEUE_DELAY_SECONDS_MAX, Messages

        return Messages(
            self._message_store,
            self.members,
            self.programs,
            self._senders,
            SqsIntentQueue(self._sqs, self.settings.messages_queue_url),
            self.clock,
            self.wall,
            email_from=self.settings.email_from,
            suppressions=self._suppressions,
            withdrawals=self.consents,
            returned=self.lapses,
            unsubscribing=self.unsubscribing,
            oddities=LoggedOddities(),
            proofs=LedgerProofs(lambda: self.ledger),
            # Without a configuration set SES tells nobody what became of a mail.
            tells_of_delivery=frozenset({"email"} if self.settings.email_configuration_set else ()),
            delay_seconds_max=SANDBOX_HOLD_SECONDS if self.settings.sandbox else QUEUE_DELAY_SECONDS_MAX,
        )

    @cached_property
    def reporting(self) -> Reporting:
        """What providers tell of messages."""
        from quen.messages.queue import SqsReportQueue
        from quen.messages.reporting import Reporting

        return Reporting(self.messages, SqsReportQueue(self._sqs, self.settings.message_reports_queue_url))

    def _is_told(self, kind: MessageKind) -> bool:
        """The program is read only where it decides."""
        from quen.messages.model import DEFAULT_SILENT, is_told

        return kind not in DEFAULT_SILENT or is_told(kind, self.programs.current(self.clock.now()))

    @property
    def _expire_points(self) -> ExpirePoints:
        from quen.jobs.expire_points import ExpirePoints

        return ExpirePoints(self.ledger, self.programs)

    @property
    def _review_tiers(self) -> ReviewTiers:
        from quen.jobs.review_tiers import ReviewTiers

        return ReviewTiers(self.ledger, self.programs)

    @property
    def _birthday_rewards(self) -> BirthdayRewards:
        from quen.jobs.birthday_rewards import BirthdayRewards

        return BirthdayRewards(self.gifts, self.members, self.programs)

    @property
    def _win_back(self) -> WinBack:
        from quen.jobs.win_back import WinBack

        return WinBack(self.lapses, self.gifts, self.members, self.programs)

    @property
    def _holiday_rewards(self) -> HolidayRewards:
        from quen.jobs.holiday_rewards import HolidayRewards

        return HolidayRewards(self.gifts, self.members, self.ledger, self.programs)

    @property
    def _announcements(self) -> Announcements:
        from quen.jobs.announcements import Announcements
        from quen.messages.queue import SqsIntentQueue

        intents = SqsIntentQueue(self._sqs, self.settings.messages_queue_url)
        return Announcements(intents, self.members, self.ledger, self.programs)

    @property
    def _warn_endings(self) -> WarnEndings:
        from quen.jobs.warn_endings import WarnEndings
        from quen.messages.queue import SqsIntentQueue
        from quen.vouchers.endings import Endings

        intents = SqsIntentQueue(self._sqs, self.settings.messages_queue_url)
        return WarnEndings(intents, Endings(self._voucher_store, self.ledger, self.programs), self.programs)

    @property
    def _verify_ledger(self) -> VerifyLedger:
        from quen.archive.service import Archive
        from quen.jobs.verify_ledger import VerifyLedger
        from quen.verification.reports import LoggedDrift
        from quen.verification.service import MemberChecks

        store = self._verification_store
        archive = Archive(self._archived_objects)
        return VerifyLedger(
            store, MemberChecks(self._ledger_store, store.find_existing, archive), LoggedDrift(self._worth)
        )

    @property
    def _close_statements(self) -> CloseStatements:
        from quen.jobs.close_statements import CloseStatements

        return CloseStatements(self.books.settlement)

    @property
    def _archive_entries(self) -> ArchiveEntries:
        from quen.archive.service import Archiving
        from quen.jobs.archive_entries import ArchiveEntries

        archiving = Archiving(self._archive_store, self._archived_objects)
        return ArchiveEntries(self._archive_store, archiving, self.programs, self.clock)

    def _worth(self, points: int) -> int:
        """By the program in force, in the currency's smallest unit."""
        return self.programs.current(self.clock.now()).worth(points).amount
