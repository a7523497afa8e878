"""The ledger's use cases: load the account, decide, commit once.

Every feature that moves points goes through `Ledger.execute`: one read, one transaction. A lost race is read and decided
again, a bounded number of times; a claim that is taken is a replay, or a refusal where the payload differs. Nothing else
is needed for exactly-once: there is no in-flight state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from quen.clock import Clock
from quen.earning.model import price_enrolment
from quen.errors import ConflictRetryError, QuenError
from quen.ledger.bonuses import bonus_intent
from quen.ledger.documents import (
    Claim,
    ClaimTakenError,
    Closing,
    LostRaceError,
    OtherRefusedError,
    Outcome,
)
from quen.ledger.model import (
    Account,
    BringUpToDate,
    Command,
    Entry,
    GrantBonus,
    MemberState,
    NoteReach,
    OpenBalance,
    RecordProof,
    SetState,
    bring_up_to,
    decide,
    folded,
    own_entry,
    to_prove,
)
from quen.ledger.model.values import WARNED
from quen.ledger.ports import (
    Accounts,
    Answer,
    Change,
    CurrentProgram,
    Half,
    Intent,
    More,
    PairAnswer,
    PairIntent,
    PairPlan,
    Plan,
    Stock,
)
from quen.ledger.reading import Reading
from quen.ledger.views import account_view, entry_view
from quen.program.model import Program
from quen.writes import Write

RACES_MAX = 8
# With a document, and stock given back for each, they stay under DynamoDB's 100 writes.
ENTRIES_MAX = 40
# The same, where profiles with their look-ups and evidence change in the transaction too, or two accounts do.
ENTRIES_BESIDE_MAX = 20


class Ledger(Reading):
    """Moves points, and shows them. `pause` waits a moment before the n-th try of a lost race."""

    def __init__(
        self,
        accounts: Accounts,
        programs: CurrentProgram,
        stock: Stock,
        clock: Clock,
        pause: Callable[[int], None],
    ) -> None:
        super().__init__(accounts, programs, clock)
        self._stock = stock
        self._pause = pause

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
        intent = Intent(command, answer, claim, closing, others=others)
        return self.carry_out(member_id, lambda: intent, program)

    def carry_out(
        self, member_id: str, plan: Plan, program: Program | None = None, now: datetime | None = None
    ) -> Outcome:
        """The same for what must be planned from documents: the plan is made before the account is read, every time, and may be
        older; so its claim must be one that a newer state refuses. `now` is that of plans which hang on their day.
        """
        now = now or self.now()
        current = self._programs.current(now)
        program = program or current
        for _ in self._tries():
            intent = plan()
            if isinstance(intent, Outcome):
                return intent
            account = self.load_surviving(member_id) if intent.follows else self._accounts.load(member_id)
            try:
                change = self._decided(account, intent, program, now, current)
            except QuenError:
                if replay := self._find_answer(intent, plan):
                    return replay
                raise
            if change is None:
                continue
            try:
                if self._is_committed(change, is_replanned=intent.is_replanned):
                    return Outcome(change.result or {})
            except ClaimTakenError:
                if replay := self._find_answer(intent, plan):
                    return replay
        raise ConflictRetryError

    def execute_pair(
        self,
        member_id: str,
        command: Command,
        other: Half,
        *,
        answer: PairAnswer,
        claim: Claim | None = None,
        closing: Closing | None = None,
        others: Sequence[Write] = (),
    ) -> Outcome:
        """A command that concerns two accounts, with what it makes of the other one: both or neither, once.

        Raises as `execute` does.
        """
        intent = PairIntent(command, other.decide, answer, claim, closing, others)
        return self.carry_out_pair(member_id, other.member_id, lambda *_: intent)

    def carry_out_pair(self, member_id: str, other_id: str, plan: PairPlan) -> Outcome:
        """The same for what must be planned from more than the two accounts, and what the plan itself raises."""
        now = self.now()
        program = self._programs.current(now)
        for _ in self._tries():
            account, counterpart = self._accounts.load(member_id), self._accounts.load(other_id)
            intent = plan(*(folded(each, bring_up_to(each, program, now, now)) for each in (account, counterpart)))
            claim, closing = intent.claim, intent.closing
            try:
                entries = decide(account, intent.command, program, now)
                own = own_entry(entries)
                replies = decide(counterpart, intent.reply(folded(account, entries[:-1]), own), program, now)
            except QuenError:
                if replay := self.find_replay(claim, closing):
                    return replay
                raise
            half = ENTRIES_BESIDE_MAX // 2
            change = self._settled(
                Change(account, account, entries, program, claim, closing, others=intent.others), now, half
            )
            reply = self._settled(Change(counterpart, counterpart, replies, program), now, half)
            if self._is_too_much(change, reply, at_most=ENTRIES_BESIDE_MAX):
                continue
            change = replace(change, result=intent.answer(change.after, own, reply.after, own_entry(replies)))
            try:
                if self._is_committed(change, reply, is_replanned=intent.is_replanned):
                    return Outcome(change.result or {})
            except ClaimTakenError:
                if replay := self.find_replay(claim, closing):
                    return replay
        raise ConflictRetryError

    def opening(
        self, member_id: str, now: datetime, *, reachable: bool = False
    ) -> tuple[Sequence[Write], dict[str, Any]]:
        """The writes that open an account with the program's welcome points, and how it then looks: enrolment commits them.
        `reachable` is as in NoteReach.
        """
        program = self._programs.current(now)
        award = price_enrolment(program)
        reach = True if reachable else None
        account = Account(member_id)
        welcome = GrantBonus("welcome", award.points, "enrolment", "welcome", award.explanation, reachable=reach)
        command = welcome if award.points else NoteReach(reachable=True) if reachable else None
        entries = decide(account, command, program, now.replace(microsecond=0)) if command else []
        after = folded(account, entries)
        return self._accounts.opening(Change(account, after, entries, program)), account_view(after, program, now)

    def opening_balance(
        self, member_id: str, command: OpenBalance, claim: Claim, result: Mapping[str, Any]
    ) -> Sequence[Write]:
        """The writes that open an account with a balance of an older system, once: whoever adds the member commits them."""
        now = self.now()
        program = self._programs.current(now)
        account = Account(member_id)
        entries = decide(account, command, program, now)
        change = Change(account, account, entries, program, claim, result=result)
        return self._accounts.opening(self._settled(change, now))

    def reaching(self, member_id: str, *, reachable: bool) -> Sequence[Write]:
        """The writes by which the member may be told about their points from now on, or may not: whoever changes the profile
        commits them. They are refused by the account's name where another entry was faster. A profile that a merge or a
        complaint has changed may say what the account knows already. Raises MemberNotFoundError.
        """
        now = self.now()
        program = self._programs.current(now)
        self.bring_up_to_date(member_id, now)
        account = self._accounts.load(member_id)
        is_open = reachable and not WARNED.issuperset(account.proven.values())
        if account.reachable == reachable and not is_open:
            return []
        entries = decide(account, NoteReach(reachable), program, now)
        return self._accounts.writes(self._settled(Change(account, account, entries, program), now, ENTRIES_BESIDE_MAX))

    def record_proof(self, member_id: str, days: Sequence[str], message_id: str, proof: str) -> None:
        """Why points of these last days may end, once: what was proven before stays as it was. Of a member who was merged away
        the survivor's points are meant: the same person was warned, but that nobody could be is no matter of the survivor's.
        Raises MemberNotFoundError, ConflictRetryError.
        """
        account = self.load_surviving(member_id)
        is_meant = account.member_id == member_id or proof in WARNED
        if new := to_prove(account, days, proof) if is_meant else ():
            command = RecordProof(new, message_id, proof)
            self.execute(member_id, command, answer=lambda _, entry: entry_view(entry))

    def set_state(self, member_id: str, state: MemberState, others: Sequence[Write]) -> None:
        """Let the account earn and spend, or not, and in the same transaction the others. Why, staff's own words say in the
        audit trail: an entry is for ever, the member reads it, and the ledger holds no personal data.

        Raises OtherRefusedError, MemberNotActiveError for an account that is closed, ConflictRetryError.
        """
        self.execute(member_id, SetState(state, state), answer=lambda _, entry: entry_view(entry), others=others)

    def bring_up_to_date(self, member_id: str, until: datetime, *, dry_run: bool = False) -> Sequence[Entry]:
        """Write what had fallen due at `until`, and say what it was; with `dry_run` only say it."""
        program = self._programs.current(self.now())
        written: list[Entry] = []
        for _ in self._tries():
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

    def reindex(self, member_id: str) -> None:
        """Write the account as it is once more, so that the indexes show what the program in force says: one that was shown by
        another program's rules would be found, and read in vain, every day. Raises MemberNotFoundError.
        """
        account, program = self._accounts.load(member_id), self._programs.current(self.now())
        with suppress(LostRaceError):  # whoever was faster has shown it anew
            self._accounts.commit(Change(account, account, [], program))

    def grant(
        self, member_id: str, bonus: GrantBonus, program: Program | None = None, more: More | None = None
    ) -> Outcome:
        """Give a bonus for an occasion, once: `GrantBonus("birthday", 50, "2026", "birthday")` again changes nothing.

        `program` decides it, where that is not the one in force; `more` are the writes that hang on its entry. The claim is
        the member's own, so one who was merged away gets no more: raises MemberNotActiveError. Raises NothingGivenError.
        """
        intent = bonus_intent(member_id, bonus, more)
        return self.carry_out(member_id, lambda: intent, program)

    def _decided(
        self, account: Account, intent: Intent, program: Program, now: datetime, current: Program
    ) -> Change | None:
        """What the intent makes of the account; None where more is due first than fits into its transaction."""
        entries = decide(account, intent.command, program, now, current)
        own = own_entry(entries)
        claim = intent.claim
        if claim and intent.details:
            claim = replace(claim, details={**claim.details, **intent.details(own)})
        others = [*intent.others, *(intent.more(own) if intent.more else ())]
        change = self._settled(Change(account, account, entries, current, claim, intent.closing, others=others), now)
        if self._is_too_much(change):
            return None
        return replace(change, result=intent.answer(change.after, own))

    def _settled(self, change: Change, now: datetime, at_most: int = ENTRIES_MAX) -> Change:
        """What the command has made due itself goes with it, as far as it fits (the rest stays due, and is written with
        whatever comes next), and what is called off goes back on the shelf.
        """
        entries = list(change.entries)
        sequence = own_entry(entries).sequence
        after = folded(change.before, entries)
        due = bring_up_to(after, self._programs.current(now), now, now)[: max(0, at_most - len(entries))]
        entries += due
        others = [*change.others, *self._stock_returned(entries)]
        return replace(change, after=folded(after, due), entries=entries, others=others, sequence=sequence)

    def _is_too_much(self, *changes: Change, at_most: int = ENTRIES_MAX) -> bool:
        """Whether more is due than one transaction holds, or a piece of stock would go back and out at once: if so, what is
        due is written first, by itself.
        """
        writes = [write for change in changes for write in change.others]
        if sum(len(change.entries) for change in changes) <= at_most and not _names_twice(writes):
            return False
        for change in changes:
            self.bring_up_to_date(change.before.member_id, self.now())
        return True

    def _is_committed(self, *changes: Change, is_replanned: bool = False) -> bool:
        """Commit; False where a race was lost. Raises ClaimTakenError, and OtherRefusedError unless that means another plan."""
        try:
            self._accounts.commit(*changes)
        except LostRaceError:
            return False
        except OtherRefusedError:
            if not is_replanned:
                raise
            return False
        return True

    def _tries(self) -> Iterator[int]:
        """As many tries as a race is run, with a moment's pause before every further one."""
        for attempt in range(RACES_MAX):
            if attempt:
                self._pause(attempt)
            yield attempt

    def _find_answer(self, intent: Intent, plan: Plan) -> Outcome | None:
        """The answer that this request got before; of what has no key of its own, only a new plan can tell."""
        if intent.claim and intent.claim.is_next:
            again = plan()
            return again if isinstance(again, Outcome) else None
        return self.find_replay(intent.claim, intent.closing)

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
        answered = closing.replay(document) if closing else None
        return Outcome(answered, replayed=True) if answered is not None else None


def _names_twice(writes: Sequence[Write]) -> bool:
    return len({write.name for write in writes}) < len(writes)
