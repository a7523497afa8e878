"""When a message may go: not in quiet hours, advertising by text message only in the hours of the law, nothing too late.

All hours are the program's local ones. A warning of a danger goes at once, day and night.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from quen.messages.model import MARKETING, UNASKED, Intent
from quen.program.model import AdvertisingPolicy, Channel, MessagePolicy, Program

ADVERTISING_AGE_DAYS_MAX = 7
_TRUE_UNTIL = {
    "expiring": "through",
    "tier_at_risk": "last_day",
    "gift_ending": "on",
    "reserved": "until",
    "voucher_issued": "until",
    "milestone": "on",
    "card_complete": "on",
    "membership_due": "last_day",
    "payment_failed": "last_day",
    "membership_past_due": "last_day",
}
"""What of its data says how long a notice is true, where it says that: an instant, or a day to the end of it."""
# Quiet hours and the hours of advertising each move the instant on; two of each find any that is open to both.
_ROUNDS = 4


def held_until(intent: Intent, channel: Channel, program: Program, now: datetime) -> datetime | None:
    """The first instant (UTC) at which the message may go that way; None where that is now.

    Hours that leave advertising no time at all hold it until one of them ends, again and again, until it is too old.
    """
    if intent.kind in UNASKED:
        return None
    instant = max(now, _not_before(intent, now))
    for _ in range(_ROUNDS):
        later = _closed_until(intent, channel, program, instant)
        if later is None:
            break
        instant = later
    return instant if instant > now else None


def quiet_until(now: datetime, policy: MessagePolicy, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours end (UTC) that `now` lies in; None where it lies in none. They may span midnight."""
    return _end_of(now, policy.quiet_from, policy.quiet_to, zone)


def closed_until(now: datetime, policy: AdvertisingPolicy, zone: ZoneInfo) -> datetime | None:
    """When advertising by text message is allowed again (UTC); None where it is at `now`."""
    return _end_of(now, policy.closes, policy.opens, zone)


def is_overtaken(intent: Intent, created_at: datetime, zone: ZoneInfo, now: datetime) -> bool:
    """Whether what it says is over: the last day that it warns of, or until which something may be had or done; or a greeting's
    and an offer's week.

    An age is counted from `given_at` of the intent, or from when we first saw it.
    """
    if intent.kind in MARKETING:
        given = intent.data.get("given_at")
        return now - (datetime.fromisoformat(given) if given else created_at) > timedelta(days=ADVERTISING_AGE_DAYS_MAX)
    end = intent.data.get(_TRUE_UNTIL.get(intent.kind, ""))
    if end is None:
        return False
    if "T" in end:
        return datetime.fromisoformat(end) <= now
    return date.fromisoformat(end) < now.astimezone(zone).date()


def _not_before(intent: Intent, now: datetime) -> datetime:
    said = intent.data.get("not_before")
    return datetime.fromisoformat(said).astimezone(UTC) if said else now


def _closed_until(intent: Intent, channel: Channel, program: Program, instant: datetime) -> datetime | None:
    ends = quiet_until(instant, program.messages, program.time_zone)
    if ends is None and channel == "sms" and intent.kind in MARKETING:
        ends = closed_until(instant, program.messages.advertising, program.time_zone)
    return ends


def _end_of(now: datetime, start: time | None, end: time | None, zone: ZoneInfo) -> datetime | None:
    """When the local hours from `start` to `end` are over that `now` lies in; None where it lies outside."""
    if start is None or end is None or start == end:
        return None
    local = now.astimezone(zone)
    spans_midnight = start > end
    is_late = local.time() >= start
    is_early = local.time() < end
    if not ((is_late or is_early) if spans_midnight else (is_late and is_early)):
        return None
    day = local.date() + timedelta(days=1 if spans_midnight and is_late else 0)
    ends = datetime.combine(day, end, tzinfo=zone)
    # Where clocks go back, the same hour comes twice: the hours end with the one that still lies ahead.
    ahead = [instant.astimezone(UTC) for instant in (ends, ends.replace(fold=1)) if instant.astimezone(UTC) > now]
    return ahead[0] if ahead else None
