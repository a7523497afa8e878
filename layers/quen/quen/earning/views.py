"""What a till is told of a purchase or an event: what it earned and why, what the member then has, what comes next. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from quen.earning.explanation import not_applied
from quen.earning.lines import points_by_line
from quen.earning.model import MemberEvent, Purchase, RuleShare, price_event
from quen.earning.reach import NextReward, reach_of
from quen.earning.receipt import receipt_text
from quen.ledger.model import NEVER, Account, Entry, entry_id, own_lots, tier_of
from quen.ledger.model.funding import by_last_day, last_day_of
from quen.ledger.views import account_view, share_view, wallet_view
from quen.program.model import Program

EXPIRING_DAYS = 30
"""Points that expire within so many days are told on the receipt."""


def purchase_view(purchase: Purchase, account: Account, entry: Entry, program: Program) -> dict[str, Any]:
    """The answer to a purchase, or to its preview; `account` as it is afterwards."""
    shown = _portions(entry, program)
    waits_until = min(
        (date.fromisoformat(part["active_on"]) for part in shown if part["state"] == "pending"), default=None
    )
    points = sum(part["points"] for part in shown)
    today = program.local_day(entry.recorded_at)
    reach = reach_of(program, account.active, points, tier_of(account, program, today), today)
    return {
        "purchase_id": purchase.purchase_id or None,
        "member_id": account.member_id,
        "entries": shown,
        "basis": dict(entry.basis),
        "lines": [
            {"line_id": line_id, "points": given}
            for line_id, given in points_by_line(program, purchase, entry.facts, entry.shares).items()
        ],
        "not_applied": [skipped._asdict() for skipped in not_applied(program, purchase, entry.facts, entry.shares)],
        "rewards": {
            "reachable": [{"reward_id": reward.id, "points": price} for reward, price in reach.reachable],
            "next": _following(reach.next) if reach.next else None,
        },
        "account": account_view(account, program, entry.recorded_at),
        "receipt_text": receipt_text(
            program,
            points,
            active=account.active,
            active_on=waits_until,
            shares=entry.shares,
            following=reach.next,
            expiring=_expiring(account, today),
            cards=entry.cards,
        ),
    }


def event_view(event: MemberEvent, account: Account, entry: Entry, program: Program) -> dict[str, Any]:
    """The answer to an event, or to its preview; `explanation` is of all wallets."""
    # Which rules do not apply hangs on the event and what was known of the member, not on what limits have left.
    skipped = price_event(program, event, facts=entry.facts).skipped
    return {
        "event_id": event.event_id or None,
        "member_id": account.member_id,
        "type": event.type,
        "entries": _portions(entry, program),
        "account": account_view(account, program, entry.recorded_at),
        "explanation": [share_view(share) | wallet_view(share.wallet) for share in entry.shares],
        "not_applied": [one._asdict() for one in skipped],
    }


def _following(following: NextReward) -> dict[str, Any]:
    return {
        "reward_id": following.reward.id,
        "name": dict(following.reward.name),
        "points": following.price,
        "missing_points": following.missing,
        "purchases_like_this": following.purchases_like_this,
    }


def _expiring(account: Account, today: date) -> tuple[date, int] | None:
    """The first day on which points expire, where it is soon, and how many."""
    lots = by_last_day(account.lots)
    first = next(iter(lots), NEVER)
    if first > (today + timedelta(days=EXPIRING_DAYS)).isoformat():
        return None
    return date.fromisoformat(first), lots[first]


def _portions(entry: Entry, program: Program) -> list[dict[str, Any]]:
    """An earning as the till sees it, a part for each day on which some of it becomes active: mostly one. What purchases
    earn waits as the program says, other things where their rules say so.
    """
    unsaid_wait = program.points.pending_days if entry.kind == "earn" else 0
    waits = {rule.id: rule.pending_days for rule in program.earning}
    by_wait: dict[int, list[RuleShare]] = {}
    for share in entry.shares:
        if share.wallet == "points":
            wait = waits.get(share.rule_id)
            by_wait.setdefault(unsaid_wait if wait is None else wait, []).append(share)
    parts = sorted(by_wait.items()) or [(unsaid_wait, [])]
    earning = [part for part in parts if sum(share.points for share in part[1])] or parts[:1]
    return [_portion(entry, program, wait, shares) for wait, shares in earning]


def _portion(entry: Entry, program: Program, wait: int, shares: Sequence[RuleShare]) -> dict[str, Any]:
    active_on = program.local_day(entry.occurred_at) + timedelta(days=wait)
    own = own_lots(entry)
    waiting = next((key for key in own if key.startswith(f"{active_on}/")), "")
    filled = last_day_of(waiting.partition("/")[2] or next((key for key in own if "/" not in key), ""))
    last_day = program.points.expiry.expires_on(active_on)
    expires_on = filled or (last_day.isoformat() if last_day else NEVER)
    return {
        "entry_id": entry_id(entry),
        "kind": entry.kind,
        "points": sum(share.points for share in shares),
        "state": "pending" if waiting else "active",
        "active_on": active_on.isoformat(),
        "expires_on": None if expires_on == NEVER else expires_on,
        "explanation": [share_view(share) for share in shares],
    }
