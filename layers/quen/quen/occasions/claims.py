"""That a member's doing counts once: the business key of an event is the member, its type, and its subject.

The key is a document of the member's own, written with the event. Of members who were merged, every one keeps their claims,
and the survivor's partition names those whose claims count as well; so a merge costs the same however much they did, and
undoing it gives each their own again. Whoever looks must have read the account before: a merge since then moves it, and the
race is lost.
"""

from __future__ import annotations

from collections.abc import Iterator

from quen.earning.model import MemberEvent
from quen.ids import derived_id
from quen.ledger.documents import Document, DocumentKey
from quen.ledger.ports import Documents
from quen.ledger.service import Ledger
from quen.writes import Write

_MERGED = "CLAIMS#"


class EventClaims:
    """What members have done before."""

    def __init__(self, ledger: Ledger, documents: Documents, id_key: bytes) -> None:
        self._ledger = ledger
        self._documents = documents
        self._id_key = id_key

    def writes(self, member_id: str, event: MemberEvent, claimed_by: str) -> list[Write]:
        """The claim, and that nobody who was merged into the member had made it. Without a subject there is none."""
        if not event.subject:
            return []
        own, *merged = self._keys(member_id, event)
        claim = Document(own, "event_claim", member_id, claimed_by, 0, {})
        return [self._documents.new_document(claim), *(self._documents.absent(key) for key in merged)]

    def are_made(self, member_id: str, event: MemberEvent) -> bool:
        """Whether the member, or who was merged into them, has done this before."""
        return bool(event.subject) and any(map(self._ledger.find_document, self._keys(member_id, event)))

    def _keys(self, member_id: str, event: MemberEvent) -> Iterator[DocumentKey]:
        """Where the claim would stand, the member's own place first. A subject may be a person's number: it is hashed."""
        subject = derived_id("sub", self._id_key, event.type, event.subject)
        sort = f"CLAIM#event:{event.type}:{subject}"
        return (DocumentKey(f"MEMBER#{one}", sort) for one in self._united(member_id))

    def _united(self, member_id: str) -> Iterator[str]:
        """The member, and all who were merged into them."""
        yield member_id
        for merged in self._ledger.list_documents(f"MEMBER#{member_id}", _MERGED):
            yield from self._united(merged.key.sort.removeprefix(_MERGED))


def merged_claims(survivor_id: str, merged_id: str, merge_id: str) -> Document:
    """That the merged member's claims count for the survivor as well: kept as long as they are merged."""
    return Document(
        DocumentKey(f"MEMBER#{survivor_id}", f"{_MERGED}{merged_id}"), "claims", survivor_id, merge_id, 0, {}
    )
