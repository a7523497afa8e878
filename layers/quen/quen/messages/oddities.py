"""What should not happen often, in the log."""

from __future__ import annotations

from quen.messages.model import DeliveryReport, Message
from quen.observability import logger

# What the metric filter of the template counts: a line is told by its `counted`, not by its wording.
MAYBE_TWICE = "message_maybe_twice"


class LoggedOddities:
    """Tells them in the log; see `quen.messages.ports.Oddities`."""

    def note_duplicate(self, message: Message) -> None:
        """One line, which is counted."""
        said = {"member_id": message.member_id, "message_id": message.message_id, "channel": message.channel}
        logger().warning("A message may have been sent twice", extra={"counted": MAYBE_TWICE, **said})

    def note_unknown_report(self, report: DeliveryReport) -> None:
        """One line; the provider's id finds it on the provider's side."""
        said = {"channel": report.channel, "outcome": report.outcome, "provider_id": report.provider_id}
        logger().info("A provider reports a message that we do not know", extra=said)
