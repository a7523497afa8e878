"""Clients of AWS's other services: opened when first asked for something.

Opening one reads its service's model and takes some milliseconds. Who has nothing to queue, and no mail to send, need not
wait for that.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any


class LazyClient:
    """Stands for the client that `open_client` opens: each of its operations is that client's."""

    def __init__(self, open_client: Callable[[], Any]) -> None:
        self._open_client = open_client

    @cached_property
    def _client(self) -> Any:
        return self._open_client()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)
