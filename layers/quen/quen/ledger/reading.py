"""What accounts are and were, for whoever does not move them: nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from quen.clock import Clock
from quen.instants import format_instant
from quen.ledger.documents import Document, DocumentKey
from quen.ledger.model import Account, Command, Entry, bring_up_to, decide, folded, own_entry
from quen.ledger.ports import Accounts, CurrentProgram, DuePage
from quen.ledger.views import account_view, entry_view
from quen.program.model import Program


class Reading:
    """Shows accounts, their entries and documents, and foresees what a command would make of them."""

    def __init__(self, accounts: Accounts, programs: CurrentProgram, clock: Clock) -> None:
        self._accounts = accounts
        self._programs = programs
        self._clock = clock

    def now(self) -> datetime:
        """The business time, in whole seconds: what entries are stamped with."""
        return self._clock.now().replace(microsecond=0)

    def load_account(self, member_id: str) -> Account:
        """The account brought up to now, without writing."""
        now = self.now()
        return self._load_at(member_id, self._programs.current(now), now)

    def foresee(self, member_id: str, command: Command, program: Program) -> tuple[Account, Entry]:
        """The account that the command would leave now, and its entry: decided by the same code, and not written.

        Raises what the command is refused with.
        """
        now = self.now()
        current = self._programs.current(now)
        account = self._load_at(member_id, current, now)
        entries = decide(account, command, program, now, current)
        after = folded(account, entries)
        return folded(after, bring_up_to(after, current, now, now)), own_entry(entries)

    def foresee_first(self, command: Command, program: Program) -> Entry:
        """The entry that the command would be to an account without a history, and not written. Raises as `foresee` does."""
        now = self.now()
        return own_entry(decide(Account(""), command, program, now, self._programs.current(now)))

    def show_account(self, member_id: str) -> dict[str, Any]:
        """The account as it is shown to everybody."""
        now = self.now()
        program = self._programs.current(now)
        return account_view(self._load_at(member_id, program, now), program, now)

    def list_entries(self, member_id: str, before: int | None, limit: int) -> tuple[list[dict[str, Any]], int | None]:
        """A page of the statement, newest first, and the sequence before which the next page starts.

        It holds what is written: what fell due since is in the account already, and in the statement once a command or
        the night has written it. Raises MemberNotFoundError.
        """
        page = self._accounts.list_entries(member_id, before, limit)
        if not page:
            self._accounts.load(member_id)
        # A history has no gaps: there is more until its first entry was shown, or the first that is not archived.
        more = bool(page) and page[-1].sequence > 1
        return [entry_view(entry) for entry in page], page[-1].sequence if more else None

    def archived_before(self, member_id: str, page: Mapping[str, Any]) -> str | None:
        """Of a page that was made of entries: since when it lists them, where it is the last one (no `next_cursor`) and older
        ones are archived. An instant after that of the last archived one.
        """
        shown = page["items"]
        if page["next_cursor"] is not None or (shown and shown[-1].get("sequence") == 1):
            return None
        checkpoint = self._accounts.find_checkpoint(member_id)
        return format_instant(checkpoint.until + timedelta(seconds=1)) if checkpoint else None

    def read_entries(self, member_id: str, before: int | None, limit: int) -> list[Entry]:
        """Entries as they are, newest first, from the one before that sequence on."""
        return self._accounts.list_entries(member_id, before, limit)

    def load_written(self, member_id: str) -> Account:
        """The account as it was last written, what has fallen due since left out. Raises MemberNotFoundError."""
        return self._accounts.load(member_id)

    def load_surviving(self, member_id: str) -> Account:
        """The account as it was last written, or where it was merged into another one, that one."""
        account = self._accounts.load(member_id)
        while account.moved_to:
            account = self._accounts.load(account.moved_to)
        return account

    def _load_at(self, member_id: str, program: Program, now: datetime) -> Account:
        account = self.load_surviving(member_id)
        return folded(account, bring_up_to(account, program, now, now))

    def find_document(self, key: DocumentKey) -> Document | None:
        """The document, read consistently, or None."""
        return self._accounts.find_document(key)

    def list_documents(self, partition: str, prefix: str = "") -> list[Document]:
        """Every document of a partition whose sort key begins so, read consistently, by their sort keys."""
        return self._accounts.list_documents(partition, prefix)

    def list_due(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard with something due on that day or before."""
        return self._accounts.list_due(shard, on, cursor, limit)

    def list_reviews(self, shard: int, on: date | None, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard above the entry tier whose next review is on that day or before; None: all of them."""
        return self._accounts.list_reviews(shard, on, cursor, limit)
