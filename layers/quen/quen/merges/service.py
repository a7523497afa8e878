"""Merging duplicates, and undoing it: both accounts, both profiles, and all that the merged one is found by, at once.

The survivor has what both had, keeps the earlier day of joining, and is found by either's phone, e-mail, card and login.
What came, and how it was before, is kept with the merge: that is what undoing it gives back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

from msgspec.structs import replace

from quen.errors import NotFoundError, QuenError, TooLateError
from quen.ids import derived_id, is_id
from quen.instants import format_instant, parse_instant
from quen.ledger.documents import Claim, Closing, Document, DocumentKey, Outcome
from quen.ledger.model import Account, Entry, GiveUp, MergeAway, TakeOver, coming_back, moved_on
from quen.ledger.model.funding import last_day_of
from quen.ledger.model.privileges import parse_privileges, privileges_form, privileges_of
from quen.ledger.ports import CurrentProgram, Documents, PairAnswer, PairIntent
from quen.ledger.service import Ledger
from quen.ledger.views import account_view
from quen.members.model import Member, parted, united
from quen.occasions.claims import merged_claims
from quen.writes import Write

MERGED, UNDONE = "merged", "undone"
ENTRIES_PER_PAGE = 100
_CARRIED = (
    *("lots", "pending", "debt", "caps", "rewards", "counters", "state"),
    *("habits", "seen"),
)


class Profiles(Protocol):
    """The members' part of it."""

    def load(self, member_id: str) -> Member:
        """The profile as it is now. Raises MemberNotFoundError."""

    def replacing(self, *changes: tuple[Member, Member]) -> Sequence[Write]:
        """The writes that replace these profiles, and move or give to each other their look-ups."""


class Ways(Protocol):
    """One way to a member."""

    @property
    def kind(self) -> str:
        """Phone, e-mail, card or login."""

    @property
    def digest(self) -> str:
        """The keyed hash of it."""


class MemberLookups(Protocol):
    """By what members are found."""

    def of(self, member: Member) -> Collection[Ways]:
        """All that leads to that member, those included who were merged into them."""

    def own(self, member: Member) -> Collection[Ways]:
        """What the profile itself says."""


class Merges:
    """Makes one member of two, and two of one again."""

    def __init__(
        self,
        ledger: Ledger,
        profiles: Profiles,
        lookups: MemberLookups,
        documents: Documents,
        programs: CurrentProgram,
        id_key: bytes,
    ) -> None:
        self._ledger = ledger
        self._profiles = profiles
        self._lookups = lookups
        self._documents = documents
        self._programs = programs
        self._id_key = id_key

    def merge(
        self,
        survivor_id: str,
        merged_id: str,
        *,
        reason: str,
        actor: str,
        idempotency_key: str,
        fingerprint: str,
        others: Sequence[Write] = (),
    ) -> Outcome:
        """Everything of the merged member goes to the survivor. The same request again is the first answer again.

        Raises MemberNotFoundError, MemberNotActiveError where one of them is closed, RedemptionsOpenError,
        MembershipsBothRunError,
        ValidationFailedError for one with itself, IdempotencyKeyReusedError, ConflictRetryError.
        """
        merge_id = derived_id("mrg", self._id_key, f"staff:{actor}", idempotency_key)
        claim = Claim(_key(merge_id), "merge", fingerprint, MERGED)

        def plan(merged_account: Account, survivor_account: Account) -> PairIntent:
            survivor, merged = self._profiles.load(survivor_id), self._profiles.load(merged_id)
            after = united(survivor, merged, _ways(self._lookups.of(merged)))
            details = self._kept(survivor, merged, survivor_account, merged_account) | {"reason": reason}
            return PairIntent(
                MergeAway(merge_id, survivor_id),
                lambda before, _: TakeOver(merge_id, before),
                self._answer(merge_id, MERGED, details),
                claim=replace(claim, details=details),
                others=[
                    *self._profiles.replacing((survivor, after[0]), (merged, after[1])),
                    *self._gifts(survivor_id, merged_id),
                    self._documents.new_document(merged_claims(survivor_id, merged_id, merge_id)),
                    *self._trace(survivor_id, merged_id),
                    *others,
                ],
                is_replanned=True,
            )

        try:
            return self._ledger.carry_out_pair(merged_id, survivor_id, plan)
        except QuenError:
            # Who asks again finds them merged, and that was the answer.
            if replay := self._ledger.find_replay(claim):
                return replay
            raise

    def load(self, merge_id: str) -> Mapping[str, Any]:
        """A merge as it stands. Raises NotFoundError."""
        document = self._load(merge_id)
        return document.closing or document.result

    def undo(self, merge_id: str, *, actor: str, others: Sequence[Write] = ()) -> Outcome:
        """Both are as they were, with what has happened since at the survivor. Again is the first answer again.

        Raises NotFoundError, TooLateError after the program's days, InsufficientPointsError or
        InsufficientStoredValueError where what would go back is spent, MemberNotActiveError where the survivor was merged
        away since, MemberAlreadyExistsError where the survivor's profile has the other's phone now, ConflictRetryError.
        """
        document = self._load(merge_id)
        closing = Closing(document.key, UNDONE, before=MERGED, by=actor)
        if (undone := closing.replay(document)) is not None:
            return Outcome(undone, replayed=True)
        if self._ledger.now() > self._undo_until(document.details):
            raise TooLateError("The merge is too old to be undone.")
        survivor_id = str(document.details["survivor_id"])
        program = self._programs.current(self._ledger.now())
        today = program.local_day(self._ledger.now()).isoformat()
        kept = document.details
        theirs = merged_claims(survivor_id, document.member_id, merge_id).key

        def plan(_survivor: Account, _merged: Account) -> PairIntent:
            carried = _carried(document)
            if _has_ended(carried, today):  # what lives on was moved since: that is the history's to say
                carried = moved_on(carried, self._since(merge_id, survivor_id))
            command = GiveUp(merge_id, carried, kept["owed"], parse_privileges(kept["privileges"]))
            return PairIntent(
                command,
                lambda before, gave: coming_back(before, command, gave, program),
                self._answer(merge_id, UNDONE, document.details),
                closing=closing,
                others=[*self._parted(document), self._documents.removed(theirs), *others],
                is_replanned=True,
            )

        try:
            return self._ledger.carry_out_pair(survivor_id, document.member_id, plan)
        except QuenError:
            if replay := self._ledger.find_replay(None, closing):
                return replay
            raise

    def _kept(
        self, survivor: Member, merged: Member, survivor_account: Account, merged_account: Account
    ) -> dict[str, Any]:
        """What undoing needs to know, and no account or profile says any more."""
        return {
            "survivor_id": survivor.member_id,
            "merged_at": format_instant(self._ledger.now()),
            "joined_at": format_instant(survivor.joined_at),
            "state": merged.state,
            "found_by": _ways(self._lookups.of(merged)),
            "owed": survivor_account.debt,
            "privileges": privileges_form(privileges_of(survivor_account)),
            "carried": {name: getattr(merged_account, name) for name in _CARRIED},
            "carried_privileges": privileges_form(privileges_of(merged_account)),
        }

    def _since(self, merge_id: str, survivor_id: str) -> list[Entry]:
        """The survivor's entries after the merge, oldest first, with what has fallen due until now."""
        self._ledger.bring_up_to_date(survivor_id, self._ledger.now())
        since: list[Entry] = []
        while page := self._ledger.read_entries(survivor_id, since[-1].sequence if since else None, ENTRIES_PER_PAGE):
            for entry in page:
                if entry.kind == "merge_in" and entry.reference.id == merge_id:
                    return since[::-1]
                since.append(entry)
        return since[::-1]

    def _parted(self, document: Document) -> Sequence[Write]:
        kept = document.details
        survivor, merged = self._profiles.load(str(kept["survivor_id"])), self._profiles.load(document.member_id)
        after = parted(
            survivor,
            merged,
            [(kind, digest) for kind, digest in kept["found_by"]],
            _ways(self._lookups.own(survivor)),
            joined_at=parse_instant(kept["joined_at"]),
            state=kept["state"],
        )
        return self._profiles.replacing((survivor, after[0]), (merged, after[1]))

    def _gifts(self, survivor_id: str, merged_id: str) -> list[Write]:
        """Birthdays and holidays for which the merged member had something this year, or has already for the next: the survivor
        has had it then.
        """
        today = self._programs.current(self._ledger.now()).local_day(self._ledger.now())
        had = f"MEMBER#{merged_id}"
        years = tuple(f":{today.year + step}" for step in (-1, 0, 1))  # a lunar year ends in the next one of ours
        writes = []
        for prefix in ("CLAIM#birthday:", "CLAIM#holiday:"):
            for claim in self._ledger.list_documents(had, prefix):
                key = DocumentKey(f"MEMBER#{survivor_id}", claim.key.sort)
                if claim.key.sort.endswith(years) and not self._ledger.find_document(key):
                    own = replace(claim, key=key, member_id=survivor_id, sequence=0)
                    writes.append(self._documents.new_document(own))
        return writes

    def _trace(self, survivor_id: str, merged_id: str) -> list[Write]:
        """That the survivor once was the merged member too: so what hangs on the old id is found, like a voucher. It stays
        when the merge is undone: whether it counts, the merged member's account says.
        """
        key = DocumentKey(f"MEMBER#{survivor_id}", f"MERGED#{merged_id}")
        if self._ledger.find_document(key):
            return []
        return [self._documents.new_document(Document(key, "merged", survivor_id, "", 0, {}))]

    def _undo_until(self, details: Mapping[str, Any]) -> datetime:
        days = self._programs.current(self._ledger.now()).undo_days
        return parse_instant(details["merged_at"]) + timedelta(days=days)

    def _answer(self, merge_id: str, state: str, details: Mapping[str, Any]) -> PairAnswer:
        program = self._programs.current(self._ledger.now())
        until = format_instant(self._undo_until(details))

        def answer(one: Account, first: Entry, other: Account, second: Entry) -> Mapping[str, Any]:
            merged, own, survivor = (one, first, other) if state == MERGED else (other, second, one)
            return {
                "merge_id": merge_id,
                "state": state,
                "survivor_id": survivor.member_id,
                "merged_id": merged.member_id,
                "reason": details["reason"],
                "points": {name: abs(own.lines.get(f"member.{name}", 0)) for name in ("active", "pending", "debt")},
                "undo_until": until,
                "account": account_view(survivor, program, own.recorded_at),
            }

        return answer

    def _load(self, merge_id: str) -> Document:
        document = self._ledger.find_document(_key(merge_id)) if is_id("mrg", merge_id) else None
        if document is None:
            raise NotFoundError("There is no such merge.")
        return document


def _carried(document: Document) -> Account:
    """What the merged account had when it went, but for its place in the chain."""
    had = parse_privileges(document.details["carried_privileges"])
    return Account(
        document.member_id,
        **cast("dict[str, Any]", document.details["carried"]),
        tier=had.tier.id,
        tier_since=had.tier.since,
        tier_until=had.tier.until,
        standing=had.standing,
        cards=had.cards,
        gifts=had.gifts,
        granted=had.granted,
        membership=had.membership,
    )


def _ways(lookups: Collection[Ways]) -> list[tuple[str, str]]:
    return sorted((lookup.kind, lookup.digest) for lookup in lookups)


def _key(merge_id: str) -> DocumentKey:
    return DocumentKey(f"MERGE#{merge_id}")


def _has_ended(carried: Account, today: str) -> bool:
    """Whether the last day of any of its points is over."""
    return any(last_day_of(key.rpartition("/")[2]) < today for key in (*carried.lots, *carried.pending))
