"""A plan on the terminal: what changes, what sample baskets earn before and after, what to know."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from local.terminal import grouped, print_table

MARKS = {"added": "+", "changed": "~", "removed": "-"}
VALUE_WIDTH_MAX = 90
OTHER_WALLETS = ("qualifying", "stamps")

Plan = Mapping[str, Any]
"""As `POST /v1/program/plan` answers it."""


def print_plan(plan: Plan) -> None:
    """The whole plan, for people."""
    sys.stdout.write(_headline(plan) + "\n")
    if plan["changes"]:
        sys.stdout.write("\n")
        width = max(len(change["path"]) for change in plan["changes"])
        for change in plan["changes"]:
            sys.stdout.write(f"{MARKS[change['change']]} {change['path']:<{width}}  {_values(change)}\n")
    sys.stdout.write("\n")
    _print_baskets(plan["baskets"])
    if plan["tier_moves"]:
        _print_tier_moves(plan["tier_moves"])
    if plan["warnings"]:
        sys.stdout.write("\nGood to know:\n")
    for warned in plan["warnings"]:
        sys.stdout.write(f"  {warned['path']}: {warned['text']['en']}\n")


def _headline(plan: Plan) -> str:
    if plan["unchanged"]:
        version = plan["version"]
        return "Nothing changes." if version is None else f"Nothing changes: version {version} says it already."
    counts = [
        f"{number} {kind}" for kind in MARKS if (number := sum(change["change"] == kind for change in plan["changes"]))
    ]
    told = ", ".join(counts)
    if plan["version"] is None:
        return f"{told}."
    instead = "" if plan["compared_with"] is None else f" in place of version {plan['compared_with']}"
    return f"Version {plan['version']}{instead}, from {plan['effective_from']}: {told}."


def _values(change: Mapping[str, Any]) -> str:
    if change["change"] == "changed":
        return f"{_short(change['before'])} → {_short(change['after'])}"
    return _short(change["before"] if change["change"] == "removed" else change["after"])


def _short(value: Any) -> str:
    """The value on one line, cut where it is too long to be read."""
    text = _text(value)
    return text if len(text) <= VALUE_WIDTH_MAX else text[: VALUE_WIDTH_MAX - 1] + "…"


def _text(value: Any) -> str:
    """The value; of a thing with a name the name comes first, and what the path says already is not said again."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    name = value.get("name")
    named = f"“{name.get('en') or next(iter(name.values()))}” " if isinstance(name, dict) and name else ""
    rest = {member: said for member, said in value.items() if member != "id" and (member != "name" or not named)}
    return (named + (json.dumps(rest, ensure_ascii=False) if rest or not named else "")).strip()


def _print_baskets(baskets: Sequence[Mapping[str, Any]]) -> None:
    rows = []
    befores = ["" if basket["points_before"] is None else grouped(basket["points_before"]) for basket in baskets]
    width = max(map(len, befores), default=0)
    for basket, before in zip(baskets, befores, strict=True):
        worth = basket["worth_difference"]
        differs = worth is not None and (worth["amount"] or basket["points_before"] != basket["points_after"])
        money = f"{worth['amount']:+,} {worth['currency']}" if differs else ""
        name, total = basket["name"]["en"], basket["total"]["amount"]
        rows.append(
            (name, total, before.rjust(width), "→" if differs else "", basket["points_after"], money, _others(basket))
        )
    print_table(("basket", "total", "before", "", "after", "worth", ""), rows)


def _print_tier_moves(found: Mapping[str, Any]) -> None:
    """How many come from which tier to which, and whom the document brings elsewhere than the present one would."""
    sys.stdout.write(f"\n{grouped(found['members'])} members above the entry tier{':' if found['counts'] else '.'}\n")
    rows = [
        (count["from"] or "none", "→", count["to"] or "none", count["planned"], count["instead"])
        for count in found["counts"]
    ]
    if rows:
        print_table(("from", "", "to", "planned", "instead"), rows)
    for move in found["moves"]:
        told = f"{_outlook(move['planned'])} instead of {_outlook(move['instead'])}"
        sys.stdout.write(f"  {move['member_id']}: {move['from'] or 'none'}, then {told}\n")
    if not found["is_all"]:
        sys.stdout.write("  … and more\n")


def _outlook(outlook: Mapping[str, Any]) -> str:
    tier = outlook["tier"] or "none"
    return f"{tier} on {outlook['on']}" if outlook["on"] else tier


def _others(basket: Mapping[str, Any]) -> str:
    """What changes in the other wallets."""
    told = []
    for wallet in OTHER_WALLETS:
        before, after = basket[f"{wallet}_before"], basket[f"{wallet}_after"]
        if before is not None and before != after:
            told.append(f"{wallet} {grouped(before)} → {grouped(after)}")
    return ", ".join(told)
