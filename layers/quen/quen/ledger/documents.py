"""Documents: what a command is about, and the claim that makes it happen once, for ever, across all members.

A document is created in the very transaction that moves the points, under the condition that it does not exist. Its
answer is kept with it, so that the same request gets the same answer again, word for word. A document with a life of
its own (a redemption) is closed once, in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct, field

from quen.errors import IdempotencyKeyReusedError, QuenError

Json = Mapping[str, Any]


class DocumentKey(NamedTuple):
    """Where a document stands. The caller's own ids come last in a part, so that no id can name another's document."""

    partition: str
    sort: str = "DOCUMENT"


class Document(Struct, frozen=True):
    """What is stored: `result` answers the request that made it, `closing` the one that closed it, `refund` the one that
    undid that.

    `details` is what later commands need to know; `sequence` is the entry that made it (0: none has yet); `closed_by`
    who closed it.
    """

    key: DocumentKey
    kind: str
    member_id: str
    fingerprint: str
    sequence: int
    result: Json
    state: str = ""
    details: Json = field(default_factory=dict)
    closing: Json | None = None
    refund: Json | None = None
    closed_by: str = ""


class Claim(Struct, frozen=True):
    """ "This happens once": the document to create. Another payload under the same key raises `reused`.

    `is_next` says that the key is not the request's own but the next free one of a row (the third return of a purchase):
    where it is taken, somebody else was faster, and the row is read again.
    """

    key: DocumentKey
    kind: str
    fingerprint: str
    state: str = ""
    details: Json = field(default_factory=dict)
    reused: type[QuenError] = IdempotencyKeyReusedError
    is_next: bool = False


class Closing(Struct, frozen=True):
    """ "This ends once": the document to move from the state `before` to another one, by whom. `details` are those that it has
    from then on; None: it keeps what it has. With `is_own` the answer is for whoever closed it alone: what somebody else has
    closed is over for us. `answered` is the document's first answer, where it was read: the one kept beside it takes less room.
    """

    key: DocumentKey
    state: str
    before: str = "reserved"
    by: str = ""
    details: Json | None = None
    is_own: bool = False
    answered: Json | None = None

    @property
    def undoes(self) -> bool:
        """Whether it undoes an earlier closing, whose answer stays what it was."""
        return self.before == "redeemed"

    def replay(self, document: Document) -> Json | None:
        """The answer that this closing got before, where it was this document's."""
        if self.is_own and document.closed_by not in {"", self.by}:
            return None
        if self.undoes:
            return document.refund if document.state == self.state else None
        was_closed_so = document.state == self.state or (document.refund is not None and self.state == "redeemed")
        return document.closing if was_closed_so else None


class Outcome(Struct, frozen=True):
    """The JSON-able body of an answer, and whether it is the first answer given again.

    `is_waiting`: nothing has been done yet, somebody else decides about it.
    """

    result: Json
    replayed: bool = False
    is_waiting: bool = False


class ClaimTakenError(Exception):
    """The document exists already, or is closed already."""


class LostRaceError(Exception):
    """The account moved on between reading and writing."""


class OtherRefusedError(Exception):
    """Another write of the same transaction was refused (a stock that is used up, say); `names` says which."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)
