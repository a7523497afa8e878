"""Campaigns, categories, events and the basis that cannot stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from quen.errors import Fault
from quen.program.document.checks.conditions import (
    check_goods,
    check_when,
    check_window,
    merged,
    names_of,
    scope_of,
    window_of,
)
from quen.program.document.checks.earning import OTHER_WALLETS, PURCHASES
from quen.program.document.checks.limits import check_caps
from quen.program.document.checks.names import check_names
from quen.program.document.checks.reading import at, items, members, repeated, texts
from quen.program.document.faults import pointer_to
from quen.program.model import EVENTS


def check_campaigns(document: object) -> Iterator[Fault]:
    """Campaigns that never run, that nothing belongs to, or whose budget no rule could ever use."""
    campaigns = items(at(document, "campaigns"))
    yield from repeated((at(campaign, "id") for campaign in campaigns), ("campaigns",), member="id")
    known = names_of(document)
    rules = items(at(document, "earning"))
    used = texts(at(rule, "campaign") for rule in rules)
    for index, campaign in enumerate(campaigns):
        path = ("campaigns", index)
        yield from check_names(document, at(campaign, "name"), (*path, "name"), "A campaign")
        yield from check_window(at(campaign, "window"), (*path, "window"))
        if isinstance(at(campaign, "when"), Mapping):
            yield from check_when(at(campaign, "when"), (*path, "when"), known)
        alone = scope_of(at(campaign, "when")), window_of(at(campaign, "window"))
        if all(scope.empty is None for scope in alone) and merged(*alone).empty:
            sentence = "Its conditions never hold within its window, so the campaign would never count."
            yield Fault(pointer_to((*path, "window")), "never", sentence)
        yield from check_caps(members(campaign), pointer_to(path), 0)
        wallets = [at(rule, "wallet") for rule in rules if at(rule, "campaign") == at(campaign, "id")]
        if at(campaign, "budget") is not None and wallets and all(wallet in OTHER_WALLETS for wallet in wallets):
            sentence = "A budget is of points, and the campaign's rules give none: it would never be used."
            yield Fault(pointer_to((*path, "budget")), "never", sentence)
        if isinstance(at(campaign, "id"), str) and at(campaign, "id") not in used:
            sentence = "No earning rule names this campaign, so it would do nothing."
            yield Fault(pointer_to((*path, "id")), "unused", sentence)


def check_categories(document: object) -> Iterator[Fault]:
    """Categories that are there twice, belong to one that is not there, or contain themselves."""
    sections = items(at(document, "categories"))
    yield from repeated((at(section, "id") for section in sections), ("categories",), member="id")
    parents = {str(at(section, "id")): at(section, "in") for section in sections}
    for index, section in enumerate(sections):
        parent = at(section, "in")
        pointer = pointer_to(("categories", index, "in"))
        if isinstance(parent, str) and parent not in parents:
            sentence = "No category of that name is listed here: add it, or correct the spelling."
            yield Fault(pointer, "unknown_category", sentence)
        elif isinstance(parent, str) and _contains_itself(str(at(section, "id")), parents):
            yield Fault(pointer, "cycle", "The category would be a part of itself, by way of those that it is in.")


def check_events(document: object) -> Iterator[Fault]:
    """Events that are there twice, have no name, or are known already."""
    events = items(at(document, "events"))
    yield from repeated((at(event, "type") for event in events), ("events",), member="type")
    for index, event in enumerate(events):
        yield from check_names(document, at(event, "name"), ("events", index, "name"), "An event")
        if at(event, "type") in [*EVENTS, *PURCHASES, "enrolment"]:
            sentence = "Every program knows this event: only events of your own are listed."
            yield Fault(pointer_to(("events", index, "type")), "duplicate", sentence)


def check_basis(document: object) -> Iterator[Fault]:
    """Goods of the basis that nothing has, and the limits of all rules."""
    known = names_of(document)
    yield from check_goods(at(document, "basis", "without_goods"), ("basis", "without_goods"), known["category"])
    yield from check_caps(members(document), "", 0)


def _contains_itself(category: str, parents: Mapping[str, object]) -> bool:
    seen: set[object] = set()
    parent = parents.get(category)
    while isinstance(parent, str) and parent not in seen:
        if parent == category:
            return True
        seen.add(parent)
        parent = parents.get(parent)
    return False
