"""Perks that cannot stand: that nobody could ever have or use, or that are not told in some language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from quen.errors import Fault
from quen.program.document.checks.conditions import check_goods, names_of
from quen.program.document.checks.earning import check_multiplier
from quen.program.document.checks.names import check_names
from quen.program.document.checks.reading import at, items, members, repeated, texts
from quen.program.document.checks.rewards import check_percent
from quen.program.document.checks.values import decimal_of
from quen.program.document.faults import pointer_to

Path = tuple[str | int, ...]

_UNKNOWN = {
    "tiers": ("unknown_tier", "No tier of that name is listed under `tiers`: add it there, or correct the spelling."),
    "plans": (
        "unknown_plan",
        "No plan of that name is listed under `memberships`: add it there, or correct the spelling.",
    ),
    "rewards": (
        "unknown_reward",
        "No reward of that name is listed under `rewards`: add it there, or correct the spelling.",
    ),
}


def check_perks(document: object) -> Iterator[Fault]:
    """Perks that are there twice, have no name, or that nobody could have or use."""
    sections = items(at(document, "perks"))
    yield from repeated((at(section, "id") for section in sections), ("perks",), member="id")
    rewards = {
        at(reward, "id"): reward for reward in items(at(document, "rewards")) if isinstance(at(reward, "id"), str)
    }
    known = {
        "tiers": names_of(document)["tier"],
        "plans": texts(at(plan, "id") for plan in items(at(document, "memberships"))),
        "rewards": texts(rewards),
    }
    categories = names_of(document)["category"]
    for index, section in enumerate(sections):
        path: Path = ("perks", index)
        perk = members(section)
        if isinstance(perk.get("id"), str) and perk["id"] in rewards:
            sentence = "A reward has this id: perks and rewards are redeemed by their ids, so each is there once."
            yield Fault(pointer_to((*path, "id")), "duplicate", sentence)
        yield from check_names(document, perk.get("name"), (*path, "name"), "A perk")
        yield from check_names(document, perk.get("terms"), (*path, "terms"), "A perk with terms", "tells them")
        for name in _UNKNOWN:
            yield from _named(perk, name, path, known[name])
        yield from check_multiplier(perk, pointer_to(path))
        yield from _gives_nothing(perk, path)
        yield from check_percent(perk, pointer_to(path))
        yield from check_goods(perk.get("excluded"), (*path, "excluded"), categories)
        yield from _early(perk, path, rewards)
        yield from _quota(perk, path, known)


def _named(perk: Mapping[str, Any], name: str, path: Path, known: frozenset[str]) -> Iterator[Fault]:
    """Names that nothing has, or that stand there twice."""
    named = items(perk.get(name))
    yield from repeated(named, (*path, name))
    for index, one in enumerate(named):
        if isinstance(one, str) and one not in known:  # what is no text is named by the shape
            yield Fault(pointer_to((*path, name, index)), *_UNKNOWN[name])


def _gives_nothing(perk: Mapping[str, Any], path: Path) -> Iterator[Fault]:
    if perk.get("kind") == "multiplier" and decimal_of(perk.get("multiplier")) == 1:
        sentence = "Points times 1 are what they were: a perk multiplies them by more."
        yield Fault(pointer_to((*path, "multiplier")), "never", sentence)


def _early(perk: Mapping[str, Any], path: Path, rewards: Mapping[object, object]) -> Iterator[Fault]:
    """Rewards that have no first day cannot be had before it."""
    if perk.get("kind") != "early_access":
        return
    for index, reward in enumerate(items(perk.get("rewards"))):
        if isinstance(reward, str) and reward in rewards and at(rewards[reward], "window", "from") is None:
            sentence = "This reward's window has no first day, so nobody can have it earlier."
            yield Fault(pointer_to((*path, "rewards", index)), "never", sentence)
    if perk.get("rewards") is None and all(at(one, "window", "from") is None for one in rewards.values()):
        sentence = "No reward has a window with a first day, so there is nothing to have earlier."
        yield Fault(pointer_to(path), "never", sentence)


def _quota(perk: Mapping[str, Any], path: Path, known: Mapping[str, frozenset[str]]) -> Iterator[Fault]:
    """Uses of nobody, and periods that some holders do not have."""
    quota = members(perk.get("quota"))
    tiers, plans = texts(items(perk.get("tiers"))), texts(items(perk.get("plans")))
    uses = members(quota.get("uses"))
    for holder in uses:
        pointer = pointer_to((*path, "quota", "uses", holder))
        if holder in tiers and holder in plans:
            sentence = "A tier and a plan have this name, and nobody can tell which is meant: rename one."
            yield Fault(pointer, "contradiction", sentence)
        elif holder not in tiers | plans:
            sentence = "The perk is for no tier and no plan of this name, so nobody has these uses."
            yield Fault(pointer, "contradiction", sentence)
    if uses:
        for holder in sorted((tiers & known["tiers"] | plans & known["plans"]) - set(uses)):
            sentence = "Some who have the perk have no uses here: say how many, 0 if none."
            yield Fault(pointer_to((*path, "quota", "uses", holder)), "missing", sentence)
        if not any(count for count in uses.values()):
            sentence = "Nobody has any use of it: say how often somebody has."
            yield Fault(pointer_to((*path, "quota", "uses")), "never", sentence)
    if quota.get("per") == "membership_period" and (tiers or not plans):
        sentence = "Only memberships have such a period: this is for perks of plans alone."
        yield Fault(pointer_to((*path, "quota", "per")), "contradiction", sentence)
