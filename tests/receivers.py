"""Receivers of webhooks on this machine's loopback: what a partner, or somebody worse, may have at the other end."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from quen.webhooks.transport import tls_context

HOST = "hooks.example.com"
PUBLIC = "93.184.216.34"
GIVEN_UP_AFTER_SECONDS = 5

Behaviour = Callable[[socket.socket], None]


class Receiver:
    """Takes connections, one thread each, and does to each the same, once it has read the request where it reads any.
    `requests` are those that it read to their end.
    """

    def __init__(self, behave: Behaviour, context: ssl.SSLContext | None, *, reads: bool) -> None:
        self._behave = behave
        self._reads = reads
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.requests: list[bytes] = []
        self.connections = 0

    def serve(self) -> None:
        """Until it is closed."""
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """No more connections."""
        # Closing alone does not wake the thread that waits in accept.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _handle(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(GIVEN_UP_AFTER_SECONDS)
            if self._context is None:
                self._talk(connection)
                return
            with self._context.wrap_socket(connection, server_side=True) as secured:
                self._talk(secured)

    def _talk(self, connection: socket.socket) -> None:
        if self._reads:
            self.requests.append(read_request(connection))
        self._behave(connection)


def read_request(connection: socket.socket) -> bytes:
    """Everything up to the end of the body."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    [length] = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def receiving(behave: Behaviour, context: ssl.SSLContext | None = None, *, reads: bool = True) -> Iterator[Receiver]:
    """A receiver that is there for a while."""
    receiver = Receiver(behave, context, reads=reads)
    thread = threading.Thread(target=receiver.serve, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.close()
        thread.join(GIVEN_UP_AFTER_SECONDS)


def answering(content: bytes) -> Behaviour:
    """Answers these bytes, and hangs up."""
    return lambda connection: connection.sendall(content)


def reset(connection: socket.socket) -> None:
    """Breaks the connection off, without a word."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket(fileno=connection.detach()).close()


@cache
def trusting(host: str = HOST) -> ssl.SSLContext:
    """As a function has it, with the test's own authority besides."""
    context = tls_context()
    context.load_verify_locations(cadata=certificate_of(host))
    return context


def server_context(host: str = HOST) -> ssl.SSLContext:
    """TLS with a certificate for that name, which its own authority signed: itself."""
    return _made(host)[0]


def certificate_of(host: str = HOST) -> str:
    """The certificate that `server_context` has for that name, as PEM."""
    return _made(host)[1]


@cache
def _made(host: str) -> tuple[ssl.SSLContext, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    chain = certificate.public_bytes(Encoding.PEM)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "chain.pem"
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + chain)
        context.load_cert_chain(file)
    return context, chain.decode()
