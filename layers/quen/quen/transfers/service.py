"""Transfers: points leave one account and arrive in another, lot by lot, in one transaction.

A transfer's id is derived from who asked and their idempotency key, so that a retry names the same one. Its document keeps
whom the points went to: the giver is told a masked name, and an entry names the transfer alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from msgspec.structs import replace

from quen.errors import MemberNotFoundError, QuenError
from quen.ids import derived_id
from quen.ledger.documents import Claim, DocumentKey, Outcome
from quen.ledger.model import Account, Entry, Lots, ReceivePoints, SendPoints, entry_id
from quen.ledger.ports import CurrentProgram, Half
from quen.ledger.service import Ledger
from quen.ledger.views import account_view, lots_view
from quen.members.model import MaskedMember, MemberReference
from quen.members.model.errors import CardBlockedError
from quen.writes import Write


class MemberLookup(Protocol):
    """Who is meant."""

    def resolve(self, reference: MemberReference, pointer: str) -> str:
        """The id of a member who may earn and spend. Raises MemberNotFoundError, MemberNotActiveError."""

    def search(self, reference: MemberReference, pointer: str = "") -> MaskedMember:
        """The member as others may see one."""


class Transfers:
    """Members give each other points; staff move them for members."""

    def __init__(self, ledger: Ledger, members: MemberLookup, programs: CurrentProgram, id_key: bytes) -> None:
        self._ledger = ledger
        self._members = members
        self._programs = programs
        self._id_key = id_key

    def _receiver(self, to: MemberReference) -> str:
        try:
            return self._members.resolve(to, "/to")
        except CardBlockedError:
            # A till is to keep the card; another member need not know that there was one.
            raise MemberNotFoundError from None

    def send(
        self,
        member_id: str,
        to: MemberReference,
        points: int,
        *,
        caller: str,
        idempotency_key: str,
        fingerprint: str,
        count: Callable[[], None] = lambda: None,
        others: Sequence[Write] = (),
    ) -> Outcome:
        """Give points away. The same request again is the first answer again, whatever became of the other member since.

        `caller` is who asks: the member, or staff for them. `count` is called before the other member is looked for, and
        may raise RateLimitedError. Raises TransfersNotOfferedError, TransferLimitReachedError, InsufficientPointsError,
        MemberNotFoundError, MemberNotActiveError, ValidationFailedError, IdempotencyKeyReusedError, ConflictRetryError.
        """
        transfer_id = derived_id("trf", self._id_key, caller, idempotency_key)
        claim = Claim(DocumentKey(f"TRANSFER#{transfer_id}"), "transfer", fingerprint)
        try:
            count()
            receiver_id = self._receiver(to)
            receiver = self._members.search(MemberReference(member_id=receiver_id), "/to")
        except QuenError:
            if replay := self._ledger.find_replay(claim):
                return replay
            raise
        program = self._programs.current(self._ledger.now())

        def answer(account: Account, entry: Entry, _receiver: Account, _received: Entry) -> Mapping[str, Any]:
            return {
                "transfer_id": transfer_id,
                "points": points,
                "to": {"masked_name": receiver.masked_name},
                "lots": lots_view(_left(entry)),
                "entry_id": entry_id(entry),
                "account": account_view(account, program, entry.recorded_at),
            }

        return self._ledger.execute_pair(
            member_id,
            SendPoints(transfer_id, points, receiver_id),
            Half(receiver_id, lambda _, sent: ReceivePoints(transfer_id, _left(sent), member_id)),
            answer=answer,
            claim=replace(claim, details={"to_member_id": receiver_id, "points": points, "caller": caller}),
            others=others,
        )


def _left(sent: Entry) -> Lots:
    """The lots that left the sender."""
    return {lot: -points for lot, points in sent.lots.items()}
