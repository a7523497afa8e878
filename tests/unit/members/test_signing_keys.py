"""Fetching the issuer's keys over real sockets, on this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from quen.members import signing_keys
from quen.members.signing_keys import fetcher

Serve = Callable[[Callable[[BaseHTTPRequestHandler], None]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[HTTPServer] = []

    def start(answer: Callable[[BaseHTTPRequestHandler], None]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self)

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/jwks.json"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def test_the_document_is_what_the_address_serves(serve: Serve):
    url = serve(lambda handler: _send(handler, b'{"keys": []}'))
    assert fetcher(url, is_sandbox=True)() == b'{"keys": []}'


def test_a_local_address_is_asked_without_a_proxy(serve: Serve, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    url = serve(lambda handler: _send(handler, b"{}"))
    assert fetcher(url, is_sandbox=True)() == b"{}"


@pytest.mark.parametrize(
    ("url", "is_sandbox"),
    [
        ("http://127.0.0.1/jwks.json", False),
        ("http://id.example/jwks.json", True),
        ("http://127.0.0.1.example/jwks.json", True),
        ("http://localhost@id.example/jwks.json", True),
        ("file:///etc/passwd", True),
        ("ftp://127.0.0.1/jwks.json", True),
        ("", True),
    ],
)
def test_an_address_that_is_neither_https_nor_our_own_is_refused(url: str, *, is_sandbox: bool):
    with pytest.raises(ValueError, match="https"):
        fetcher(url, is_sandbox=is_sandbox)


def test_https_is_always_good():
    fetcher("https://id.example/jwks.json", is_sandbox=False)


def test_no_redirect_is_followed(serve: Serve):
    target = serve(lambda handler: _send(handler, b"{}"))
    url = serve(lambda handler: _send(handler, b"", 302, Location=target))
    with pytest.raises(OSError, match="302"):
        fetcher(url, is_sandbox=True)()


def test_an_error_is_no_document(serve: Serve):
    url = serve(lambda handler: _send(handler, b"{}", 500))
    with pytest.raises(OSError, match="500"):
        fetcher(url, is_sandbox=True)()


def test_a_document_too_long_is_not_read_to_its_end(serve: Serve):
    url = serve(lambda handler: _send(handler, b" " * (signing_keys.DOCUMENT_BYTES_MAX + 1)))
    with pytest.raises(ValueError, match="too long"):
        fetcher(url, is_sandbox=True)()


def test_a_server_that_drips_is_given_up(serve: Serve):
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(200):
                handler.wfile.write(b" ")
                time.sleep(0.1)
        except OSError:
            return

    url = serve(drip)
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        fetcher(url, is_sandbox=True, timeout_seconds=0.3)()
    assert time.monotonic() - started < 10  # of the twenty that the server takes: long enough for a busy machine


def test_nobody_there_is_an_os_error():
    with pytest.raises(OSError, match="refused"):
        fetcher("http://127.0.0.1:1/jwks.json", is_sandbox=True)()
