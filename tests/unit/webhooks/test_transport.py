"""The network's side of webhooks, against receivers that do what they should not."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from quen.webhooks.model import Result
from quen.webhooks.transport import HEAD_BYTES_MAX, PinnedTransport, tls_context
from receivers import HOST, PUBLIC, Receiver, answering, receiving, reset, server_context, trusting

NOW = datetime(2026, 11, 22, 3, 15, tzinfo=UTC)
URL = f"https://{HOST}/hooks?shop=1"
HEADERS = {"webhook-id": "evt_1", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
BODY = '{"type":"points.earned","name":"Phở"}'.encode()
SHORT_SECONDS = 0.25
SOON_SECONDS = 5
OK = b"HTTP/1.1 204 No Content\r\n\r\n"


class World:
    """A name that resolves to what the test says, and a network in which the public address is a local receiver."""

    def __init__(self, receiver: Receiver, *answers: Sequence[str]) -> None:
        self._receiver = receiver
        self._answers = list(answers or [[PUBLIC]])
        self.asked: list[tuple[str, int]] = []
        self.connected: list[tuple[str, int]] = []

    def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self._answers.pop(0)

    def connect(self, address: str, port: int, timeout: float) -> socket.socket:
        self.connected.append((address, port))
        return socket.create_connection(("127.0.0.1", self._receiver.port), timeout)

    def post(self, url: str = URL, body: bytes = BODY, **parts: Any) -> Result:
        given = {"make_context": trusting, "resolver": self.resolve, "connector": self.connect} | parts
        return PinnedTransport(**given).post(url, HEADERS, body, NOW)

    def is_cut(self, **parts: Any) -> bool:
        """Whether an attempt that could last for ever ends, and soon."""
        began = time.monotonic()
        result = self.post(deadline_seconds=SHORT_SECONDS, **parts)
        return result == Result(failure="timed_out") and SHORT_SECONDS < time.monotonic() - began < SOON_SECONDS


def posted(behave: Callable[[socket.socket], None], **parts: Any) -> Result:
    """What comes of one attempt at a receiver that does this to it."""
    with receiving(behave, server_context()) as receiver:
        return World(receiver).post(**parts)


def test_the_very_bytes_are_posted_to_the_address_that_was_checked_under_the_name() -> None:
    with receiving(answering(OK), server_context()) as receiver:
        world = World(receiver)
        assert world.post() == Result(204)
        assert (world.asked, world.connected) == ([(HOST, 443)], [(PUBLIC, 443)])
        [request] = receiver.requests
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    assert (first, body) == ("POST /hooks?shop=1 HTTP/1.1", BODY)
    expected = {"Host": HOST, "User-Agent": "Quen", "Content-Type": "application/json", "Connection": "close"}
    fields = dict(line.split(": ", 1) for line in lines)
    assert {**fields, **expected, **HEADERS, "Content-Length": str(len(BODY))} == fields


@pytest.mark.parametrize(
    "status", [200, 201, 202, 204, 299, 300, 301, 302, 307, 308, 400, 401, 404, 410, 429, 500, 503]
)
def test_an_answer_is_its_status_whatever_follows(status: int) -> None:
    result = posted(answering(b"HTTP/1.1 %d \r\nContent-Type: text/html\r\n\r\n<html>" % status))
    assert (result.status, result.is_delivered, result.is_gone) == (status, status < 300, status == 410)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_nowhere(status: int) -> None:
    with receiving(answering(OK)) as inside:
        target = f"http://127.0.0.1:{inside.port}/latest/meta-data"
        result = posted(answering(f"HTTP/1.1 {status} Found\r\nLocation: {target}\r\n\r\n".encode()))
        assert (result.status, result.error) == (status, "redirected")
        assert inside.connections == 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"120", 120),
        (b"Sun, 22 Nov 2026 03:16:00 GMT", 60),
        (b"999999999999", 86400),
        (b"-5", 0),
        (b"soon", 0),
        (b"\xff", 0),
    ],
)
def test_how_long_to_wait_is_read_from_the_head(value: bytes, seconds: int) -> None:
    result = posted(answering(b"HTTP/1.1 503 Busy\r\nRETRY-AFTER:  " + value + b" \r\n\r\n"))
    assert result == Result(503, retry_after_seconds=seconds)


def test_interim_answers_are_passed_over() -> None:
    assert posted(
        answering(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK)
    ) == Result(204)


def hang(connection: socket.socket) -> None:
    time.sleep(SHORT_SECONDS * 6)


def drip(connection: socket.socket) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.02)


def drip_interim(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.02)


def endless_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X: " + b"x" * 8192 + b"\r\n")


def endless_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"2000\r\n" + b"x" * 8192 + b"\r\n")


@pytest.mark.parametrize(
    ("behave", "result"),
    [
        (reset, Result(failure="connection_failed")),
        (answering(b""), Result(failure="connection_failed")),
        (endless_head, Result(failure="answer_too_long")),
        (answering(b"x" * (HEAD_BYTES_MAX + 20_000)), Result(failure="answer_too_long")),
        (endless_body, Result(200)),
        (answering(b"SSH-2.0-OpenSSH_9.6\r\n"), Result(failure="answer_unreadable")),
        (answering(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), Result(failure="answer_unreadable")),
        (answering(b"HTTP/2 200\r\n\r\n"), Result(failure="answer_unreadable")),
        (answering(b"HTTP/1.1 999 Odd\r\n\r\n"), Result(failure="answer_unreadable")),
        (answering(b"HTTP/1.1 20 OK\r\n\r\n"), Result(failure="answer_unreadable")),
        (answering(b"HTTP/1.1 200 OK\n\n"), Result(failure="answer_unreadable")),
        (answering(b"\r\n\r\n"), Result(failure="answer_unreadable")),
        (answering(b"\x00" * 100), Result(failure="answer_unreadable")),
    ],
)
def test_whatever_a_receiver_answers_comes_to_one_word(behave: Callable[[socket.socket], None], result: Result) -> None:
    assert posted(behave) == result


@pytest.mark.parametrize("behave", [hang, drip, drip_interim])
def test_who_answers_slowly_is_cut(behave: Callable[[socket.socket], None]) -> None:
    with receiving(behave, server_context()) as receiver:
        assert World(receiver).is_cut()


def test_who_takes_a_body_slowly_is_cut() -> None:
    with receiving(hang, server_context(), reads=False) as receiver:
        assert World(receiver).is_cut(body=b"x" * 10_000_000)


def test_who_hangs_in_the_handshake_is_cut() -> None:
    with receiving(hang, reads=False) as receiver:
        assert World(receiver).is_cut()


def test_a_name_is_asked_once_so_that_it_cannot_mean_another_machine_by_then() -> None:
    with receiving(answering(OK), server_context()) as receiver:
        world = World(receiver, [PUBLIC], ["127.0.0.1"])
        assert world.post() == Result(204)
        assert (len(world.asked), world.connected) == (1, [(PUBLIC, 443)])
        assert world.post() == Result(failure="address_refused")
        assert world.connected == [(PUBLIC, 443)]


@pytest.mark.parametrize(
    "answer",
    [
        [PUBLIC, "10.0.0.5"],
        ["10.0.0.5", PUBLIC],
        ["169.254.169.254"],
        ["::1", PUBLIC],
        ["2606:4700:4700::1111", "::ffff:8.8.8.8"],
        ["64:ff9b::8.8.8.8"],
        ["2002:808:808::1"],
        ["224.0.0.1"],
    ],
)
def test_one_address_that_is_not_public_refuses_all(answer: list[str]) -> None:
    with receiving(answering(OK), server_context()) as receiver:
        world = World(receiver, answer)
        assert world.post() == Result(failure="address_refused")
        assert (world.connected, receiver.connections) == ([], 0)


def test_ipv4_is_tried_first_and_the_next_address_where_one_takes_no_connection() -> None:
    with receiving(answering(OK), server_context()) as receiver:
        world = World(receiver, ["2606:4700:4700::1111", PUBLIC, "8.8.8.8"])

        def connect(address: str, port: int, timeout: float) -> socket.socket:
            if address == PUBLIC:
                raise ConnectionRefusedError
            return world.connect(address, port, timeout)

        assert world.post(connector=connect) == Result(204)
        assert world.connected == [("8.8.8.8", 443)]


def test_who_takes_no_connection_is_tried_three_seconds_at_the_most() -> None:
    tried: list[float] = []

    def connect(_address: str, _port: int, timeout: float) -> socket.socket:
        tried.append(timeout)
        time.sleep(timeout)
        raise TimeoutError

    with receiving(answering(OK)) as receiver:
        world = World(receiver, ["8.8.8.8", "8.8.4.4", "1.1.1.1"])
        assert world.post(connector=connect, connect_seconds=0.1) == Result(failure="timed_out")
    assert sum(tried) <= 0.1


def test_a_name_that_is_not_there_and_a_resolver_that_hangs_are_told_apart() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror

    def hanging(_host: str, _port: int) -> Sequence[str]:
        time.sleep(SHORT_SECONDS * 6)
        return [PUBLIC]

    with receiving(answering(OK)) as receiver:
        world = World(receiver)
        assert world.post(resolver=unknown) == Result(failure="name_not_found")
        assert world.is_cut(resolver=hanging)
        assert (world.connected, receiver.connections) == ([], 0)


def test_a_certificate_for_another_name_and_one_that_nobody_vouches_for_are_refused() -> None:
    with receiving(answering(OK), server_context("other.example.com")) as receiver:
        assert World(receiver).post(make_context=lambda: trusting("other.example.com")) == Result(failure="tls_failed")
        assert World(receiver).post(make_context=tls_context) == Result(failure="tls_failed")
        assert not receiver.requests


def test_what_speaks_no_tls_gets_nothing() -> None:
    with receiving(answering(b"220 mail.example.com ESMTP\r\n"), reads=False) as receiver:
        assert World(receiver).post() == Result(failure="tls_failed")


def test_old_tls_is_not_spoken() -> None:
    assert tls_context().minimum_version is ssl.TLSVersion.TLSv1_2
    assert (tls_context().check_hostname, tls_context().verify_mode) == (True, ssl.CERT_REQUIRED)


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(answering(OK)) as proxy:
        for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert posted(answering(OK)) == Result(204)
        assert proxy.connections == 0


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/x", "https://127.0.0.1/x", "https://localhost/", "http://example.com/", "x"]
)
def test_a_url_that_should_never_have_been_kept_is_still_sent_nowhere(url: str) -> None:
    with receiving(answering(OK)) as receiver:
        world = World(receiver, ["127.0.0.1"])
        assert world.post(url) == Result(failure="address_refused")
        assert (world.asked, receiver.connections) == ([], 0)


def test_a_sandbox_reaches_its_own_machine_and_no_other_by_plain_http() -> None:
    with receiving(answering(OK)) as receiver:
        sandbox = PinnedTransport(tls_context, is_sandbox=True)
        for host in ("127.0.0.1", "localhost"):
            assert sandbox.post(f"http://{host}:{receiver.port}/x", HEADERS, BODY, NOW) == Result(204)
        assert len(receiver.requests) == 2
        world = World(receiver, ["127.0.0.1"])
        assert world.post(is_sandbox=True) == Result(failure="address_refused")


def test_a_receiver_that_is_not_there_is_a_failed_connection() -> None:
    with receiving(answering(OK)) as receiver:
        port = receiver.port
    sandbox = PinnedTransport(tls_context, is_sandbox=True)
    assert sandbox.post(f"http://127.0.0.1:{port}/", HEADERS, BODY, NOW) == Result(failure="connection_failed")
