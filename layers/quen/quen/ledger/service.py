"""The ledger's use cases: load the account, decide, commit once.

Every feature that moves points goes through `Ledger.execute`: one read, one transaction. A lost race is read and decided
again, a bounded number of times; a claim that is taken is a replay, or a refusal where the payload differs. Nothing else
is needed for exactly-once: there is no in-flight state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from quen.clock import Clock
from quen.earning.model import price_enrolment
from quen.errors import ConflictRetryError, QuenError
from quen.ids import derived_id
from quen.ledger.documents import Claim, ClaimTakenError, Closing, Document, DocumentKey, LostRaceError, Outcome
from quen.ledger.model import Account, Adjust, BringUpToDate, Command, Entry, GrantBonus, apply, bring_up_to, decide
from quen.ledger.views import account_view, entry_view
from quen.program.model import Program
from quen.writes import Write

RACES_MAX = 8
# With a document, and stock given back for each, they stay under DynamoDB's 100 writes.
ENTRIES_MAX = 40

Answer = Callable[[Account, Entry], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Change:
    """Everything that one use case writes: the account before and after, its new entries, the document, and more.

    `sequence` is that of the command's own entry, which the document names.
    """

    before: Account
    after: Account
    entries: Sequence[Entry]
    program: Program
    claim: Claim | None = None
    closing: Closing | None = None
    result: Mapping[str, Any] | None = None
    others: Sequence[Write] = ()
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class DuePage:
    """Members with something due, and where the next page starts (None: there is none)."""

    member_ids: Sequence[str]
    cursor: str | None


class Accounts(Protocol):
    """Where accounts, entries and documents live."""

    def load(self, member_id: str) -> Account:
        """The account as it was last written. Raises MemberNotFoundError."""

    def list_entries(self, member_id: str, before: int | None, limit: int) -> list[Entry]:
        """Entries newest first, from the one before that sequence on."""

    def find_document(self, key: DocumentKey) -> Document | None:
        """The document, read consistently."""

    def list_due(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard whose accounts have something due on that day or before."""

    def opening(self, change: Change) -> Sequence[Write]:
        """The writes that open an account, for a use case that commits them with its own."""

    def commit(self, change: Change) -> None:
        """One transaction. Raises LostRaceError, ClaimTakenError, OtherRefusedError, TemporarilyUnavailableError."""


class Stock(Protocol):
    """How many pieces of a limited reward are taken."""

    def give_back(self, reward_id: str, shard: str, pieces: int) -> Write:
        """The write that puts pieces back, in the transaction that returns their points."""


class CurrentProgram(Protocol):
    """Which program is in force."""

    def current(self, now: datetime) -> Program:
        """The version in force at that instant."""


class Ledger:
    """Moves points, and shows them. `pause` waits a moment before the n-th try of a lost race."""

    def __init__(
        self,
        accounts: Accounts,
        programs: CurrentProgram,
        stock: Stock,
        clock: Clock,
        pause: Callable[[int], None],
    ) -> None:
        self._accounts = accounts
        self._programs = programs
        self._stock = stock
        self._clock = clock
        self._pause = pause

    def now(self) -> datetime:
        """The business time, in whole seconds: what entries are stamped with."""
        return self._clock.now().replace(microsecond=0)

    def execute(
        self,
        member_id: str,
        command: Command,
        *,
        answer: Answer,
        program: Program | None = None,
        claim: Claim | None = None,
        closing: Closing | None = None,
        others: Sequence[Write] = (),
    ) -> Outcome:
        """Decide the command on the member's account and commit it with its document, once.

        Raises what the command is refused with, ConflictRetryError after RACES_MAX lost races, OtherRefusedError where
        one of `others` was refused; then nothing is written.
        """
        now = self.now()
        program = program or self._programs.current(now)
        for attempt in range(RACES_MAX):
            if attempt:
                self._pause(attempt)
            account = self._accounts.load(member_id)
            try:
                entries = decide(account, command, program, now)
            except QuenError:
                if replay := self.find_replay(claim, closing):
                    return replay
                raise
            own = entries[-1]
            entries += bring_up_to(folded(account, entries), program, now, now)
            writes = [*others, *self._stock_returned(entries)]
            if len(entries) > ENTRIES_MAX or _names_twice(writes):
                # More is due than one transaction holds, or a piece of stock would go back and out at once: that first.
                self.bring_up_to_date(member_id, now)
                continue
            after = folded(account, entries)
            result = answer(after, own)
            change = Change(account, after, entries, program, claim, closing, result, writes, own.sequence)
            try:
                self._accounts.commit(change)
            except LostRaceError:
                continue
            except ClaimTakenError:
                if replay := self.find_replay(claim, closing):
                    return replay
                continue
            return Outcome(result)
        raise ConflictRetryError

    def opening(self, member_id: str, now: datetime) -> tuple[Sequence[Write], dict[str, Any]]:
        """The writes that open an account with the program's welcome points, and how it then looks: enrolment commits them."""
        program = self._programs.current(now)
        award = price_enrolment(program)
        welcome = GrantBonus("welcome", award.points, "enrolment", "welcome", award.explanation)
        account = Account(member_id)
        entries = decide(account, welcome, program, now.replace(microsecond=0)) if award.points else []
        after = folded(account, entries)
        return self._accounts.opening(Change(account, after, entries, program)), account_view(after, program)

    def bring_up_to_date(self, member_id: str, until: datetime, *, dry_run: bool = False) -> Sequence[Entry]:
        """Write what had fallen due at `until`, and say what it was; with `dry_run` only say it."""
        program = self._programs.current(self.now())
        written: list[Entry] = []
        for attempt in range(RACES_MAX):
            if attempt:
                self._pause(attempt)
            account = self._accounts.load(member_id)
            entries = decide(account, BringUpToDate(until), program, self.now())
            if dry_run:
                return entries
            try:
                # As many transactions as it takes: what is due stays due until it is written.
                for start in range(0, len(entries), ENTRIES_MAX):
                    part = entries[start : start + ENTRIES_MAX]
                    after = folded(account, part)
                    self._accounts.commit(Change(account, after, part, program, others=self._stock_returned(part)))
                    written += part
                    account = after
            except LostRaceError:
                continue
            return written
        raise ConflictRetryError

    def list_due(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard with something due on that day or before."""
        return self._accounts.list_due(shard, on, cursor, limit)

    def grant(self, member_id: str, bonus: GrantBonus) -> Outcome:
        """Give a bonus for an occasion, once: `GrantBonus("birthday", 50, "2026", "birthday")` again changes nothing."""
        key = DocumentKey(f"MEMBER#{member_id}", f"CLAIM#{bonus.reason}:{bonus.occasion}")
        claim = Claim(key, bonus.reason, f"{bonus.reason}:{bonus.occasion}")
        return self.execute(member_id, bonus, claim=claim, answer=lambda _, entry: entry_view(entry))

    def load_account(self, member_id: str) -> Account:
        """The account brought up to now, without writing."""
        now = self.now()
        account = self._accounts.load(member_id)
        return folded(account, bring_up_to(account, self._programs.current(now), now, now))

    def show_account(self, member_id: str) -> dict[str, Any]:
        """The account as it is shown to everybody."""
        return account_view(self.load_account(member_id), self._programs.current(self.now()))

    def list_entries(self, member_id: str, before: int | None, limit: int) -> tuple[list[dict[str, Any]], int | None]:
        """A page of the statement, newest first, and the sequence before which the next page starts.

        It holds what is written: what fell due since is in the account already, and in the statement once a command or
        the night has written it. Raises MemberNotFoundError.
        """
        entries = self._accounts.list_entries(member_id, before, limit + 1)
        if not entries:
            self._accounts.load(member_id)
        page = entries[:limit]
        return [entry_view(entry) for entry in page], page[-1].sequence if len(entries) > limit else None

    def find_document(self, key: DocumentKey) -> Document | None:
        """The document, read consistently, or None."""
        return self._accounts.find_document(key)

    def _stock_returned(self, entries: Sequence[Entry]) -> list[Write]:
        """What is called off, or lapses, goes back on the shelf in the same transaction."""
        pieces = Counter[tuple[str, str]]()
        for entry in entries:
            if entry.hold and entry.hold.change == "returned":
                hold = entry.hold.hold
                pieces.update({(hold.reward_id, shard): count for shard, count in hold.stock.items()})
        return [self._stock.give_back(reward_id, shard, count) for (reward_id, shard), count in pieces.items()]

    def find_replay(self, claim: Claim | None, closing: Closing | None = None) -> Outcome | None:
        """The first answer again, where there was one. Raises the claim's `reused` where the payload differs."""
        wanted = claim or closing
        document = self._accounts.find_document(wanted.key) if wanted else None
        if document is None:
            return None
        if claim:
            if document.fingerprint != claim.fingerprint:
                raise claim.reused
            return Outcome(document.result, replayed=True)
        if closing and document.state == closing.state and document.closing is not None:
            return Outcome(document.closing, replayed=True)
        return None


class Adjustments:
    """Points that staff give or take, each under its own key, with a reason."""

    def __init__(self, ledger: Ledger, programs: CurrentProgram, id_key: bytes) -> None:
        self._ledger = ledger
        self._programs = programs
        self._id_key = id_key

    def adjust(
        self,
        member_id: str,
        *,
        points: int,
        reason_code: str,
        note: str,
        expires_on: date | None,
        actor: str,
        idempotency_key: str,
        fingerprint: str,
        others: Sequence[Write] = (),
    ) -> Outcome:
        """Give (+) or take (−) points. Raises InsufficientPointsError, ValidationFailedError, MemberNotFoundError."""
        adjustment_id = derived_id("adj", self._id_key, f"staff:{actor}", idempotency_key)
        details = {"reason_code": reason_code, "note": note, "actor": actor}
        claim = Claim(DocumentKey(f"ADJUSTMENT#{adjustment_id}"), "adjustment", fingerprint, details=details)
        program = self._programs.current(self._ledger.now())

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            shown = {"adjustment_id": adjustment_id, "reason_code": reason_code, "points": entry.points}
            return shown | {"entry": entry_view(entry), "account": account_view(account, program)}

        command = Adjust(adjustment_id, points, reason_code, expires_on)
        return self._ledger.execute(member_id, command, answer=answer, program=program, claim=claim, others=others)


def _names_twice(writes: Sequence[Write]) -> bool:
    return len({write.name for write in writes}) < len(writes)


def folded(account: Account, entries: Sequence[Entry]) -> Account:
    """The account after these entries."""
    for entry in entries:
        account = apply(account, entry)
    return account
