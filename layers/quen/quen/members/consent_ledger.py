"""Use cases about consents: what a member decided, and how we know; and that a no from outside the app counts at once.

A withdrawal names a message, not a login: who has the message has its address, and nobody needs to sign in to be left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from msgspec.structs import replace

from quen.clock import Clock
from quen.errors import ConflictRetryError, MemberNotFoundError
from quen.members.model import Consent, ConsentProof, Member
from quen.members.model.consents import ConsentSource, withdraw
from quen.members.ports import ConsentEvidence, StaleMemberError
from quen.members.service import CHANGE_ATTEMPTS_MAX
from quen.members.unsubscribing import refused_with
from quen.writes import Write


class Profiles(Protocol):
    """Where profiles are kept; `quen.members.ports.MemberRecords` says what each raises."""

    def load(self, member_id: str) -> Member:
        """The profile as it is now."""

    def replace(self, before: Member, after: Member, others: Sequence[Write] = ()) -> None:
        """The next version of a profile, the evidence of its new consents, its look-ups, and the others."""


class ConsentLedger:
    """`clock` is the business clock."""

    def __init__(self, profiles: Profiles, evidence: ConsentEvidence, clock: Clock) -> None:
        self._profiles = profiles
        self._evidence = evidence
        self._clock = clock

    def page(self, member_id: str, before: int | None, limit: int) -> tuple[Sequence[Consent], int | None]:
        """So many of the member's decisions, newest first, and the sequence before which the next page starts."""
        found = self._evidence.list_consents(member_id, before, limit + 1)
        page = found[:limit]
        return page, page[-1].sequence if len(found) > limit else None

    def find_person(self, member_id: str) -> Member | None:
        """The profile of that member, or of whom they were merged into; None where it is closed, or was erased."""
        try:
            member = self._profiles.load(member_id)
            while member.merged_into:
                member = self._profiles.load(member.merged_into)
        except MemberNotFoundError:
            return None
        return None if member.state == "closed" else member

    def withdraw(self, member_id: str, purpose: str, source: str, proof: str) -> None:
        """The member says no to that use, and to all advertising by its channel, and so does whom they were merged into, for
        as long as the merge stands and after; again, or of who has left: nothing happens.

        Whether they may be told about their points does not hang on that, so their account need not know. `source` is a
        ConsentSource, `proof` the message's id. Raises TemporarilyUnavailableError, ConflictRetryError.
        """
        told = ConsentProof(cast("ConsentSource", source), f"message:{proof}" if proof else "", proof)
        following = member_id
        while following:
            following = self._refuse(following, refused_with(purpose), told)

    def _refuse(self, member_id: str, purpose: str, proof: ConsentProof) -> str:
        """One profile says no; answers whom that one was merged into, if anybody."""
        for _ in range(CHANGE_ATTEMPTS_MAX):
            try:
                before = self._profiles.load(member_id)
            except MemberNotFoundError:
                return ""
            has_left = before.state == "closed" and not before.merged_into
            consents = withdraw(before.consents, purpose, self._clock.now(), proof)
            if has_left or consents == before.consents:
                return before.merged_into
            try:
                self._profiles.replace(before, replace(before, consents=consents, version=before.version + 1))
            except StaleMemberError:
                continue
            return before.merged_into
        raise ConflictRetryError
