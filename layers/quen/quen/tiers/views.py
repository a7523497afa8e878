"""How tiers are shown: where a member stands, and how an entry changed it. JSON-able values."""

from __future__ import annotations

from datetime import date
from typing import Any

from quen.ledger.model import Account, Entry, earner_of, tier_of
from quen.program.model import Program, Tier
from quen.tiers.model import progress_of
from quen.tiers.sentences import progress_sentence


def tier_view(account: Account, program: Program, day: date) -> dict[str, Any] | None:
    """The tier that counts on that day, and the way to the next one; that of everybody was given by nobody, and has neither
    first nor last day. None where the program has no tiers.
    """
    tier = program.tier_of(tier_of(account, program, day))
    if tier is None:
        return None
    since, until = _days(account, tier, day)
    return {
        "id": tier.id,
        "name": tier.name_in(program.locales[0]),
        "since": since,
        "until": until,
        "progress": _progress(account, program, tier, day),
    }


def tier_change_view(entry: Entry) -> dict[str, Any] | None:
    """What an entry did to the member's tier; None where it did nothing. A tier that is null is the program's entry tier.

    `cause` is that of a standing (upgraded, noticed, on_track, grace, prolonged, downgraded, ended, merged), or `set` where
    staff did it, which no figures and no rules decided: then nobody says what was before.
    """
    change = entry.standing
    if change is None:
        if entry.tier is None:
            return None
        return _change_view("set", "", entry.tier.id, entry.tier.until)
    shown = _change_view(change.cause, change.before, change.after.tier, change.after.until)
    return shown | {
        "figures": dict(change.figures),
        "period": change.period or None,
        "rule_version": change.rules or None,
    }


def _change_view(cause: str, before: str, after: str, until: str) -> dict[str, Any]:
    return {
        "cause": cause,
        "from": before or None,
        "to": after or None,
        "until": until or None,
        "figures": {},
        "period": None,
        "rule_version": None,
    }


def _days(account: Account, tier: Tier, day: date) -> tuple[str | None, str | None]:
    """From and until when the member has the tier; of what staff set and what was earned, what lasts longer."""
    marks = [(account.tier_until, account.tier_since)] if account.tier_on(day) == tier.id else []
    if account.standing.tier == tier.id:
        marks.append((account.standing.until, account.standing.since))
    until, since = max(marks, key=lambda mark: mark[0] or "~", default=("", ""))
    return since or None, until or None


def _progress(account: Account, program: Program, tier: Tier, day: date) -> dict[str, Any] | None:
    """None where no tier can be reached and none was: staff alone give them."""
    if not program.has_reachable_tiers and not account.standing.tier:
        return None
    progress = progress_of(program, earner_of(account), tier.id, day)
    name = progress.next.name_in(program.locales[0]) if progress.next else ""
    return {
        "current": dict(progress.figures),
        "next": {"id": progress.next.id, "name": name} if progress.next else None,
        "missing": dict(progress.missing),
        "alternatives": [dict(way) for way in progress.alternatives],
        "keep_missing": None if progress.keep_missing is None else dict(progress.keep_missing),
        "at_risk": progress.at_risk,
        "window_end": progress.window_end.isoformat() if progress.window_end else None,
        "sentence": dict(progress_sentence(program, progress, tier.id)),
    }
