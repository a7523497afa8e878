"""Punch cards that cannot stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from quen.errors import Fault
from quen.program.document.checks.names import check_names
from quen.program.document.checks.reading import at, given, items, members, repeated, texts
from quen.program.document.faults import pointer_to

Path = tuple[str | int, ...]


def check_cards(document: object) -> Iterator[Fault]:
    """Punch cards that are there twice, have no name, or bring what is not there; and rules whose stamps go on no card."""
    sections = items(at(document, "cards"))
    yield from repeated((at(section, "id") for section in sections), ("cards",), member="id")
    rewards = {str(at(reward, "id")): members(reward) for reward in items(at(document, "rewards"))}
    for index, section in enumerate(sections):
        yield from check_names(document, at(section, "name"), ("cards", index, "name"), "A card")
        yield from _milestones(members(section), ("cards", index), rewards)
        yield from _expires(at(section, "expires"), ("cards", index, "expires"))
    named = texts(at(section, "id") for section in sections)
    for index, rule in enumerate(items(at(document, "earning"))):
        yield from _stamps_of(members(rule), pointer_to(("earning", index)), named, len(sections))


def _milestones(card: Mapping[str, Any], path: Path, rewards: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    seen: set[int] = set()
    for index, milestone in enumerate(items(card.get("milestones"))):
        pointer = pointer_to((*path, "milestones", index))
        stamp, reward_id = at(milestone, "at"), at(milestone, "reward")
        # what is no whole number, and no text, is named by the shape
        if type(stamp) is int:
            if stamp in seen:
                yield Fault(f"{pointer}/at", "duplicate", "Another milestone is at this stamp: each stands here once.")
            if type(card.get("stamps")) is int and stamp > card["stamps"]:
                sentence = "The card is full before this stamp, so the milestone would never be reached."
                yield Fault(f"{pointer}/at", "never", sentence)
            seen.add(stamp)
        if isinstance(reward_id, str):
            yield from _reward(reward_id, pointer, rewards)


def _reward(reward_id: str, pointer: str, rewards: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    if reward_id not in rewards:
        sentence = "No reward of that name is listed under `rewards`: add it there, or correct the spelling."
        yield Fault(f"{pointer}/reward", "unknown_reward", sentence)
    elif given(rewards[reward_id], "stock"):
        sentence = "There are only so many of this reward: a card promises what everybody can have."
        yield Fault(f"{pointer}/reward", "limited_stock", sentence)


def _expires(expires: object, path: Path) -> Iterator[Fault]:
    said = members(expires)
    if isinstance(expires, Mapping) and given(said, "months") == given(said, "days"):
        yield Fault(
            pointer_to(path), "exactly_one", 'Say exactly one of "months" and "days"; a card for good has neither.'
        )


def _stamps_of(rule: Mapping[str, Any], pointer: str, cards: frozenset[str], count: int) -> Iterator[Fault]:
    """Faults of a rule with the card that its stamps go on."""
    if not given(rule, "card"):
        if rule.get("wallet") == "stamps" and count > 1:
            sentence = "There are several cards: say which one the stamps go on."
            yield Fault(f"{pointer}/card", "missing", sentence)
        return
    if rule.get("wallet") != "stamps":
        yield Fault(f"{pointer}/card", "contradiction", "Only stamps go on a card: say `wallet: stamps`.")
    if isinstance(rule["card"], str) and rule["card"] not in cards:
        sentence = "No card of that name is listed under `cards`: add it there, or correct the spelling."
        yield Fault(f"{pointer}/card", "unknown_card", sentence)
