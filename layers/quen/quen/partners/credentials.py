"""What a key id stands for, kept in the process for less than the minute within which a revocation must count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from quen.partners.model import Partner, PartnerKey

CACHE_SECONDS = 45
CACHE_KEYS_MAX = 256


@dataclass(frozen=True, slots=True)
class Credential:
    """A key with its owner and the bytes it verifies by: the secret, or the PEM public key; None where there are none."""

    key: PartnerKey
    partner: Partner
    material: bytes | None


class Credentials:
    """Reads a credential at most once in `CACHE_SECONDS`. Ids that stand for nothing are never kept: a new key works at once.

    `read` answers None for an unknown key. The age counts from before the read, so that what is kept is never older than it
    says; a clock that was set back counts as old.
    """

    def __init__(self, read: Callable[[str], Credential | None]) -> None:
        self._read = read
        self._kept: dict[str, tuple[datetime, Credential]] = {}

    def find(self, key_id: str, now: datetime) -> Credential | None:
        """The credential as it was within the last `CACHE_SECONDS`."""
        read_at, credential = self._kept.get(key_id, (None, None))
        if read_at is not None and timedelta() <= now - read_at < timedelta(seconds=CACHE_SECONDS):
            return credential
        self.forget(key_id)
        fresh = self._read(key_id)
        if fresh is not None:
            self._keep(key_id, now, fresh)
        return fresh

    def forget(self, key_id: str) -> None:
        """Read it anew next time."""
        self._kept.pop(key_id, None)

    def _keep(self, key_id: str, now: datetime, credential: Credential) -> None:
        if len(self._kept) >= CACHE_KEYS_MAX:
            self._kept.pop(next(iter(self._kept)))
        self._kept[key_id] = (now, credential)
