"""When a delivery is tried again: ten attempts over three days, further apart each time, none at the same moment as others."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MINUTE, _HOUR = 60, 3600

WAITS_SECONDS = (
    5,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
"""From one attempt to the next; the first is made at once."""

ATTEMPTS_MAX = len(WAITS_SECONDS) + 1
JITTER_PERCENT = 20
RETRY_AFTER_SECONDS_MAX = 24 * _HOUR

_SECONDS_DIGITS_MAX = 9


def wait_seconds(attempts: int, jitter_percent: int) -> int | None:
    """How long after so many attempts the next one is made; None after the last.

    `jitter_percent`, from -20 to 20, is drawn by the caller.
    """
    if attempts >= ATTEMPTS_MAX:
        return None
    return WAITS_SECONDS[attempts - 1] * (100 + jitter_percent) // 100


def parse_retry_after(text: str, now: datetime) -> int:
    """The seconds that a `Retry-After` asks for, a number or a date (RFC 9110), 24 hours at the most; 0 for what is neither."""
    is_number = text.isascii() and text.isdigit()
    seconds = int(text[:_SECONDS_DIGITS_MAX]) if is_number else _seconds_to(text, now)
    return max(0, min(seconds, RETRY_AFTER_SECONDS_MAX))


def _seconds_to(date: str, now: datetime) -> int:
    try:
        until = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return 0
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return int((aware - now).total_seconds())
