"""What SES and SNS tell of a message after it was sent, read into reports: pure, strict about what it needs, deaf to the rest.

SES publishes an event for each mail to a topic, which puts it into our queue with its envelope or without. SNS writes a line
for each text message to a log group. Whatever else comes that way is no report, and says why.
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
https://docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html
"""

from __future__ import annotations

import base64
import binascii
import gzip
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from quen.messages.labels import period_of
from quen.messages.model import DeliveryReport

REASON_LENGTH_MAX = 80

NUMBERS_NEVER_REACHED = frozenset(
    {
        "Destination is on a blocked list",
        "Invalid phone number",
        "Phone has blocked SMS",
        "Phone is on a blocked list",
        "Phone number is opted out",
    }
)
"""What SNS says of a number that no text message will reach, however often it is tried."""

T = TypeVar("T")
Outcome = Literal["delivered", "bounced", "complained"]
Moment = Annotated[datetime, Meta(tz=True)]


class NoReportError(Exception):
    """What came is no report of ours. `why` is a fixed word: what came is not repeated, it may hold an address."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Envelope(Struct):
    Type: str = ""
    Message: str = ""


class _Mail(Struct, rename="camel"):
    message_id: str
    timestamp: Moment
    destination: list[str] = []
    tags: dict[str, list[str]] = {}


class _Bounce(Struct, rename="camel"):
    bounce_type: str
    timestamp: Moment
    bounce_sub_type: str = ""


class _Complaint(Struct, rename="camel"):
    timestamp: Moment
    complaint_feedback_type: str | None = None
    complaint_sub_type: str | None = None


class _Delivery(Struct, rename="camel"):
    timestamp: Moment


class _MailEvent(Struct, rename="camel"):
    """SES's record. Each type has a part of its own, of the same name."""

    event_type: str
    mail: _Mail
    bounce: _Bounce | None = None
    complaint: _Complaint | None = None
    delivery: _Delivery | None = None


class _Notification(Struct, rename="camel"):
    message_id: str
    timestamp: str


class _TextDelivery(Struct, rename="camel"):
    destination: str
    provider_response: str = ""


class _TextRecord(Struct):
    """SNS's line about a text message; `timestamp` is UTC and does not say so."""

    notification: _Notification
    delivery: _TextDelivery
    status: str


class _LogEvent(Struct):
    message: str


class _LogEvents(Struct, rename="camel"):
    message_type: str
    log_events: list[_LogEvent] = []


def read_report(body: str) -> DeliveryReport:
    """The report in a message of the queue. Raises NoReportError."""
    envelope = _decoded(body, _Envelope)
    if envelope.Type:
        if envelope.Type != "Notification":
            raise NoReportError("not_a_notification")
        body = envelope.Message
    shape = _decoded(body, dict[str, Any])
    if "eventType" in shape:
        return _of_mail(_decoded(body, _MailEvent))
    if "notification" in shape:
        return _of_text(_decoded(body, _TextRecord))
    raise NoReportError("unknown_shape")


def read_log_lines(data: str) -> list[dict[str, Any]]:
    """The lines that CloudWatch Logs sends a function (JSON, gzipped, base64), those that can be reports; none in its own check
    of the subscription.

    Raises NoReportError.
    """
    try:
        content = gzip.decompress(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError, OSError, EOFError, zlib.error) as error:
        raise NoReportError("not_gzipped") from error
    events = _decoded(content, _LogEvents)
    return [*_objects(events)] if events.message_type == "DATA_MESSAGE" else []


def _objects(events: _LogEvents) -> Iterator[dict[str, Any]]:
    for event in events.log_events:
        with suppress(NoReportError):
            yield _decoded(event.message, dict[str, Any])


def _decoded(content: str | bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise NoReportError("malformed") from None  # its words may quote what came


def _of_mail(event: _MailEvent) -> DeliveryReport:
    """A mail of ours goes to one address. That counts, whatever address a report names to which it forwards."""
    mail = event.mail
    if len(mail.destination) != 1:
        raise NoReportError("not_one_recipient")
    member_id, key = _named_by(mail.tags)
    outcome, at, reason = _outcome(event)
    is_refused_for_good = event.bounce is not None and event.bounce.bounce_type == "Permanent"
    return DeliveryReport(
        channel="email",
        provider_id=mail.message_id,
        outcome=outcome,
        at=at.astimezone(UTC),
        is_permanent=outcome == "bounced" and is_refused_for_good,
        reason=reason,
        member_id=member_id,
        key=key,
        address=parseaddr(mail.destination[0])[1],
    )


def _outcome(event: _MailEvent) -> tuple[Outcome, datetime, str]:
    """What became of it, when, and why. What was rejected or could not be rendered was never sent."""
    match event:
        case _MailEvent(event_type="Delivery", delivery=_Delivery() as delivery):
            return "delivered", delivery.timestamp, ""
        case _MailEvent(event_type="Bounce", bounce=_Bounce() as bounce):
            return "bounced", bounce.timestamp, _reason(bounce.bounce_type, bounce.bounce_sub_type)
        case _MailEvent(event_type="Complaint", complaint=_Complaint() as complaint):
            if complaint.complaint_feedback_type == "not-spam":
                raise NoReportError("not_spam")  # somebody says that they want it
            kind = complaint.complaint_feedback_type or complaint.complaint_sub_type or ""
            return "complained", complaint.timestamp, _reason("Complaint", kind)
        case _MailEvent(event_type="Reject" | "Rendering Failure"):
            return "bounced", event.mail.timestamp, _reason(event.event_type, "")
    raise NoReportError("unknown_event")


def _named_by(tags: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """The member's id and the message's key that went along."""
    member_id, kind, label = (next(iter(tags.get(name, ())), "") for name in ("member", "kind", "period"))
    try:
        period = period_of(label)
    except ValueError:
        period = ""
    if not (member_id and kind and period):
        raise NoReportError("no_tags")
    return member_id, f"{kind}:{period}"


def _of_text(record: _TextRecord) -> DeliveryReport:
    if record.status not in {"SUCCESS", "FAILURE"}:
        raise NoReportError("unknown_event")
    try:
        at = datetime.fromisoformat(record.notification.timestamp).replace(tzinfo=UTC)
    except ValueError:
        raise NoReportError("malformed") from None
    said, is_delivered = record.delivery.provider_response, record.status == "SUCCESS"
    return DeliveryReport(
        channel="sms",
        provider_id=record.notification.message_id,
        outcome="delivered" if is_delivered else "bounced",
        at=at,
        is_permanent=not is_delivered and said in NUMBERS_NEVER_REACHED,
        reason="" if is_delivered else _reason(said, ""),
        address=record.delivery.destination,
    )


def _reason(kind: str, detail: str) -> str:
    """In the provider's words, as far as they are words: a number or an address among them is nobody's business."""
    words = "/".join(filter(None, (kind, detail)))
    return re.sub(r"\S*[^A-Za-z/ -]\S*", "", words).strip()[:REASON_LENGTH_MAX]
