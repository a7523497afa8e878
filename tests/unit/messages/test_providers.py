"""What SES and SNS are asked for, and what their refusals mean."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from quen.errors import TemporarilyUnavailableError
from quen.messages.email import SesEmail
from quen.messages.outgoing import Outgoing
from quen.messages.ports import DeliveryRefusedError
from quen.messages.rendering import Content
from quen.messages.sms import SnsSms

WORDS = Content("Subject", "text\n", "<p>text</p>", "short")


class FakeClient:
    """Keeps what it is asked, and answers with an id, or with an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: dict[str, Any] = {}
        self._error = error

    def send_email(self, **asked: Any) -> dict[str, str]:
        return self._answer(asked)

    def publish(self, **asked: Any) -> dict[str, str]:
        return self._answer(asked)

    def _answer(self, asked: dict[str, Any]) -> dict[str, str]:
        self.asked = asked
        if self._error:
            raise self._error
        return {"MessageId": "0100018"}


def outgoing(**changes: Any) -> Outgoing:
    said: dict[str, Any] = {
        "address": "hoa@example.com",
        "sender": "shop@example.com",
        "content": WORDS,
        "member_id": "mem_1",
        "kind": "holiday",
        "period": "tet.2027",
        "message_id": "msg_1",
    }
    return Outgoing(**said | changes)


def test_a_mail_carries_the_labels_by_which_its_reports_name_it():
    client = FakeClient()
    assert SesEmail(client, "quen-reports").send(outgoing()) == "0100018"
    assert client.asked["ConfigurationSetName"] == "quen-reports"
    assert {tag["Name"]: tag["Value"] for tag in client.asked["EmailTags"]} == {
        "member": "mem_1",
        "kind": "holiday",
        "period": "tet-d2027",
    }
    assert client.asked["Destination"] == {"ToAddresses": ["hoa@example.com"]}


def test_without_a_configuration_set_none_is_named():
    client = FakeClient()
    SesEmail(client).send(outgoing())
    assert "ConfigurationSetName" not in client.asked


def test_advertising_by_mail_can_be_refused_with_one_click():
    client = FakeClient()
    SesEmail(client).send(outgoing(unsubscribe_url="https://quen.example/u/abc", is_marketing=True))
    headers = {header["Name"]: header["Value"] for header in client.asked["Content"]["Simple"]["Headers"]}
    assert headers == {
        "List-Unsubscribe": "<https://quen.example/u/abc>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    SesEmail(client).send(outgoing())
    assert "Headers" not in client.asked["Content"]["Simple"]


@pytest.mark.parametrize(("is_marketing", "use"), [(True, "Promotional"), (False, "Transactional")])
def test_a_text_message_says_what_it_is_for(is_marketing, use):
    client = FakeClient()
    message = outgoing(address="+84901234567", sender="CAPHEQUEN", is_marketing=is_marketing)
    assert SnsSms(client).send(message) == "0100018"
    attributes = client.asked["MessageAttributes"]
    assert attributes["AWS.SNS.SMS.SMSType"]["StringValue"] == use
    assert attributes["AWS.SNS.SMS.SenderID"]["StringValue"] == "CAPHEQUEN"
    assert (client.asked["PhoneNumber"], client.asked["Message"]) == ("+84901234567", "short")


def refused(code: str, status: int) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "hoa@example.com"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "SendEmail")


@pytest.mark.parametrize(
    ("error", "code", "fault"),
    [
        (refused("MessageRejected", 400), "MessageRejected", "channel"),
        (refused("OptedOutException", 400), "OptedOutException", "channel"),
        (refused("InvalidParameter", 400), "InvalidParameter", "channel"),
        (refused("TooManyRequestsException", 429), "TooManyRequestsException", "passing"),
        (refused("Throttling", 400), "Throttling", "passing"),
        (refused("LimitExceededException", 400), "LimitExceededException", "passing"),
        (ConnectTimeoutError(endpoint_url="https://ses"), "unreachable", "passing"),
    ],
)
def test_a_refusal_says_whose_fault_it_is_and_names_no_address(error, code, fault):
    with pytest.raises(DeliveryRefusedError) as caught:
        SesEmail(FakeClient(error)).send(outgoing())
    assert (caught.value.code, caught.value.fault, str(caught.value)) == (code, fault, code)


@pytest.mark.parametrize("error", [refused("InternalFailure", 500), ReadTimeoutError(endpoint_url="https://ses")])
def test_what_gives_no_answer_may_have_been_sent(error):
    with pytest.raises(TemporarilyUnavailableError):
        SnsSms(FakeClient(error)).send(outgoing())


def test_what_goes_out_shows_no_address_and_no_words_in_a_log():
    shown = repr(outgoing(unsubscribe_url="https://quen.example/u/secret"))
    assert not any(secret in shown for secret in ("hoa@", "text", "secret"))
