"""Rewards, and payments with points, that cannot stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from quen.errors import Fault
from quen.program.document.checks.conditions import check_goods, check_window, names_of
from quen.program.document.checks.reading import at, items, members, repeated
from quen.program.document.checks.values import decimal_of
from quen.program.document.faults import pointer_to
from quen.program.document.values import Locale

PERCENT_MAX = 100

_TEXTS = (("name",), ("terms",), ("benefit", "cause"), ("benefit", "event"))
_UNKNOWN = {
    "tier": "No tier of that name is listed under `tiers`: add it there, or correct the spelling.",
    "segment": "No segment of that name is listed under `segments`: add it there, or correct the spelling.",
}
_SENTENCES = {
    "name": "A reward has a name in every locale of the program.",
    "terms": "The terms are told in every locale of the program.",
    "cause": "A cause is told in every locale of the program.",
    "event": "An event is told in every locale of the program.",
}


def check_rewards(document: object) -> Iterator[Fault]:
    """Rewards that are there twice, that nobody could ever have, or that are not told in some language."""
    rewards = items(at(document, "rewards"))
    yield from repeated((at(reward, "id") for reward in rewards), ("rewards",), member="id")
    locales = [locale for locale in get_args(Locale) if locale in items(at(document, "program", "locales"))]
    known = names_of(document)
    for index, reward in enumerate(rewards):
        path: tuple[str | int, ...] = ("rewards", index)
        yield from _texts(reward, path, locales)
        yield from _gates(members(reward), path, known["tier"], known["segment"])
        yield from check_window(at(reward, "window"), (*path, "window"))
        yield from _stores(members(reward), path)
        benefit = members(at(reward, "benefit"))
        yield from repeated(items(benefit.get("skus")), (*path, "benefit", "skus"))
        yield from check_percent(benefit, pointer_to((*path, "benefit")))


def check_payment(document: object) -> Iterator[Fault]:
    """Points that could pay for nothing."""
    payment = members(at(document, "payment"))
    minimum, multiple = payment.get("minimum"), payment.get("multiple")
    share = decimal_of(payment.get("max_share"))
    if share is not None and not 0 < share <= 1:
        sentence = 'A share of the bill is more than "0" and at most "1", the whole of it.'
        yield Fault("/payment/max_share", "out_of_range", sentence)
    # what is no whole number is named by the shape
    if type(minimum) is int and type(multiple) is int and multiple > 0 and minimum % multiple:
        sentence = "Nobody can pay with just so many: the least that is taken is one of the steps."
        yield Fault("/payment/minimum", "contradiction", sentence)
    yield from check_goods(payment.get("excluded"), ("payment", "excluded"), names_of(document)["category"])


def check_discounts(document: object) -> Iterator[Fault]:
    """What tiers could have off no bill."""
    categories = names_of(document)["category"]
    for index, tier in enumerate(items(at(document, "tiers"))):
        path = ("tiers", index, "discount")
        yield from check_percent(members(at(tier, "discount")), pointer_to(path))
        yield from check_goods(at(tier, "discount", "excluded"), (*path, "excluded"), categories)


def _texts(reward: object, path: tuple[str | int, ...], locales: Sequence[str]) -> Iterator[Fault]:
    for steps in _TEXTS:
        texts = at(reward, *steps)
        if not isinstance(texts, Mapping):
            continue  # not said, or the shape says so
        for locale in locales:
            if locale not in texts:
                yield Fault(pointer_to((*path, *steps, locale)), "missing", _SENTENCES[steps[-1]])


def _gates(
    reward: Mapping[str, Any], path: tuple[str | int, ...], tiers: frozenset[str], segments: frozenset[str]
) -> Iterator[Fault]:
    named = items(reward.get("tiers"))
    yield from repeated(named, (*path, "tiers"))
    for index, tier in enumerate(named):
        if isinstance(tier, str) and tier not in tiers:  # what is no text is named by the shape
            yield Fault(
                pointer_to((*path, "tiers", index)),
                "unknown_tier",
                _UNKNOWN["tier"],
            )
    for tier in members(reward.get("price_by_tier")):
        pointer = pointer_to((*path, "price_by_tier", tier))
        if tier not in tiers:
            yield Fault(
                pointer,
                "unknown_tier",
                _UNKNOWN["tier"],
            )
        elif named and tier not in named:
            sentence = "Members of this tier cannot have the reward, so it has no price for them."
            yield Fault(pointer, "contradiction", sentence)
    if isinstance(reward.get("segment"), str) and reward["segment"] not in segments:
        yield Fault(
            pointer_to((*path, "segment")),
            "unknown_segment",
            _UNKNOWN["segment"],
        )


def _stores(reward: Mapping[str, Any], path: tuple[str | int, ...]) -> Iterator[Fault]:
    stores = items(reward.get("stores"))
    yield from repeated(stores, (*path, "stores"))
    for store in members(reward.get("stock")):
        if stores and store not in stores:
            sentence = "There is stock at a store at which the reward is not redeemed."
            yield Fault(pointer_to((*path, "stock", store)), "contradiction", sentence)
    for index, named in enumerate(stores):
        if isinstance(reward.get("stock"), Mapping) and isinstance(named, str) and named not in reward["stock"]:
            sentence = "This store has no stock of the reward; say how many it has, 0 if none."
            yield Fault(pointer_to((*path, "stores", index)), "missing", sentence)


def check_percent(values: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    """A fault where percent are none, or more than all."""
    percent = decimal_of(values.get("percent"))
    if percent is not None and not 0 < percent <= PERCENT_MAX:
        yield Fault(f"{pointer}/percent", "out_of_range", "Percent are more than 0 and at most 100.")
