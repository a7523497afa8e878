"""The running stack as commands see it: what `quen serve` wrote, typed, and proof that something listens there.

    with RunningStack.load(data) as stack: ...

Leaving closes every connection that was opened through it.
"""

from __future__ import annotations

import argparse
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from local.connection import FILE_NAME, STARTING, aws_client, is_owned, load_connection
from local.errors import LocalError
from quen.archive.objects import S3Objects
from quen.archive.service import Archive
from quen.client import HttpTransport

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

CONNECT_TIMEOUT_SECONDS = 2
TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class PartnerKey:
    """The seeded partner's key. `secret` is base64; `authority` and `path_prefix` are what its signatures cover."""

    partner_id: str
    key_id: str
    algorithm: str
    secret: str
    authority: str
    path_prefix: str


@dataclass(frozen=True, slots=True)
class RunningStack:
    """A stack that answers: its addresses, its tables, and one of each caller."""

    data: Path
    mobile_url: str
    partner_url: str
    admin_url: str
    aws_endpoint: str
    archive_bucket: str
    tables: dict[str, str]
    staff_token: str
    members: tuple[dict[str, str], ...]
    partner: PartnerKey
    _connections: ExitStack = field(default_factory=ExitStack, repr=False, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connections.close()

    @classmethod
    def load(cls, data: Path) -> RunningStack:
        """The stack of that data directory. Raises LocalError where none was started, or it does not answer now."""
        try:
            stack = cls._parse(data, load_connection(data))
        except (ValueError, KeyError, TypeError):
            raise LocalError(f"{data / FILE_NAME} is damaged; start the stack again with `make run`.") from None
        stack.check_running()
        return stack

    def check_running(self) -> None:
        """Raises LocalError where nothing listens at the stack's address."""
        address = urlsplit(self.aws_endpoint)
        try:
            socket.create_connection((address.hostname or "", address.port or 80), CONNECT_TIMEOUT_SECONDS).close()
        except OSError:
            if is_owned(self.data):
                raise LocalError(STARTING) from None
            sentence = f"the stack is not running (nothing answers at {self.aws_endpoint}); start it with `make run`."
            raise LocalError(sentence) from None

    def open_dynamodb(self) -> DynamoDBClient:
        """The stack's own DynamoDB: for the sandbox clock and for checks of the ledger."""
        client: DynamoDBClient = aws_client("dynamodb", self.aws_endpoint)
        with self._lock:
            self._connections.callback(client.close)
        return client

    def open_archive(self) -> Archive:
        """The stack's archive of old entries."""
        return Archive(self.open_objects())

    def open_objects(self) -> S3Objects:
        """The bucket of the archive; its connection is opened with the first object that is read."""

        def open_client() -> Any:
            client = aws_client("s3", self.aws_endpoint)
            with self._lock:
                self._connections.callback(client.close)
            return client

        return S3Objects(open_client, self.archive_bucket)

    def open_transport(self, url: str) -> HttpTransport:
        """A connection to one of the APIs, for one thread."""
        transport = HttpTransport(url, TIMEOUT_SECONDS)
        with self._lock:
            self._connections.callback(transport.close)
        return transport

    @classmethod
    def _parse(cls, data: Path, fields: dict[str, Any]) -> RunningStack:
        return cls(
            data=data,
            mobile_url=fields["mobile_url"],
            partner_url=fields["partner_url"],
            admin_url=fields["admin_url"],
            aws_endpoint=fields["aws_endpoint"],
            archive_bucket=fields["archive_bucket"],
            tables=dict(fields["tables"]),
            staff_token=fields["staff_token"],
            members=tuple(fields["members"]),
            partner=PartnerKey(**{name: fields["partner"][name] for name in PartnerKey.__slots__}),
        )


def on_stack(use: Callable[[RunningStack, argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """A command's `run` for what needs the running stack: it is found, handed over, and closed afterwards."""

    def run(arguments: argparse.Namespace) -> int:
        with RunningStack.load(arguments.data) as stack:
            return use(stack, arguments)

    return run
