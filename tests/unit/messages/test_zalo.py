"""Zalo's notices, against a service on this machine that takes them, refuses them, hangs, or breaks off."""

from __future__ import annotations

import dataclasses
import json
import socket
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from factories import make_program
from quen.errors import TemporarilyUnavailableError
from quen.messages.outgoing import Outgoing
from quen.messages.ports import DeliveryRefusedError
from quen.messages.rendering import Content
from quen.messages.service import Messages
from quen.messages.zalo import ZaloZns
from quen.program.model import MessagePolicy, Wording
from receivers import Behaviour, Receiver, answering, receiving, reset, server_context
from unit.messages.fakes import Post, make_intent

NUMBER = "+84901234567"
TOKEN = "first-token"
VALUES = {"points": "1.234", "on": "30/11/2026", "name": "Nguyễn Thị Hoa"}


def answer(document: Any, status: str = "200 OK") -> bytes:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status.encode(), len(body), body)


TAKEN = answer({"error": 0, "message": "Success", "data": {"msg_id": "a1b2c3", "sent_time": "1764000000000"}})


class Tokens:
    """A secret that somebody renews."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = [*tokens]
        self.read_anew_times = 0

    def read(self) -> str:
        return self.tokens[0]

    def read_anew(self) -> str:
        self.read_anew_times += 1
        self.tokens = self.tokens[1:] or self.tokens
        return self.tokens[0]


def make_outgoing(template: str = "272118", **changes: Any) -> Outgoing:
    content = Content("", "", "", "", zalo_template=template, values=VALUES)
    return Outgoing(NUMBER, None, content, "mem_1", "expiring", "2026-11-30.7", "msg_1", **changes)


def zns(receiver: Receiver, tokens: Tokens | None = None, read_seconds: float = 5) -> ZaloZns:
    url = f"http://127.0.0.1:{receiver.port}/message/template"
    return ZaloZns(tokens or Tokens(TOKEN), url, read_seconds=read_seconds)


def asked(request: bytes) -> tuple[dict[str, str], Any]:
    """Headers (lower case) and body of a request."""
    head, _, body = request.partition(b"\r\n\r\n")
    lines = (line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    return {name.lower(): value for name, value in lines}, json.loads(body)


def one_after_the_other(*answers: bytes) -> Behaviour:
    left = iter(answers)
    return lambda connection: connection.sendall(next(left))


def test_a_notice_goes_to_the_number_with_the_programs_template_and_its_values():
    with receiving(answering(TAKEN)) as receiver:
        assert zns(receiver).send(make_outgoing()) == "a1b2c3"
    [request] = receiver.requests
    headers, body = asked(request)
    assert request.startswith(b"POST /message/template HTTP/1.1\r\n")
    assert (headers["access_token"], headers["content-type"]) == (TOKEN, "application/json")
    assert body == {
        "phone": "84901234567",
        "template_id": "272118",
        "template_data": VALUES,
        "tracking_id": "msg_1",
    }


def test_a_kind_without_a_template_of_zalos_asks_nobody():
    with receiving(answering(TAKEN)) as receiver, pytest.raises(DeliveryRefusedError) as refused:
        zns(receiver).send(make_outgoing(template=""))
    assert (refused.value.code, refused.value.fault) == ("no_template", "channel")
    assert not receiver.connections


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (-108, "address"),  # no phone number
        (-118, "address"),  # nobody there has Zalo
        (-119, "address"),
        (-141, "address"),  # the owner refuses all notices
        (-114, "channel"),  # away, or an old version
        (-139, "channel"),  # refuses this kind of notice
        (-115, "channel"),  # no money
        (-131, "channel"),  # the template is not approved
        (-133, "channel"),  # not at night
        (-144, "channel"),  # the day's quota
        (-1121, "channel"),  # a value is too long
        (-9999, "channel"),  # not known to us
        (-32, "passing"),  # too many a minute
    ],
)
def test_an_error_of_zalos_says_whose_fault_it_is(error, fault):
    refusing = answering(answer({"error": error, "message": "No"}))
    with receiving(refusing) as receiver, pytest.raises(DeliveryRefusedError) as refused:
        zns(receiver).send(make_outgoing())
    assert (refused.value.code, refused.value.fault) == (f"zalo_{-error}", fault)


@pytest.mark.parametrize("error", [-124, -216, -220])
def test_a_token_that_has_expired_is_read_anew_and_the_notice_sent_once(error):
    tokens = Tokens(TOKEN, "second-token")
    with receiving(one_after_the_other(answer({"error": error}), TAKEN)) as receiver:
        assert zns(receiver, tokens).send(make_outgoing()) == "a1b2c3"
    assert [asked(request)[0]["access_token"] for request in receiver.requests] == [TOKEN, "second-token"]


def test_a_token_that_nobody_has_renewed_is_not_tried_twice():
    with receiving(answering(answer({"error": -124}))) as receiver, pytest.raises(DeliveryRefusedError) as refused:
        zns(receiver).send(make_outgoing())
    assert (refused.value.code, refused.value.fault, receiver.connections) == ("zalo_124", "channel", 1)


def test_a_renewed_token_that_is_no_better_is_the_end_of_it():
    tokens = Tokens(TOKEN, "second-token", "third-token")
    with receiving(answering(answer({"error": -124}))) as receiver, pytest.raises(DeliveryRefusedError):
        zns(receiver, tokens).send(make_outgoing())
    assert (receiver.connections, tokens.read_anew_times) == (2, 1)


@pytest.mark.parametrize(
    "content",
    [
        answer({"error": -100, "message": "Unknown error"}),
        answer({"error": 0}, "500 Internal Server Error"),
        answer({"error": 0}, "503 Service Unavailable"),
        answer(b"<html>not what Zalo writes</html>"),
        answer(b"[" * 60_000),
        answer(b"[0]"),
        answer({"message": "no error is named"}),
        answer({"error": "0"}),
        answer({"error": False}),
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
        b"what is this\r\n\r\n",
    ],
)
def test_an_answer_that_says_nothing_clear_may_mean_that_it_was_sent(content):
    with receiving(answering(content)) as receiver, pytest.raises(TemporarilyUnavailableError):
        zns(receiver).send(make_outgoing())
    assert receiver.connections == 1


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        ("429 Too Many Requests", "passing"),
        ("403 Forbidden", "channel"),
        ("302 Found\r\nLocation: /elsewhere", "channel"),
    ],
)
def test_a_refusal_on_the_way_has_sent_nothing(status, fault):
    with receiving(answering(answer(b"", status))) as receiver, pytest.raises(DeliveryRefusedError) as refused:
        zns(receiver).send(make_outgoing())
    assert (refused.value.code, refused.value.fault) == (f"http_{status[:3]}", fault)
    assert receiver.connections == 1


@pytest.fixture
def hanging() -> Iterator[Behaviour]:
    """Takes the request and says nothing, until the test is over."""
    over = threading.Event()
    yield lambda _connection: over.wait(5)
    over.set()


def test_whoever_hangs_or_breaks_off_may_have_sent_it_and_is_not_asked_again(hanging):
    for behaviour in (hanging, reset):
        with receiving(behaviour) as receiver, pytest.raises(TemporarilyUnavailableError):
            zns(receiver, read_seconds=0.1).send(make_outgoing())
        assert receiver.connections == 1


def test_where_nobody_listens_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DeliveryRefusedError) as refused:
        ZaloZns(Tokens(TOKEN), f"http://127.0.0.1:{port}/").send(make_outgoing())
    assert (refused.value.code, refused.value.fault) == ("unreachable", "passing")


def test_a_token_goes_to_nobody_who_cannot_prove_to_be_zalo():
    with receiving(answering(TAKEN), server_context("127.0.0.1")) as receiver:
        service = ZaloZns(Tokens(TOKEN), f"https://127.0.0.1:{receiver.port}/")
        with pytest.raises(TemporarilyUnavailableError):
            service.send(make_outgoing())
    assert (receiver.connections, receiver.requests) == (1, [])


@pytest.mark.parametrize("data", [None, {}, {"msg_id": None}])
def test_what_was_taken_without_a_name_was_taken(data):
    with receiving(answering(answer({"error": 0, "data": data}))) as receiver:
        assert zns(receiver).send(make_outgoing()) == ""


@pytest.mark.parametrize("content", [answer({"error": -118, "message": NUMBER}), b"nothing"])
def test_no_failure_tells_the_number_the_token_or_the_values(content):
    failures = (DeliveryRefusedError, TemporarilyUnavailableError)
    with receiving(answering(content)) as receiver, pytest.raises(failures) as failed:
        zns(receiver).send(make_outgoing())
    told = "".join(traceback.format_exception(failed.value))
    assert not [secret for secret in (NUMBER, NUMBER[1:], TOKEN, "Hoa", "1.234") if secret in told]


def test_whoever_has_no_zalo_gets_a_text_message_and_is_not_looked_for_there_again():
    wordings = {"expired": {"vi": Wording(zalo_template="272118")}}
    policy = MessagePolicy(channels=("zalo", "sms"), wordings=wordings)
    post = Post(program=replace(make_program(), messages=policy))
    with receiving(answering(answer({"error": -118, "message": "Zalo account not existed"}))) as receiver:
        senders = {"zalo": lambda: zns(receiver), "sms": lambda: post.sms}
        parts = (post.records, post.profiles, post.programs, senders, post.queue, post.clock, post.wall)
        messages = Messages(*parts, email_from="", suppressions=post.suppressions)
        assert messages.send(make_intent("expired")) == "SENT"
        assert messages.send(dataclasses.replace(make_intent("expired"), period="2027")) == "SENT"
    assert receiver.connections == 1
    assert [number for number, *_ in post.sms.sent] == [NUMBER, NUMBER]
    first, _ = post.records.messages.values()
    assert [(tried.channel, tried.outcome, tried.code) for tried in first.attempts] == [
        ("zalo", "address_refused", "zalo_118"),
        ("sms", "accepted", ""),
    ]
