"""What a mailbox on this machine does with a mail, told in the events that SES publishes: pure, and of the standard library
alone, for it runs inside the emulator.

Every address takes its mail, but those of Amazon's own mailbox simulator, which bounce or complain as they do there.
https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SIMULATOR = "@simulator.amazonses.com"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that SES took, with the tags that were given along."""

    message_id: str
    source: str
    to: Sequence[str]
    tags: Mapping[str, str]


def taken(request: Mapping[str, Any], message_id: str) -> Mail:
    """The mail of a `SendEmail` request that was answered with that id."""
    tags = {tag["Name"]: tag["Value"] for tag in request.get("EmailTags", ())}
    to = request.get("Destination", {}).get("ToAddresses", ())
    return Mail(message_id, request.get("FromEmailAddress", ""), tuple(to), tags)


def events_of(mail: Mail, at: str) -> list[dict[str, Any]]:
    """What SES tells of it, in this order; `at` is an instant as SES writes it."""
    address = mail.to[0] if mail.to else ""
    if address == f"bounce{SIMULATOR}":
        return [_bounced(mail, address, at, "General")]
    if address == f"suppressionlist{SIMULATOR}":
        return [_bounced(mail, address, at, "Suppressed")]
    if address == f"complaint{SIMULATOR}":
        return [_delivered(mail, address, at), _complained(mail, address, at)]
    return [_delivered(mail, address, at)]


def _delivered(mail: Mail, address: str, at: str) -> dict[str, Any]:
    delivery = {"timestamp": at, "recipients": [address], "smtpResponse": "250 2.6.0 Message received"}
    return {"eventType": "Delivery", "mail": _described(mail, at), "delivery": delivery}


def _bounced(mail: Mail, address: str, at: str, detail: str) -> dict[str, Any]:
    bounce = {
        "bounceType": "Permanent",
        "bounceSubType": detail,
        "bouncedRecipients": [{"emailAddress": address, "action": "failed", "status": "5.1.1"}],
        "timestamp": at,
    }
    return {"eventType": "Bounce", "mail": _described(mail, at), "bounce": bounce}


def _complained(mail: Mail, address: str, at: str) -> dict[str, Any]:
    complaint = {
        "complainedRecipients": [{"emailAddress": address}],
        "complaintFeedbackType": "abuse",
        "timestamp": at,
    }
    return {"eventType": "Complaint", "mail": _described(mail, at), "complaint": complaint}


def _described(mail: Mail, at: str) -> dict[str, Any]:
    return {
        "timestamp": at,
        "source": mail.source,
        "messageId": mail.message_id,
        "destination": list(mail.to),
        "tags": {name: [value] for name, value in mail.tags.items()},
    }
