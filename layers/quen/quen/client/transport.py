"""One request over HTTP, one answer: a connection kept open, with time-outs, and nothing retried here."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 10.0
ANSWER_BYTES_MAX = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said. `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether it was done, now or on an earlier attempt."""
        return 200 <= self.status < 300

    @property
    def is_replay(self) -> bool:
        """Whether it was done on an earlier attempt already."""
        return self.headers.get("idempotent-replayed") == "true"

    @property
    def code(self) -> str | None:
        """The problem's code, where the answer is one."""
        problem = self.document if "json" in self.headers.get("content-type", "") else None
        return str(problem["code"]) if isinstance(problem, dict) and "code" in problem else None

    @property
    def document(self) -> Any:
        """The body as JSON; None where there is none, or it is not JSON."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None


class NoAnswerError(Exception):
    """The connection failed or timed out: the request may or may not have been done."""


class Transport(Protocol):
    """Carries a request as it is. Raises NoAnswerError."""

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One attempt. `path` starts with /v1."""

    def close(self) -> None:
        """Give back what it holds; it may be used again."""


class HttpTransport:
    """HTTP/1.1 to one base URL. One connection, so one thread at a time: give each thread its own."""

    def __init__(self, base_url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("the base URL starts with http:// or https:// and a host")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=timeout_seconds)
        self._base_path = parts.path.rstrip("/")

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """`path` is appended to the base URL's. Raises NoAnswerError."""
        try:
            self._connection.request(method, self._base_path + path, body or None, dict(headers))
            response = self._connection.getresponse()
            content = response.read(ANSWER_BYTES_MAX)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NoAnswerError(type(error).__name__) from error
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        self._connection.close()
