"""What SES and SNS publish, in the shape of AWS's documentation: every member of a record that ours may meet."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

from quen.messages.labels import label_of

MEMBER = "mem_7k3w9m2x5t8q4r6s"
ADDRESS = "hoa@example.com"
MESSAGE_ID = "0100017c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000"
TOPIC = "arn:aws:sns:ap-southeast-1:123456789012:quen-message-reports"


def make_mail(*, to: tuple[str, ...] = (ADDRESS,), tags: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """The `mail` object: what was sent, and what was given along."""
    own = {"member": [MEMBER], "kind": ["expiring"], "period": [label_of("2026-12-31.30")]}
    return {
        "timestamp": "2026-12-01T02:00:02.012Z",
        "source": "Cà phê Quen <hello@quen.example>",
        "sourceArn": "arn:aws:ses:ap-southeast-1:123456789012:identity/quen.example",
        "sendingAccountId": "123456789012",
        "messageId": MESSAGE_ID,
        "destination": list(to),
        "headersTruncated": False,
        "headers": [{"name": "To", "value": ", ".join(to)}, {"name": "Subject", "value": "Điểm sắp hết hạn"}],
        "commonHeaders": {"from": ["Cà phê Quen <hello@quen.example>"], "to": list(to), "messageId": MESSAGE_ID},
        "tags": {
            "ses:configuration-set": ["quen-messages"],
            "ses:source-ip": ["192.0.2.0"],
            "ses:from-domain": ["quen.example"],
            "ses:caller-identity": ["quen-send-messages"],
            **(own if tags is None else tags),
        },
    }


def make_delivery(**mail: Any) -> dict[str, Any]:
    return {
        "eventType": "Delivery",
        "mail": make_mail(**mail),
        "delivery": {
            "timestamp": "2026-12-01T02:00:04.250Z",
            "processingTimeMillis": 2238,
            "recipients": [ADDRESS],
            "smtpResponse": "250 2.6.0 Message received",
            "reportingMTA": "mta.example.com",
        },
    }


def make_bounce(
    kind: str = "Permanent", detail: str = "General", *, of: tuple[str, ...] = (ADDRESS,), **mail: Any
) -> dict[str, Any]:
    refusal = {"action": "failed", "status": "5.1.1"}
    recipients = [
        {"emailAddress": one, **refusal, "diagnosticCode": f"smtp; 550 5.1.1 <{one}>: user unknown"} for one in of
    ]
    return {
        "eventType": "Bounce",
        "mail": make_mail(**mail),
        "bounce": {
            "bounceType": kind,
            "bounceSubType": detail,
            "bouncedRecipients": recipients,
            "timestamp": "2026-12-01T02:00:05.669Z",
            "feedbackId": "01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000",
            "reportingMTA": "dsn; mta.example.com",
        },
    }


def make_complaint(feedback: str | None = "abuse", *, of: tuple[str, ...] = (ADDRESS,), **mail: Any) -> dict[str, Any]:
    complaint = {
        "complainedRecipients": [{"emailAddress": one} for one in of],
        "timestamp": "2026-12-01T03:00:00Z",
        "feedbackId": "01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000",
        "complaintSubType": None,
    }
    optional = {"complaintFeedbackType": feedback, "userAgent": "Feedback-Loop/1.0", "arrivalDate": "2026-12-01"}
    return {
        "eventType": "Complaint",
        "mail": make_mail(**mail),
        "complaint": complaint | (optional if feedback else {}),
    }


def make_other(event_type: str, member: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
    """An event of a type that has `member` as its own part."""
    return {"eventType": event_type, "mail": make_mail(), member: content or {}}


def enveloped(body: str, kind: str = "Notification") -> str:
    """As a topic delivers it to a queue that does not ask for the message alone."""
    return json.dumps(
        {
            "Type": kind,
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": TOPIC,
            "Subject": "Amazon SES Email Event Notification",
            "Message": body,
            "Timestamp": "2026-12-01T02:00:06.000Z",
            "SignatureVersion": "1",
            "Signature": "c2lnbmF0dXJl",
            "SigningCertURL": "https://sns.ap-southeast-1.amazonaws.com/SimpleNotificationService.pem",
            "UnsubscribeURL": "https://sns.ap-southeast-1.amazonaws.com/?Action=Unsubscribe",
        }
    )


def make_text(status: str = "SUCCESS", said: str = "Message has been accepted by phone carrier") -> dict[str, Any]:
    """SNS's line about a text message."""
    return {
        "notification": {"messageId": "34d9b400-c6dd-5444-820d-fbeb0f1f54cf", "timestamp": "2026-12-01 02:00:34.558"},
        "delivery": {
            "phoneCarrier": "Viettel",
            "mnc": 4,
            "mcc": 452,
            "numberOfMessageParts": 1,
            "destination": "+84901234567",
            "priceInUSD": 0.00645,
            "smsType": "Transactional",
            "providerResponse": said,
            "dwellTimeMs": 599,
        },
        "status": status,
    }


def log_data(*lines: str, kind: str = "DATA_MESSAGE") -> str:
    """Lines of a log group, as CloudWatch Logs gives them to a function."""
    events = [{"id": f"{number:056}", "timestamp": 1796090434558, "message": line} for number, line in enumerate(lines)]
    content = {
        "messageType": kind,
        "owner": "123456789012",
        "logGroup": "sns/ap-southeast-1/123456789012/DirectPublishToPhoneNumber",
        "logStream": "2026-12-01/1",
        "subscriptionFilters": ["quen-reports"],
        "logEvents": events,
    }
    return base64.b64encode(gzip.compress(json.dumps(content).encode())).decode()
