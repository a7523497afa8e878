"""Instants as text: RFC 3339 in UTC, the one spelling of the house. Pure."""

from __future__ import annotations

from datetime import UTC, datetime


def format_instant(instant: datetime) -> str:
    """`2026-11-22T03:15:00Z`; a fraction of a second is kept where there is one."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def format_second(instant: datetime) -> str:
    """The same for the second in which the instant lies: what people are shown."""
    return format_instant(instant.replace(microsecond=0))


def parse_instant(text: str) -> datetime:
    """The aware instant that was written so. Raises ValueError."""
    return datetime.fromisoformat(text)
