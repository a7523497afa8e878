"""Merging duplicates, and undoing it: both accounts, both profiles, and all that the merged one is found by, at once.

The survivor has what both had, keeps the earlier day of joining, and is found by either's phone, e-mail, card and login.
What the merged account brought is not stored again: its own history says it, up to the entry by which it went.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from quen.errors import (
    ConflictRetryError,
    MemberNotActiveError,
    NotFoundError,
    TooLateError,
    ValidationFailedError,
)
from quen.ids import derived_id, is_id
from quen.instants import format_instant, parse_instant
from quen.ledger.documents import Claim, Closing, Document, DocumentKey, OtherRefusedError, Outcome
from quen.ledger.model import (
    Account,
    ComeBack,
    Entry,
    GiveUp,
    MergeAway,
    Sealed,
    TakeOver,
    parse_entry,
    rebuild,
)
from quen.ledger.ports import CurrentProgram, Documents, Half
from quen.ledger.service import Ledger
from quen.ledger.views import account_view
from quen.members.model import Member
from quen.writes import Write

TRIES_MAX = 4
MERGED, UNDONE = "merged", "undone"


class Profiles(Protocol):
    """The members' part of it."""

    def load(self, member_id: str) -> Member:
        """The profile as it is now. Raises MemberNotFoundError."""

    def replacing(self, before: Member, after: Member) -> Sequence[Write]:
        """The writes that make the next version of a profile."""

    def handing_over(self, member: Member, holder_id: str, to: Member) -> Sequence[Write]:
        """The writes by which all that this member is found by leads to another one; now it leads to `holder_id`."""


class Histories(Protocol):
    """Accounts' entries."""

    def read_history(self, member_id: str) -> Iterator[Sealed]:
        """Every entry as it is kept, the oldest first."""


class Merges:
    """Makes one member of two, and two of one again."""

    def __init__(
        self,
        ledger: Ledger,
        profiles: Profiles,
        histories: Histories,
        documents: Documents,
        programs: CurrentProgram,
        id_key: bytes,
    ) -> None:
        self._ledger = ledger
        self._profiles = profiles
        self._histories = histories
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
        ValidationFailedError for one with itself, IdempotencyKeyReusedError, ConflictRetryError.
        """
        merge_id = derived_id("mrg", self._id_key, f"staff:{actor}", idempotency_key)
        details = {"survivor_id": survivor_id, "reason": reason, "merged_at": format_instant(self._ledger.now())}
        if replay := self._ledger.find_replay(Claim(_key(merge_id), "merge", fingerprint)):
            return replay
        if survivor_id == merged_id:
            raise ValidationFailedError.at("/merged_member_id", "oneself", "A member is merged with another one.")

        def attempt() -> Outcome:
            survivor, merged = self._profiles.load(survivor_id), self._profiles.load(merged_id)
            if "closed" in {survivor.state, merged.state}:
                raise MemberNotActiveError("One of them is closed.")
            kept = {**details, "state": merged.state, "joined_at": format_instant(survivor.joined_at)}
            claim = Claim(_key(merge_id), "merge", fingerprint, MERGED, kept)
            return self._ledger.execute_pair(
                merged_id,
                MergeAway(merge_id, survivor_id),
                Half(survivor_id, lambda before, _: TakeOver(merge_id, before)),
                answer=self._answer(merge_id, MERGED, details),
                claim=claim,
                others=[*self._united(survivor, merged), *self._gifts(survivor_id, merged_id), *others],
            )

        return _tried(attempt)

    def load(self, merge_id: str) -> Mapping[str, Any]:
        """A merge as it stands. Raises NotFoundError."""
        document = self._load(merge_id)
        return document.closing or document.result

    def undo(self, merge_id: str, *, actor: str, others: Sequence[Write] = ()) -> Outcome:
        """Both are as they were, with what has happened since at the survivor. Again is the first answer again.

        Raises NotFoundError, TooLateError after the program's days, InsufficientPointsError or
        InsufficientStoredValueError where what would go back is spent, ConflictRetryError.
        """
        document = self._load(merge_id)
        closing = Closing(document.key, UNDONE, before=MERGED, by=actor)
        if replay := self._ledger.find_replay(None, closing):
            return replay
        self._check_time(document)
        merged_id, survivor_id = document.member_id, str(document.details["survivor_id"])
        carried = self._carried(document)

        def attempt() -> Outcome:
            survivor, merged = self._profiles.load(survivor_id), self._profiles.load(merged_id)
            return self._ledger.execute_pair(
                survivor_id,
                GiveUp(merge_id, carried),
                Half(merged_id, lambda _, gave: _back(merge_id, carried, gave)),
                answer=self._answer(merge_id, UNDONE, document.details),
                closing=closing,
                others=[*self._parted(survivor, merged, document), *others],
            )

        return _tried(attempt)

    def _united(self, survivor: Member, merged: Member) -> list[Write]:
        joined_at = min(survivor.joined_at, merged.joined_at)
        united = replace(survivor, joined_at=joined_at, version=survivor.version + 1)
        gone = replace(merged, state="closed", version=merged.version + 1)
        # Its look-ups lead to the survivor, so the profile alone is written as closed.
        profile = [write for write in self._profiles.replacing(merged, gone) if write.name.startswith("profile ")]
        return [
            *self._profiles.replacing(survivor, united),
            *profile,
            *self._profiles.handing_over(merged, merged.member_id, united),
        ]

    def _parted(self, survivor: Member, merged: Member, document: Document) -> list[Write]:
        kept = document.details
        parted = replace(survivor, joined_at=parse_instant(kept["joined_at"]), version=survivor.version + 1)
        back = replace(merged, state=kept["state"], version=merged.version + 1)
        profile = [write for write in self._profiles.replacing(merged, back) if write.name.startswith("profile ")]
        return [
            *self._profiles.replacing(survivor, parted),
            *profile,
            *self._profiles.handing_over(merged, survivor.member_id, back),
        ]

    def _gifts(self, survivor_id: str, merged_id: str) -> list[Write]:
        """Gifts that the merged member had this year, or has already for the next: the survivor has had them then."""
        today = self._programs.current(self._ledger.now()).local_day(self._ledger.now())
        writes = []
        for year in (today.year, today.year + 1):
            sort = f"CLAIM#birthday:{year}"
            had = self._ledger.find_document(DocumentKey(f"MEMBER#{merged_id}", sort))
            key = DocumentKey(f"MEMBER#{survivor_id}", sort)
            if had and not self._ledger.find_document(key):
                writes.append(self._documents.new_document(replace(had, key=key, member_id=survivor_id, sequence=0)))
        return writes

    def _carried(self, document: Document) -> Account:
        """What the merged account had when it went: its history up to the entry by which it went."""
        entries = (parse_entry(*sealed) for sealed in self._histories.read_history(document.member_id))
        return rebuild(document.member_id, (entry for entry in entries if entry.sequence < document.sequence))

    def _check_time(self, document: Document) -> None:
        if self._ledger.now() > self._undo_until(document.details):
            raise TooLateError("The merge is too old to be undone.")

    def _undo_until(self, details: Mapping[str, Any]) -> datetime:
        days = self._programs.current(self._ledger.now()).undo_days
        return parse_instant(details["merged_at"]) + timedelta(days=days)

    def _answer(
        self, merge_id: str, state: str, details: Mapping[str, Any]
    ) -> Callable[[Account, Entry, Account, Entry], Mapping[str, Any]]:
        program = self._programs.current(self._ledger.now())
        until = format_instant(self._undo_until(details))

        def answer(one: Account, _one: Entry, other: Account, _other: Entry) -> Mapping[str, Any]:
            merged, survivor = (one, other) if state == MERGED else (other, one)
            return {
                "merge_id": merge_id,
                "state": state,
                "survivor_id": survivor.member_id,
                "merged_id": merged.member_id,
                "reason": details["reason"],
                "undo_until": until,
                "account": account_view(survivor, program),
            }

        return answer

    def _load(self, merge_id: str) -> Document:
        document = self._ledger.find_document(_key(merge_id)) if is_id("mrg", merge_id) else None
        if document is None:
            raise NotFoundError("There is no such merge.")
        return document


def _back(merge_id: str, carried: Account, gave: Entry) -> ComeBack:
    """The other half of giving up: what has left the survivor comes back, and what was owed is owed again."""
    lots, pending, counters = (
        {key: -amount for key, amount in changes.items() if amount < 0}
        for changes in (gave.lots, gave.pending, gave.counters)
    )
    return ComeBack(merge_id, lots, pending, counters, carried.debt, carried.state)


def _tried(attempt: Callable[[], Outcome]) -> Outcome:
    """A profile that was changed meanwhile is read again."""
    for _ in range(TRIES_MAX):
        try:
            return attempt()
        except OtherRefusedError:
            continue
    raise ConflictRetryError


def _key(merge_id: str) -> DocumentKey:
    return DocumentKey(f"MERGE#{merge_id}")
