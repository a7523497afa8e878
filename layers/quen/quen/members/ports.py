"""What the use cases about members need: where profiles, look-ups and evidence are kept, and the ledger's part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from quen.members.lookups import Lookup
from quen.members.model import Consent, Member, MemberState
from quen.writes import Write


class Found(Struct, frozen=True):
    """What a look-up leads to; `merged_into` says of a member found by id whom they were merged into. A card that is blocked
    says whose it was.
    """

    member_id: str
    state: MemberState
    merged_into: str = ""
    is_blocked_card: bool = False


class MemberPage(Struct, frozen=True):
    """Some of a shard's members, in a stable order; `cursor` is None on the last page."""

    member_ids: tuple[str, ...]
    cursor: str | None


Replacement = tuple[Member, Member]
"""A profile as it was read, and its next version."""


class StaleMemberError(Exception):
    """The profile was changed since it was read; read it and decide again."""


class MemberRecords(Protocol):
    """Where profiles and look-ups are kept. Every method may raise TemporarilyUnavailableError."""

    def load(self, member_id: str) -> Member:
        """The profile as it is now. Raises MemberNotFoundError."""

    def find(self, lookup: Lookup) -> Found | None:
        """Whom the look-up belongs to; it may be a second late about a change of state, never about an enrolment."""

    def find_member(self, member_id: str) -> Found | None:
        """The same by the member's own id."""

    def add(self, member: Member, opening: Sequence[Write]) -> None:
        """Writes the profile, its look-ups, the evidence of its consents and the account's opening, all or nothing.

        Adding the same member twice is adding it once: a client whose first answer got lost does that. Raises
        MemberAlreadyExistsError where a look-up belongs to another, ConflictRetryError.
        """

    def replace(self, before: Member, after: Member, others: Sequence[Write] = ()) -> None:
        """Writes the next version of a profile and the evidence of new consents, moves its look-ups, with the others, all or
        nothing.

        Raises StaleMemberError where another version was written since, MemberAlreadyExistsError where a look-up
        belongs to another, CardAlreadyLinkedError where that is a card's, ConflictRetryError.
        """

    def list_birthdays(self, month_day: str, shard: int, cursor: str | None, limit: int) -> MemberPage:
        """Members whose birthday is that `MM-DD`, one shard of them."""

    def list_active(self, shard: int, cursor: str | None, limit: int) -> MemberPage:
        """Active members, one shard of them."""

    def replacing(self, *changes: Replacement) -> Sequence[Write]:
        """The writes that `replace` makes, for another's transaction; between these members look-ups may change hands."""


class ConsentEvidence(Protocol):
    """Where every decision of a member stays. It is written with the profile that it changes, and never again."""

    def list_consents(self, member_id: str, before: int | None, limit: int) -> Sequence[Consent]:
        """So many decisions, newest first, from the one before that sequence on (None: the latest).

        Raises TemporarilyUnavailableError.
        """


class Accounts(Protocol):
    """The ledger's part: an account is opened with its member, and gates what the member may do."""

    def opening(self, member_id: str, now: datetime, *, reachable: bool) -> tuple[Sequence[Write], dict[str, Any]]:
        """The writes that open the member's account, welcome bonus included, and how the account then looks."""

    def reaching(self, member_id: str, *, reachable: bool) -> Sequence[Write]:
        """The writes by which the account knows whether the member may be told about their points."""

    def show_account(self, member_id: str) -> dict[str, Any]:
        """How the account looks now."""

    def set_state(self, member_id: str, state: MemberState, others: Sequence[Write]) -> None:
        """The account's state, and in the same transaction the others. Raises OtherRefusedError, MemberNotActiveError for
        an account that is closed, ConflictRetryError.
        """
