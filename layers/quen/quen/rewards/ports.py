"""What redemptions need of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from quen.ledger.documents import Document, DocumentKey
from quen.ledger.model import Entry
from quen.members.model import MemberReference
from quen.people import Person
from quen.vouchers.model import Terms
from quen.writes import Write


class MemberLookup(Protocol):
    """Who is meant."""

    def resolve(self, reference: MemberReference, pointer: str) -> str:
        """The id of a member who may earn and spend. Raises MemberNotFoundError, MemberNotActiveError."""

    def person(self, member_id: str, zone: ZoneInfo) -> Person:
        """What segments may ask of the member; `zone` is the program's. Raises MemberNotFoundError."""


class RewardStock(Protocol):
    """The pieces of limited rewards that are taken, in shards."""

    def take(self, reward_id: str, shard: str, pieces: int, capacity: int) -> Write:
        """The write that takes pieces, refused where the shard would then have given more than its capacity."""

    def give_back(self, reward_id: str, shard: str, pieces: int) -> Write:
        """The write that puts pieces back."""

    def count_taken(self, reward_ids: Sequence[str], store_id: str = "") -> dict[str, dict[str, int]]:
        """How many pieces each shard of each reward has given, of the stock of all stores or of that one's own."""

    def count_taken_everywhere(self, reward_id: str) -> dict[str, int]:
        """How many pieces each shard of the reward has given, whichever store's it is: for show, a moment old."""


class RedemptionHistory(Protocol):
    """What the ledger's store tells of a member's redemptions."""

    def list_entries(self, member_id: str, before: int | None, limit: int) -> list[Entry]:
        """Entries newest first."""

    def load_entry(self, member_id: str, sequence: int) -> Entry:
        """One entry that was written. Raises EntriesArchivedError where it is kept no more."""

    def find_documents(self, keys: Sequence[DocumentKey]) -> list[Document]:
        """The documents that exist, in no particular order."""


class VoucherIssue(Protocol):
    """Vouchers that points buy: the n-th of a redemption, counted from 0."""

    def issuing(
        self, redemption_id: str, member_id: str, terms: Terms, *, number: int = 0
    ) -> tuple[list[Write], dict[str, Any]]:
        """The writes that issue one to the member, and how it is shown and kept: without its code."""

    def cancelling(self, redemption_id: str, *, number: int = 0, late: bool = True) -> list[Write]:
        """The writes that cancel one, refused where it is used meanwhile; none where it is cancelled.

        Raises VoucherAlreadyRedeemedError where any of it was used, VoucherReservedError while a till is at it,
        VoucherExpiredError where it is over, unless it may be `late`.
        """

    def code_of(self, redemption_id: str, *, number: int = 0) -> str:
        """Its code, for whoever bought it."""
