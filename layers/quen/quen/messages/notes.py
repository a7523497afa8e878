"""Writing down what became of a message, with what the ledger must know first: that its member was warned.

A warning that points are about to end is proof. The proof is given before the note, so that none is lost: who dies in
between gives it again, and nothing happens.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from msgspec.structs import replace

from quen.errors import TemporarilyUnavailableError
from quen.log_lines import count
from quen.messages.caps import Recent
from quen.messages.model import Message, Proof, State
from quen.messages.ports import MessageRecords, WarningProofs
from quen.metrics import MESSAGES_DELIVERED, MESSAGES_FAILED, MESSAGES_SENT, MESSAGES_SUPPRESSED, Figure, Metric
from quen.program.model import Channel

_UNWARNED: dict[State, Proof] = {
    "SUPPRESSED_NO_CONSENT": "no_consent",
    "SUPPRESSED_NO_ADDRESS": "no_address",
    "SUPPRESSED_NOT_ACTIVE": "not_active",
}

_COUNTED: dict[State, Metric] = {
    "SENT": MESSAGES_SENT,
    "DELIVERED": MESSAGES_DELIVERED,
    "FAILED": MESSAGES_FAILED,
    "BOUNCED": MESSAGES_FAILED,
}


def proof_of(message: Message, tells_of_delivery: AbstractSet[Channel]) -> Proof | None:
    """What a message that stands so proves about the points it warns of; None: nothing (yet).

    Of a channel that never tells of a delivery, the provider's yes has to do.
    """
    if message.intent.kind != "expiring":
        return None
    if message.state == "DELIVERED":
        return "delivered"
    if message.state == "SENT" and message.channel not in tells_of_delivery:
        return "accepted"
    return _UNWARNED.get(message.state)


def _figures(state: State) -> list[Figure]:
    """What it counts that a message has come to stand so."""
    metric = MESSAGES_SUPPRESSED if state.startswith("SUPPRESSED") else _COUNTED.get(state)
    return [Figure(metric, 1)] if metric else []


class Notes:
    """Changes records of messages. `tells_of_delivery` are the channels whose providers say later what arrived."""

    def __init__(self, records: MessageRecords, proofs: WarningProofs, tells_of_delivery: AbstractSet[Channel]) -> None:
        self._records = records
        self._proofs = proofs
        self._tells_of_delivery = tells_of_delivery

    def note(self, before: Message, counted: tuple[Recent, Recent] | None = None, **changes: Any) -> Message:
        """The message with these changes, written; with the advertising that was `counted` (before, after), if any.

        Raises TemporarilyUnavailableError where somebody else has changed it meanwhile, and what the proof's port raises.
        """
        after = replace(before, revision=before.revision + 1, **changes)
        if proof := proof_of(after, self._tells_of_delivery):
            self._proofs.record(after.member_id, after.data["days"], after.message_id, proof)
        if not self._records.replace(before, after, counted):
            raise TemporarilyUnavailableError("Another delivery of this intent was faster.")
        if after.state != before.state:
            count(*_figures(after.state))
        return after

    def is_proved_by_acceptance(self, message: Message) -> bool:
        """Whether the ledger must hear of the provider's yes before the message counts as sent."""
        return proof_of(replace(message, state="SENT"), self._tells_of_delivery) is not None
