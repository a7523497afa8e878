"""One attempt over the network: resolve once, check every address, connect to one of those, send, read the head, hang up.

The receiver is whoever a partner named, so it is believed nothing: the connection goes to an address that was checked and
not to a name that may mean another one by then; no redirect is followed, no proxy asked; one deadline holds for everything,
so that who drips a byte a second is cut; and of the answer only the head is read, up to a limit, for its body says nothing.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from ipaddress import ip_address
from itertools import islice

from quen.errors import ValidationFailedError
from quen.webhooks.addresses import AddressRefusedError, Destination, parse_destination, refuse_special
from quen.webhooks.model import Result, parse_retry_after

DEADLINE_SECONDS = 10.0
CONNECT_SECONDS = 3.0
HEAD_BYTES_MAX = 64 * 1024
ADDRESSES_MAX = 3
USER_AGENT = "Quen"

_CHUNK_BYTES = 16 * 1024
_HEAD_END = b"\r\n\r\n"
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?")
_INTERIM = range(100, 200)

Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int, float], socket.socket]


class DeliveryFailedError(Exception):
    """No answer that could be understood; `kind` says why in one word that the partner may see."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def resolve(host: str, port: int) -> list[str]:
    """Every address of the name, A and AAAA. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def connect(address: str, port: int, timeout_seconds: float) -> socket.socket:
    """A connection to that numeric address. Raises OSError."""
    return socket.create_connection((address, port), timeout=timeout_seconds)


def tls_context() -> ssl.SSLContext:
    """Certificates are verified, for the name that was asked for; TLS 1.2 or newer."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class PinnedTransport:
    """Posts to receivers; see `quen.webhooks.ports.Receivers`. `make_context` is asked before the first handshake: it reads
    every authority that there is, and who only fans out needs none.
    """

    def __init__(
        self,
        make_context: Callable[[], ssl.SSLContext],
        *,
        is_sandbox: bool = False,
        resolver: Resolve = resolve,
        connector: Connect = connect,
        deadline_seconds: float = DEADLINE_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
    ) -> None:
        self._make_context = make_context
        self._is_sandbox = is_sandbox
        self._resolve = resolver
        self._connect = connector
        self._deadline_seconds = deadline_seconds
        self._connect_seconds = connect_seconds

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return self._make_context()

    def post(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Result:
        """One attempt, over within the deadline whatever the receiver does."""
        try:
            status, retry_after = self._exchange(url, headers, body)
        except DeliveryFailedError as error:
            return Result(failure=error.kind)
        return Result(status, retry_after_seconds=parse_retry_after(retry_after, now))

    def _exchange(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        ends_at = time.monotonic() + self._deadline_seconds
        try:
            destination = parse_destination(url, is_sandbox=self._is_sandbox)
            addresses = self._addresses(destination, ends_at)
            with self._open(destination, addresses, ends_at) as connection:
                _send(connection, _request(destination, headers, body), ends_at)
                return _read_head(connection, ends_at)
        except (AddressRefusedError, ValidationFailedError):
            raise DeliveryFailedError("address_refused") from None
        except TimeoutError:
            raise DeliveryFailedError("timed_out") from None
        except (ssl.SSLError, ValueError):
            raise DeliveryFailedError("tls_failed") from None
        except OSError:
            raise DeliveryFailedError("connection_failed") from None

    def _addresses(self, destination: Destination, ends_at: float) -> Sequence[str]:
        """What the name resolves to, asked once, and nothing but addresses that may be sent to."""
        host = destination.host.strip("[]")
        addresses = _within(lambda: self._resolve(host, destination.port), ends_at)
        refuse_special(addresses, is_local=destination.is_local)
        # Lambda has no way out by IPv6 unless its network was given one.
        return sorted(addresses, key=lambda address: ip_address(address).version)

    def _open(self, destination: Destination, addresses: Sequence[str], ends_at: float) -> socket.socket:
        connection = self._reach(destination.port, addresses, ends_at)
        if destination.scheme == "http":
            return connection
        try:
            connection.settimeout(_left(ends_at))
            return self._context.wrap_socket(connection, server_hostname=destination.host.strip("[]"))
        except (OSError, ValueError):
            connection.close()
            raise

    def _reach(self, port: int, addresses: Sequence[str], ends_at: float) -> socket.socket:
        """A connection to the first of the addresses that takes one. Raises OSError."""
        reached_by = min(ends_at, time.monotonic() + self._connect_seconds)
        failure: OSError = OSError("there is no address")
        for address in islice(addresses, ADDRESSES_MAX):
            try:
                return self._connect(address, port, _left(reached_by))
            except OSError as error:
                failure = error
        raise failure


def _within(ask: Callable[[], Sequence[str]], ends_at: float) -> Sequence[str]:
    """What `ask` answers, if it does in time: a resolver knows no time-out. Raises TimeoutError, DeliveryFailedError."""
    answers: list[Sequence[str]] = []

    def work() -> None:
        try:
            answers.append(ask())
        except (OSError, UnicodeError):
            answers.append(())

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(_left(ends_at))
    if not answers:
        raise TimeoutError
    if not answers[0]:
        raise DeliveryFailedError("name_not_found")
    return answers[0]


def _left(ends_at: float) -> float:
    """Seconds until then. Raises TimeoutError where there are none."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _request(destination: Destination, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = {
        "Host": destination.authority,
        "User-Agent": USER_AGENT,
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {destination.target} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


def _send(connection: socket.socket, content: bytes, ends_at: float) -> None:
    # Not sendall: over TLS its time-out begins anew with every piece.
    unsent = memoryview(content)
    while unsent:
        connection.settimeout(_left(ends_at))
        unsent = unsent[connection.send(unsent) :]


def _read_head(connection: socket.socket, ends_at: float) -> tuple[int, str]:
    """The status, and what `Retry-After` says; interim answers are passed over. Raises DeliveryFailedError, OSError."""
    received = b""
    while True:
        head, end, rest = received.partition(_HEAD_END)
        if end:
            status, retry_after = _parse_head(head)
            if status not in _INTERIM:
                return status, retry_after
            received = rest
            continue
        if len(received) > HEAD_BYTES_MAX:
            raise DeliveryFailedError("answer_too_long")
        connection.settimeout(_left(ends_at))
        chunk = connection.recv(_CHUNK_BYTES)
        if not chunk:
            raise DeliveryFailedError("answer_unreadable" if received else "connection_failed")
        received += chunk


def _parse_head(head: bytes) -> tuple[int, str]:
    status_line, *lines = head.split(b"\r\n")
    match = _STATUS_LINE.fullmatch(status_line)
    if match is None:
        raise DeliveryFailedError("answer_unreadable")
    fields = (line.partition(b":") for line in lines)
    asked = [value.strip() for name, _, value in fields if name.strip().lower() == b"retry-after"]
    return int(match[1]), asked[0].decode("ascii", "replace") if asked else ""
