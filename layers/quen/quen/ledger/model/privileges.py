"""Privileges: what a member has beside points, and what becomes of it where two accounts become one, and two again.

What was earned or paid for is never lost by a merge: of two tiers the higher stays, gifts add up, a perk lasts as long as the
longer of two, and stamps of both go on one card. Two memberships that are paid for do not become one: that is refused. Undoing
gives back what came, as far as it is there; what only both together had reached falls back to what the survivor's own
figures reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct, field

from quen.cards.model import NO_CARD, CardMark, mark_form, parse_mark
from quen.errors import MembershipsBothRunError
from quen.ledger.model.values import ENTRY_TIER, Account, TierMark
from quen.memberships.model import (
    NO_MEMBERSHIP,
    Membership,
    MembershipChange,
    MembershipState,
    membership_form,
    parse_membership,
)
from quen.program.model import Program
from quen.tiers.model import NO_STANDING, Standing, StandingChange

_PAID: frozenset[MembershipState] = frozenset({"ACTIVE", "PAST_DUE", "CANCELED_AT_PERIOD_END"})
_RUNNING = _PAID | {"TRIAL"}


class Privileges(Struct, frozen=True):
    """The tier that staff set, the one that was earned, punch cards, gifts, perks that were given, the paid membership: each
    as in Account.
    """

    tier: TierMark = ENTRY_TIER
    standing: Standing = NO_STANDING
    cards: Mapping[str, CardMark] = field(default_factory=dict)
    gifts: Mapping[str, int] = field(default_factory=dict)
    granted: Mapping[str, str] = field(default_factory=dict)
    membership: Membership = NO_MEMBERSHIP


NO_PRIVILEGES = Privileges()


def privileges_of(account: Account) -> Privileges:
    """What the account has beside points."""
    return Privileges(
        account.tier_mark, account.standing, account.cards, account.gifts, account.granted, account.membership
    )


def left_behind(account: Account) -> dict[str, Any]:
    """What the entry says with which an account goes: nothing of it stays, so that nothing of it falls due there either."""
    return {
        "tier": ENTRY_TIER if account.tier else None,
        "standing": _merged(NO_STANDING, account) if account.standing != NO_STANDING else None,
        "cards": dict.fromkeys(account.cards, NO_CARD),
        "gifts": {key: -count for key, count in account.gifts.items()},
        "granted": dict.fromkeys(account.granted, ""),
        "membership": _moved(NO_MEMBERSHIP, account) if account.membership != NO_MEMBERSHIP else None,
    }


def brought(account: Account, merged: Account, program: Program, today: date) -> dict[str, Any]:
    """What the survivor's entry says: but for cards, whose stamps may give more. Raises MembershipsBothRunError."""
    has_tier = account.tier_on(today) or not merged.tier_on(today)
    is_higher = program.rank_of(merged.standing.tier) > program.rank_of(account.standing.tier)
    longer = {perk: day for perk, day in merged.granted.items() if day > account.granted.get(perk, "")}
    return {
        "tier": None if has_tier else merged.tier_mark,
        "standing": _merged(merged.standing, account, program) if is_higher else None,
        "gifts": {key: count for key, count in merged.gifts.items() if key.rpartition("/")[2] >= today.isoformat()},
        "granted": longer,
        "membership": _moved(_membership_of_both(account.membership, merged.membership), account),
    }


def given_up(account: Account, before: Privileges, carried: Account, program: Program) -> dict[str, Any]:
    """What the survivor's entry says when a merge is undone, but for cards: `before` is what they had then, `carried` the
    account that had come.
    """
    is_raised = program.rank_of(account.standing.tier) > program.rank_of(before.standing.tier)
    came = {perk: day for perk, day in carried.granted.items() if account.granted.get(perk) == day}
    return {
        "tier": before.tier if account.tier_mark == carried.tier_mark != before.tier else None,
        "standing": _merged(before.standing, account, program) if is_raised else None,
        "gifts": {key: -count for key, count in gifts_left(account.gifts, carried).items()},
        "granted": {
            perk: before.granted.get(perk, "") for perk, day in came.items() if before.granted.get(perk) != day
        },
        "membership": _moved(before.membership, account) if _is_theirs(account.membership, before, carried) else None,
    }


def back_again(account: Account, before: Privileges, carried: Account) -> Privileges:
    """What the account that went has again: `account` is the survivor's right before they gave it up. A membership that came
    along comes back as it is now, with what has been paid for since.
    """
    is_theirs = _is_theirs(account.membership, before, carried)
    return Privileges(
        carried.tier_mark,
        carried.standing,
        carried.cards,
        gifts_left(account.gifts, carried),
        carried.granted,
        account.membership if is_theirs else carried.membership,
    )


def gifts_left(gifts: Mapping[str, int], carried: Account) -> Mapping[str, int]:
    """What is still there of the gifts that came along."""
    left = {key: min(count, gifts.get(key, 0)) for key, count in carried.gifts.items()}
    return {key: count for key, count in left.items() if count}


def regained(privileges: Privileges, account: Account) -> dict[str, Any]:
    """What the entry says with which an account comes back that has nothing: all of these."""
    return {
        "tier": privileges.tier if privileges.tier != ENTRY_TIER else None,
        "standing": _merged(privileges.standing, account) if privileges.standing != NO_STANDING else None,
        "cards": privileges.cards,
        "gifts": privileges.gifts,
        "granted": privileges.granted,
        "membership": _moved(privileges.membership, account) if privileges.membership != NO_MEMBERSHIP else None,
    }


def privileges_form(privileges: Privileges) -> dict[str, Any]:
    """Privileges as JSON-able values; what is empty is left out."""
    form = {
        "tier": privileges.tier if privileges.tier != ENTRY_TIER else (),
        "standing": privileges.standing if privileges.standing != NO_STANDING else (),
        "cards": {card: mark_form(mark) for card, mark in privileges.cards.items()},
        "gifts": privileges.gifts,
        "granted": privileges.granted,
        "membership": membership_form(privileges.membership),
    }
    return {name: value for name, value in form.items() if value}


def parse_privileges(form: Mapping[str, Any]) -> Privileges:
    """The privileges that `privileges_form` wrote."""
    return Privileges(
        TierMark(*form.get("tier", ())),
        Standing(*form.get("standing", ())),
        {card: parse_mark(mark) for card, mark in form.get("cards", {}).items()},
        form.get("gifts", {}),
        form.get("granted", {}),
        parse_membership(form.get("membership", ())),
    )


def _merged(after: Standing, account: Account, program: Program | None = None) -> StandingChange:
    return StandingChange("merged", after, account.standing.tier, rules=program.version if program else 0)


def _moved(after: Membership | None, account: Account) -> MembershipChange | None:
    """That the account's membership is another one now; None where it stays."""
    return MembershipChange("merged", after, after.plan or account.membership.plan) if after is not None else None


def _membership_of_both(own: Membership, other: Membership) -> Membership | None:
    """The one that runs; None where the survivor's stays as it is. A trial gives way to what is paid for."""
    if own.state in _PAID and other.state in _PAID:
        raise MembershipsBothRunError
    had_trial = int(own.had_trial or other.had_trial)
    takes_other = other.state in _RUNNING and (other.state in _PAID or own.state not in _RUNNING)
    after = (other if takes_other else own)._replace(had_trial=had_trial)
    return after if after != own else None


def _is_theirs(membership: Membership, before: Privileges, carried: Account) -> bool:
    """Whether the survivor's membership is the one that came along."""
    came = carried.membership
    gives_way = before.membership.state not in (_RUNNING if came.state not in _PAID else _PAID)
    return came.state in _RUNNING and gives_way and membership.plan == came.plan
