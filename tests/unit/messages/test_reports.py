"""What a provider tells later, read into a report: each of its types, and whatever else may come that way."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from quen.messages.model import DeliveryReport
from quen.messages.reports import NUMBERS_NEVER_REACHED, NoReportError, read_log_lines, read_report
from unit.messages.ses_events import (
    ADDRESS,
    MEMBER,
    MESSAGE_ID,
    enveloped,
    log_data,
    make_bounce,
    make_complaint,
    make_delivery,
    make_mail,
    make_other,
    make_text,
)

KEY = "expiring:2026-12-31.30"
JUNK = (None, 5, "", "junk", [], ["junk"], {}, {"junk": 1})


def read(event: dict[str, Any]) -> DeliveryReport:
    return read_report(json.dumps(event))


def refused(body: str) -> str:
    with pytest.raises(NoReportError) as caught:
        read_report(body)
    return caught.value.why


def test_a_delivery_names_its_message_and_where_it_went() -> None:
    assert read(make_delivery()) == DeliveryReport(
        channel="email",
        provider_id=MESSAGE_ID,
        outcome="delivered",
        at=datetime(2026, 12, 1, 2, 0, 4, 250_000, tzinfo=UTC),
        member_id=MEMBER,
        key=KEY,
        address=ADDRESS,
    )


def test_a_permanent_bounce_says_so() -> None:
    report = read(make_bounce())
    assert (report.outcome, report.is_permanent, report.reason) == ("bounced", True, "Permanent/General")
    assert report.at == datetime(2026, 12, 1, 2, 0, 5, 669_000, tzinfo=UTC)


def test_what_ses_itself_holds_back_is_a_permanent_bounce() -> None:
    assert read(make_bounce("Permanent", "OnAccountSuppressionList")).is_permanent


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_no_other_bounce_is_permanent(kind: str) -> None:
    report = read(make_bounce(kind, "MailboxFull"))
    assert (report.outcome, report.is_permanent, report.reason) == ("bounced", False, f"{kind}/MailboxFull")


@pytest.mark.parametrize(("feedback", "reason"), [("abuse", "Complaint/abuse"), (None, "Complaint")])
def test_a_complaint_says_what_it_is_about(feedback: str | None, reason: str) -> None:
    report = read(make_complaint(feedback))
    assert (report.outcome, report.is_permanent, report.reason) == ("complained", False, reason)
    assert report.at == datetime(2026, 12, 1, 3, tzinfo=UTC)


def test_who_says_that_a_mail_is_no_spam_has_not_complained() -> None:
    assert refused(json.dumps(make_complaint("not-spam"))) == "not_spam"


@pytest.mark.parametrize(("event_type", "member"), [("Reject", "reject"), ("Rendering Failure", "failure")])
def test_what_was_never_sent_has_bounced_and_is_no_fault_of_its_address(event_type: str, member: str) -> None:
    report = read(make_other(event_type, member, {"reason": "Bad content"}))
    assert (report.outcome, report.is_permanent, report.reason) == ("bounced", False, event_type)


@pytest.mark.parametrize("event_type", ["Send", "DeliveryDelay", "Open", "Click", "Subscription", "Teleport"])
def test_what_tells_of_no_end_is_no_report(event_type: str) -> None:
    assert refused(json.dumps(make_other(event_type, event_type.lower()))) == "unknown_event"


@pytest.mark.parametrize("event_type", ["Delivery", "Bounce", "Complaint"])
def test_an_event_without_its_own_part_is_no_report(event_type: str) -> None:
    assert refused(json.dumps(make_other(event_type, "other"))) == "unknown_event"


def test_the_envelope_of_a_topic_changes_nothing() -> None:
    event = make_bounce()
    assert read_report(enveloped(json.dumps(event))) == read(event)


def test_a_topic_s_own_words_are_no_report() -> None:
    assert refused(enveloped("You have chosen to subscribe", "SubscriptionConfirmation")) == "not_a_notification"
    assert refused(enveloped("Successfully validated SNS topic for Amazon SES event publishing.")) == "malformed"


@pytest.mark.parametrize("missing", ["member", "kind", "period"])
def test_a_mail_that_is_not_ours_is_no_report(missing: str) -> None:
    own = {name: values for name, values in make_mail()["tags"].items() if name != missing}
    assert refused(json.dumps(make_delivery(tags={**own, missing: []}))) == "no_tags"
    event = make_delivery()
    del event["mail"]["tags"]
    assert refused(json.dumps(event)) == "no_tags"


def test_a_period_that_is_none_of_our_labels_is_no_report() -> None:
    tags = make_mail()["tags"] | {"period": ["spring-sale"]}
    assert refused(json.dumps(make_delivery(tags=tags))) == "no_tags"


def test_the_address_that_we_wrote_to_counts_whatever_it_forwards_to() -> None:
    assert read(make_bounce(of=("hoa.old@provider.example", "hoa.new@provider.example"))).address == ADDRESS
    assert read(make_complaint(of=("hoa.old@provider.example",))).address == ADDRESS
    assert read(make_delivery(to=('"Hoa" <hoa@example.com>',))).address == ADDRESS


@pytest.mark.parametrize("to", [(), (ADDRESS, "lan@example.com")])
def test_a_mail_to_several_or_to_nobody_is_none_of_ours(to: tuple[str, ...]) -> None:
    for event in (make_delivery(to=to), make_bounce(to=to, of=to), make_complaint(to=to, of=to)):
        assert refused(json.dumps(event)) == "not_one_recipient"


def test_an_address_is_not_shown_where_a_report_is() -> None:
    assert ADDRESS not in repr(read(make_bounce()))


def test_a_reason_holds_no_address_and_no_number() -> None:
    assert read(make_bounce("Permanent", "hoa@example.com 84901234567 General")).reason == "General"
    assert len(read(make_bounce("Permanent", "a" * 500)).reason) <= 80


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[]",
        "null",
        '"a text"',
        "1e999",
        "{",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"eventType": "Bounce"}',
        '{"eventType": "Bounce", "mail": []}',
        '{"eventType": 5, "mail": {}}',
        '{"notification": {}}',
        '{"Type": 5}',
        "\ud800",
    ],
)
def test_what_cannot_be_read_is_no_report(body: str) -> None:
    assert refused(body) == "malformed"


@pytest.mark.parametrize("timestamp", ["yesterday", "", "2026-12-01T02:00:05", 5])
def test_an_instant_that_is_none_makes_it_unreadable(timestamp: object) -> None:
    event = make_bounce()
    event["bounce"]["timestamp"] = timestamp
    assert refused(json.dumps(event)) == "malformed"


def test_a_shape_that_nobody_knows_is_no_report() -> None:
    assert refused("{}") == "unknown_shape"
    assert refused(json.dumps({"notificationType": "Bounce", "mail": make_mail()})) == "unknown_shape"


def spoilt(value: Any) -> Iterator[Any]:
    """The value with each of its parts, in turn, replaced by junk or left out."""
    yield from JUNK
    if isinstance(value, dict):
        for name, part in value.items():
            yield {other: kept for other, kept in value.items() if other != name}
            yield from (value | {name: junk} for junk in spoilt(part))
    elif isinstance(value, list):
        yield from ([junk] for part in value for junk in spoilt(part))


@pytest.mark.parametrize("event", [make_delivery(), make_bounce(), make_complaint(), make_text()])
def test_an_event_with_any_part_spoilt_is_read_or_refused(event: dict[str, Any]) -> None:
    refusals = set()
    for other in spoilt(event):
        try:
            report = read(other)
        except NoReportError as error:
            refusals.add(error.why)
        else:
            assert report.at.tzinfo is UTC
    assert refusals <= {"malformed", "unknown_shape", "unknown_event", "no_tags", "not_one_recipient"}


def test_a_text_message_that_arrived_is_known_by_its_provider_s_id() -> None:
    assert read(make_text()) == DeliveryReport(
        channel="sms",
        provider_id="34d9b400-c6dd-5444-820d-fbeb0f1f54cf",
        outcome="delivered",
        at=datetime(2026, 12, 1, 2, 0, 34, 558_000, tzinfo=UTC),
        address="+84901234567",
    )


@pytest.mark.parametrize("said", sorted(NUMBERS_NEVER_REACHED))
def test_a_number_that_takes_nothing_is_permanent(said: str) -> None:
    report = read(make_text("FAILURE", said))
    assert (report.outcome, report.is_permanent, report.reason) == ("bounced", True, said)


@pytest.mark.parametrize("said", ["Phone is currently unreachable/unavailable", "Unknown error", ""])
def test_a_number_that_was_not_reached_this_time_is_not(said: str) -> None:
    report = read(make_text("FAILURE", said))
    assert (report.outcome, report.is_permanent, report.reason) == ("bounced", False, said)


@pytest.mark.parametrize("change", [{"status": "PENDING"}, {"status": None}, {"delivery": {}}])
def test_a_line_about_something_else_is_no_report(change: dict[str, Any]) -> None:
    assert refused(json.dumps(make_text() | change)) in {"unknown_event", "malformed"}


def test_a_line_without_its_instant_is_no_report() -> None:
    line = make_text()
    line["notification"]["timestamp"] = "soon"
    assert refused(json.dumps(line)) == "malformed"


def test_lines_of_a_log_come_as_they_were_written_but_those_that_nobody_can_read() -> None:
    assert read_log_lines(log_data(json.dumps(make_text()), "not json", "[]", '{"a": 1}')) == [make_text(), {"a": 1}]
    assert read_log_lines(log_data("CWL CONTROL MESSAGE", kind="CONTROL_MESSAGE")) == []


def packed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()


@pytest.mark.parametrize(
    "data",
    ["", "%%", base64.b64encode(b"plain").decode(), packed(b"{}")[:-20], packed(b"[]"), packed(b"\xff"), packed(b"{")],
)
def test_what_is_no_part_of_a_log_is_refused(data: str) -> None:
    with pytest.raises(NoReportError):
        read_log_lines(data)
