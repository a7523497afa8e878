"""How rewards and redemptions are shown: JSON-able values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from quen.ledger.documents import Document
from quen.ledger.model import Account, Entry, Reserve, entry_id
from quen.ledger.views import account_view
from quen.program.model import Program, Reward
from quen.rewards.model import display_code


def reward_view(
    reward: Reward, account: Account, program: Program, locale: str | None, left: int | None
) -> dict[str, Any]:
    """One line of the catalogue; `left` is None where there is no end of it."""
    worth = program.worth(reward.points)
    in_limit = reward.per_member is None or account.rewards.get(reward.id, 0) < reward.per_member
    available = in_limit and (left is None or left > 0)
    missing = max(0, reward.points - account.active)
    return {
        "reward_id": reward.id,
        "name": reward.name_in(program.locale_for(locale)),
        "points": reward.points,
        "available": available,
        "reachable": available and not missing,
        "missing_points": missing,
        "worth": {"amount": worth.amount, "currency": worth.currency},
    }


def reserved_view(command: Reserve, entry: Entry, details: Mapping[str, Any], program: Program) -> dict[str, Any]:
    """A redemption as it begins."""
    worth = program.worth(command.points)
    return {
        "redemption_id": command.redemption_id,
        "member_id": entry.member_id,
        "state": "reserved",
        "code": display_code(command.redemption_id),
        "reward_id": details["reward_id"],
        "quantity": command.quantity,
        "points": command.points,
        "worth": {"amount": worth.amount, "currency": worth.currency},
        "expires_at": details["expires_at"],
        "entry_id": entry_id(entry),
    }


def closed_view(document: Document, state: str, account: Account, entry: Entry, program: Program) -> dict[str, Any]:
    """A redemption as it ends, and what the member then has."""
    shown = {key: value for key, value in document.result.items() if key != "account"}
    seen = account_view(account, program, entry.recorded_at)
    return shown | {"state": state, "entry_id": entry_id(entry), "account": seen}


def redemption_view(document: Document, now: datetime) -> dict[str, Any]:
    """A redemption as it stands now: one whose time is over has lapsed, whether that is written yet or not."""
    lapsed = document.state == "reserved" and now >= datetime.fromisoformat(document.details["expires_at"])
    shown = {key: value for key, value in document.result.items() if key != "account"}
    return shown | {"state": "lapsed" if lapsed else document.state}
