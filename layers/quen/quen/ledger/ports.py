"""What the ledger's use cases are given and give: the changes that are committed, and the ports behind which they are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from msgspec import Struct

from quen.ledger.documents import Claim, Closing, Document, DocumentKey, Outcome
from quen.ledger.model import Account, Checkpoint, Command, Entry
from quen.program.model import Program
from quen.writes import Write

Answer = Callable[[Account, Entry], Mapping[str, Any]]
More = Callable[[Entry], Sequence[Write]]
PairAnswer = Callable[[Account, Entry, Account, Entry], Mapping[str, Any]]


class Change(Struct, frozen=True):
    """Everything that one use case writes: the account before and after, its new entries, the document, and more.

    `program` is the one in force, which says what the indexes show; `sequence` that of the command's own entry, which the
    document names.
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


class Intent(Struct, frozen=True):
    """What a use case wants of an account. `answer` makes the document's result of the account after and the entry.

    `details` are what the claim keeps of the entry, beside its own details. `others` are further writes of its
    transaction, and `more` those that hang on the entry; where one of them is refused and `is_replanned`, it is planned
    anew. `follows` says that of a member who was merged away the survivor is meant; where not, the account that is closed
    refuses.
    """

    command: Command
    answer: Answer
    claim: Claim | None = None
    closing: Closing | None = None
    details: Callable[[Entry], Mapping[str, Any]] | None = None
    others: Sequence[Write] = ()
    more: More | None = None
    is_replanned: bool = False
    follows: bool = True


Plan = Callable[[], Intent | Outcome]
"""Made anew for every try, from what is then stored; an Outcome where the request was answered before."""


class Half(Struct, frozen=True):
    """One of the two accounts of a command that concerns two: `decide` makes the command of what the other half did.

    It is given the other account as it was right before its entry, and that entry.
    """

    member_id: str
    decide: Callable[[Account, Entry], Command]


class PairIntent(Struct, frozen=True):
    """What a use case wants of two accounts: `command` of the first, and of the second what `reply` makes of the first
    as it was right before its entry, and of that entry. The rest is as in Intent.
    """

    command: Command
    reply: Callable[[Account, Entry], Command]
    answer: PairAnswer
    claim: Claim | None = None
    closing: Closing | None = None
    others: Sequence[Write] = ()
    is_replanned: bool = False


PairPlan = Callable[[Account, Account], PairIntent]
"""Made anew for every try, of both accounts as they are now: so nothing that it reads is older than they are."""


class DuePage(Struct, frozen=True):
    """Members of an index, and where its next page starts (None: there is none)."""

    member_ids: Sequence[str]
    cursor: str | None


class Accounts(Protocol):
    """Where accounts, entries and documents live."""

    def load(self, member_id: str) -> Account:
        """The account as it was last written. Raises MemberNotFoundError."""

    def writes(self, change: Change, *more: Change) -> list[Write]:
        """What `commit` sends, for a use case that commits it with its own."""

    def list_entries(self, member_id: str, before: int | None, limit: int) -> list[Entry]:
        """Entries newest first, from the one before that sequence on."""

    def find_checkpoint(self, member_id: str) -> Checkpoint | None:
        """What stands for the member's archived entries, where any were."""

    def list_documents(self, partition: str, prefix: str = "") -> list[Document]:
        """Every document of a partition whose sort key begins so, read consistently, by their sort keys."""

    def find_document(self, key: DocumentKey) -> Document | None:
        """The document, read consistently."""

    def list_due(self, shard: int, on: date, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard whose accounts have something due on that day or before."""

    def list_reviews(self, shard: int, on: date | None, cursor: str | None, limit: int) -> DuePage:
        """Members of the shard above the entry tier whose next review is on that day or before; None: all of them."""

    def opening(self, change: Change) -> Sequence[Write]:
        """The writes that open an account, for a use case that commits them with its own."""

    def commit(self, change: Change, *more: Change) -> None:
        """One transaction for all the accounts, with the first one's document.

        Raises LostRaceError, ClaimTakenError, OtherRefusedError, TemporarilyUnavailableError.
        """


class Stock(Protocol):
    """How many pieces of a limited reward are taken."""

    def give_back(self, reward_id: str, shard: str, pieces: int) -> Write:
        """The write that puts pieces back, in the transaction that returns their points."""


class CurrentProgram(Protocol):
    """Which program is in force."""

    def current(self, now: datetime) -> Program:
        """The version in force at that instant."""


class Documents(Protocol):
    """Documents that a use case adds or changes beside its own claim, in the same transaction."""

    def new_document(self, document: Document) -> Write:
        """The write that adds it, where it is not there yet."""

    def absent(self, key: DocumentKey) -> Write:
        """The condition that there is none under that key."""

    def removed(self, key: DocumentKey) -> Write:
        """The write that takes it away, where it is there."""

    def changed_details(self, document: Document, details: Mapping[str, Any]) -> Write:
        """The write that gives it new details, refused where it no longer has those that were read."""

    def closed(self, closing: Closing, result: Mapping[str, Any]) -> Write:
        """The write that closes a document, with the answer to whoever closed it."""

    def save(self, *writes: Write) -> None:
        """Writes that move no account, all or nothing. Raises ClaimTakenError, OtherRefusedError, ConflictRetryError."""
