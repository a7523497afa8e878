"""How accounts and entries are shown: JSON-able values, the same to members, partners and staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from quen.cards.views import card_changes_view, cards_view, gift_changes_view
from quen.earning.model import RuleShare
from quen.instants import format_instant
from quen.ledger.model import NEVER, Account, Entry, entry_id, gift_key
from quen.ledger.model.funding import by_last_day
from quen.ledger.model.values import ACTIVE, DEBT, HELD, OTHER_UNITS, PENDING, Lots
from quen.memberships.views import change_view, membership_view
from quen.program.model import Program, Wallet, card_of_wallet, unit_of_wallet
from quen.tiers.views import tier_change_view, tier_view


def account_view(account: Account, program: Program, now: datetime) -> dict[str, Any]:
    """What a member has. `expiring` adds up to the active points, but for those that never expire (`on` is null)."""
    worth = program.worth(account.active)
    return {
        "member_id": account.member_id,
        "points": balances_view(account),
        "worth": {"amount": worth.amount, "currency": worth.currency},
        "expiring": lots_view(account.lots),
        "activating": _activating(account.pending),
        "tier": tier_view(account, program, program.local_day(now)),
        "wallets": {"qualifying": account.wallet("qualifying"), "stamps": account.wallet("stamps")},
        "cards": cards_view(account.cards, program),
        "membership": membership_view(account.membership, program),
        "stored_value": _stored_value(account, program),
        "gifts": _gifts(account, program, now),
        "sequence": account.sequence,
    }


def balances_view(account: Account) -> dict[str, int]:
    """Points by what can be done with them."""
    return {
        "active": account.active,
        "pending": account.pending_points,
        "held": account.held,
        "debt": account.debt,
    }


def entry_view(entry: Entry) -> dict[str, Any]:
    """One line of a statement. `points` is the signed change of active points, and the lines add up to the balance."""
    return {
        "entry_id": entry_id(entry),
        "sequence": entry.sequence,
        "kind": entry.kind,
        "points": entry.points,
        "changes": changes_view(entry),
        "occurred_at": format_instant(entry.occurred_at),
        "recorded_at": format_instant(entry.recorded_at),
        "balance_after": entry.balance_after,
        "explanation": explanation_view(entry),
        "lots": lots_view(entry.lots),
        "wallets": wallets_view(entry),
        "tier": tier_change_view(entry),
        "cards": card_changes_view(entry.cards),
        "gifts": gift_changes_view(entry.gifts),
        "membership": change_view(entry.membership),
        "saved": entry.saved,
        "reference": {"kind": entry.reference.kind, "id": entry.reference.id.rpartition("#")[2]},
        "reason": entry.reason or None,
        "hash": entry.hash,
    }


def wallets_view(entry: Entry) -> list[dict[str, Any]]:
    """What an entry did to the member's other wallets, signed; stored value in the currency's smallest unit. Stamps that have
    filled a card are on it no more; `explanation` says how many they were.
    """
    amounts = {unit: entry.lines.get(f"member.{unit}", 0) for unit in OTHER_UNITS}
    shares = {unit: [share for share in entry.shares if unit_of_wallet(share.wallet) == unit] for unit in OTHER_UNITS}
    return [
        {"wallet": unit, "amount": amount, "explanation": [share_view(share) for share in shares[unit]]}
        for unit, amount in amounts.items()
        if amount or any(share.points for share in shares[unit])
    ]


def wallet_view(wallet: Wallet) -> dict[str, str]:
    """What a rule earns, and of stamps the card that they go on."""
    card_id = card_of_wallet(wallet)
    return {"wallet": unit_of_wallet(wallet)} | ({"card_id": card_id} if card_id else {})


def _stored_value(account: Account, program: Program) -> dict[str, Any] | None:
    """The money that the member keeps with the shop; None where the program offers none and there is none."""
    amount = account.wallet("stored_value")
    if not amount and program.stored_value is None:
        return None
    return {"amount": amount, "currency": program.currency}


def _gifts(account: Account, program: Program, now: datetime) -> list[dict[str, Any]]:
    """What the member may have for nothing, the first to end first."""
    today = program.local_day(now).isoformat()
    names = {reward.id: reward.name_in(program.locales[0]) for reward in program.rewards} if account.gifts else {}
    keys = [(until, reward_id) for reward_id, _, until in (key.rpartition("/") for key in account.gifts)]
    return [
        {
            "reward_id": reward_id,
            "name": names.get(reward_id, reward_id),
            "until": until,
            "count": account.gifts[gift_key(reward_id, until)],
        }
        for until, reward_id in sorted(keys)
        if until >= today
    ]


def changes_view(entry: Entry) -> dict[str, int]:
    """What an entry changed, by what can be done with the points."""
    return {
        "active": entry.lines.get(ACTIVE, 0),
        "pending": entry.lines.get(PENDING, 0),
        "held": entry.lines.get(HELD, 0),
        "debt": -entry.lines.get(DEBT, 0),
    }


def explanation_view(entry: Entry) -> list[dict[str, Any]]:
    """Which rule, in which version of the program, gave how many points on what basis."""
    return [share_view(share) for share in entry.shares if share.wallet == "points"]


def share_view(share: RuleShare) -> dict[str, Any]:
    """What one rule gave."""
    return {
        "rule_id": share.rule_id,
        "rule_version": share.rule_version,
        "basis": share.basis,
        "before_rounding": share.exact or str(share.points),
        "points": share.points,
    }


def lots_view(lots: Lots) -> list[dict[str, Any]]:
    """Points by their last day, the first to expire first; null is never."""
    return [{"on": None if day == NEVER else day, "points": points} for day, points in by_last_day(lots).items()]


def _activating(pending: Lots) -> list[dict[str, Any]]:
    days: dict[str, int] = {}
    for key, points in sorted(pending.items()):
        day = key.partition("/")[0]
        days[day] = days.get(day, 0) + points
    return [{"on": day, "points": points} for day, points in days.items()]
