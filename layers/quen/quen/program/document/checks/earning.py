"""Ways to earn that cannot stand: rules that say too much, too little, or nothing that could ever count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any, get_args

from quen.errors import Fault
from quen.program.document.checks.conditions import (
    Path,
    Scope,
    check_goods,
    check_when,
    merged,
    names_of,
    scope_of,
    window_of,
)
from quen.program.document.checks.limits import check_caps, least_given
from quen.program.document.checks.reading import at, given, items, members, repeated, texts
from quen.program.document.faults import pointer_to
from quen.program.model import EVENTS, WalletUnit, card_wallet

MULTIPLIER_MAX = 100
PURCHASES = ("purchase", "first_purchase")

_DECIMAL = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")
_WALLETS: tuple[WalletUnit, ...] = get_args(WalletUnit)
OTHER_WALLETS = tuple(wallet for wallet in _WALLETS if wallet != "points")
_ONLY_FOR_PURCHASES = ("per", "each", "multiplier", "bonus", "goods", "combine")
_ASKED_OF_PURCHASES = ("amount", "category", "sku", "tender", "nth_purchase")


def check_earning(document: object) -> Iterator[Fault]:
    """Every fault of the rules, and between them."""
    rules = items(at(document, "earning"))
    yield from repeated((at(rule, "id") for rule in rules), ("earning",), member="id")
    bases = [_earned(rule) for rule in rules if _is_base(rule)]
    known = names_of(document)
    campaigns = {str(at(campaign, "id")): campaign for campaign in items(at(document, "campaigns"))}
    for index, rule in enumerate(rules):
        path = ("earning", index)
        yield from repeated(items(at(rule, "when", "weekday")), (*path, "when", "weekday"))
        if isinstance(at(rule, "when"), Mapping):
            yield from check_when(at(rule, "when"), (*path, "when"), known)
        yield from check_goods(at(rule, "goods"), (*path, "goods"), known["category"])
        yield from _worthless(document, at(rule, "goods"), (*path, "goods"))
        yield from _shape(document, members(rule), pointer_to(path), bases)
        yield from check_caps(members(rule), pointer_to(path), least_given(members(rule), _scope(rule, None)))
        yield from _never(members(rule), pointer_to(path))
        yield from _campaign(members(rule), pointer_to(path), campaigns)
    yield from _exclusive(rules, campaigns)


def _worthless(document: object, goods: object, path: Path) -> Iterator[Fault]:
    """A fault where all the goods of a rule are among those that earn nothing."""
    without = at(document, "basis", "without_goods")
    asked = [(name, texts(items(at(goods, name)))) for name in ("categories", "skus")]
    if any(values for _, values in asked) and all(values <= texts(items(at(without, name))) for name, values in asked):
        sentence = "All of these goods earn nothing by `basis.without_goods`, so the rule would never count."
        yield Fault(pointer_to(path), "never", sentence)


def _shape(document: object, rule: Mapping[str, Any], pointer: str, bases: Sequence[object]) -> Iterator[Fault]:
    event = at(rule, "on")
    if event == "purchase":
        yield from _purchase_rule(rule, pointer, bases)
    elif event == "first_purchase":
        yield from _fixed_rule(rule, pointer, "The first purchase gives a bonus of so many points.")
    elif event == "enrolment":
        yield from _enrolment_rule(rule, pointer)
    elif isinstance(event, str):
        if event in EVENTS | texts(at(known, "type") for known in items(at(document, "events"))):
            yield from _event_rule(rule, pointer)
        else:
            sentence = "No such event is known: list it under `events`, or correct the spelling."
            yield Fault(f"{pointer}/on", "unknown_event", sentence)


def _purchase_rule(rule: Mapping[str, Any], pointer: str, bases: Sequence[object]) -> Iterator[Fault]:
    ways = [name for name in ("points", "multiplier", "bonus") if given(rule, name)]
    if not ways:
        sentence = "A rule says how many `points` it gives, or has a `multiplier` or a `bonus`."
        yield Fault(f"{pointer}/points", "missing", sentence)
    if given(rule, "multiplier"):
        yield from _multiplier(rule, pointer, bases)
    elif given(rule, "bonus"):
        for name in ("points", "per", "each", "combine"):
            if given(rule, name):
                yield Fault(f"{pointer}/{name}", "contradiction", "A bonus is so many for the purchase, and no more.")
    else:
        yield from _base(rule, pointer)
    if given(rule, "pending") and _wallet(rule) in OTHER_WALLETS:
        yield Fault(f"{pointer}/pending", "contradiction", "Only points wait; qualifying points and stamps never do.")


def _base(rule: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    if given(rule, "per") and given(rule, "each"):
        sentence = "A rule gives points per amount, or for each purchase, item or visit: not both."
        yield Fault(f"{pointer}/each", "contradiction", sentence)
    if not given(rule, "per") and not given(rule, "each") and given(rule, "points") and _wallet(rule) == "points":
        sentence = "Say per which amount the rule gives points, or for `each` what; only other wallets may do without."
        yield Fault(f"{pointer}/per", "missing", sentence)
    is_by_line = given(rule, "per") or rule.get("each") == "item"
    if rule.get("combine") == "best" and not is_by_line:
        sentence = "Only rules per amount or per item are compared line by line."
        yield Fault(f"{pointer}/combine", "contradiction", sentence)


def _multiplier(rule: Mapping[str, Any], pointer: str, bases: Sequence[object]) -> Iterator[Fault]:
    for name in ("points", "per", "each", "bonus", "combine"):
        if given(rule, name):
            yield Fault(f"{pointer}/{name}", "contradiction", "A rule with a multiplier gives no points of its own.")
    # A wallet that nobody knows is a fault of its own, and may have been meant for this one.
    # So is a card that nobody names where there are several.
    if _wallet(rule) in _WALLETS and not any(_can_be(base, _earned(rule)) for base in bases):
        sentence = "No rule without a multiplier gives anything to this wallet."
        yield Fault(f"{pointer}/multiplier", "nothing_to_multiply", sentence)
    yield from check_multiplier(rule, pointer)


def check_multiplier(section: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    """A fault where a multiplier would take points away, or is beyond all measure."""
    multiplier = section.get("multiplier")
    is_decimal = isinstance(multiplier, str) and _DECIMAL.fullmatch(multiplier)
    if is_decimal and not 1 <= Fraction(str(multiplier)) <= MULTIPLIER_MAX:
        yield Fault(f"{pointer}/multiplier", "out_of_range", f"A multiplier is between 1 and {MULTIPLIER_MAX}.")


def _fixed_rule(rule: Mapping[str, Any], pointer: str, sentence: str) -> Iterator[Fault]:
    if not given(rule, "points"):
        yield Fault(f"{pointer}/points", "missing", "A rule says how many points it gives.")
    for name in ("per", "each", "multiplier", "bonus", "combine"):
        if given(rule, name):
            yield Fault(f"{pointer}/{name}", "contradiction", sentence)


def _event_rule(rule: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    yield from _fixed_rule(rule, pointer, "An event gives so many points each time.")
    if given(rule, "goods"):
        yield Fault(f"{pointer}/goods", "contradiction", "This is for purchases; nothing is bought at an event.")
    for name in _ASKED_OF_PURCHASES:
        if at(rule, "when", name) is not None:
            sentence = "This is asked of purchases; an event has no bill, so the rule would never count."
            yield Fault(f"{pointer}/when/{name}", "never", sentence)


def _enrolment_rule(rule: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    if not given(rule, "points"):
        yield Fault(f"{pointer}/points", "missing", "A rule for enrolment says how many points it gives.")
    for name in (*_ONLY_FOR_PURCHASES, "pending", "when", "cap", "caps", "campaign", "exclusive"):
        if given(rule, name):
            yield Fault(f"{pointer}/{name}", "contradiction", "This is for purchases; a member enrols once.")
    if _wallet(rule) in OTHER_WALLETS:
        yield Fault(f"{pointer}/wallet", "contradiction", "Joining gives points; the other wallets are for purchases.")


def _never(rule: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    """A fault where what must hold can, but never for what the rule is on: a first purchase, an event without a bill."""
    is_named = not _is_of_purchases(rule) and any(at(rule, "when", name) is not None for name in _ASKED_OF_PURCHASES)
    if not is_named and scope_of(rule.get("when")).empty is None and (empty := _scope(rule, None).empty):
        where = f"/{empty}" if at(rule, "when", empty) is not None else ""
        sentence = f"This can never hold for what the rule is on, {rule.get('on')}, so the rule would never count."
        yield Fault(f"{pointer}/when{where}", "never", sentence)


def _campaign(rule: Mapping[str, Any], pointer: str, campaigns: Mapping[str, object]) -> Iterator[Fault]:
    """Faults of a rule with the campaign that it belongs to: there is none, or both never hold at once."""
    if not given(rule, "campaign"):
        return
    campaign = campaigns.get(rule["campaign"]) if isinstance(rule["campaign"], str) else None
    if campaign is None:
        sentence = "No campaign of that name is listed under `campaigns`: add it there, or correct the spelling."
        yield Fault(f"{pointer}/campaign", "unknown_campaign", sentence)
        return
    campaigning = merged(scope_of(at(campaign, "when")), window_of(at(campaign, "window")))
    alone = _scope(rule, None).empty is None and campaigning.empty is None
    if alone and (empty := _scope(rule, campaign).empty):
        sentence = "The rule's conditions and its campaign's never hold at once, so the rule would never count."
        where = f"/when/{empty}" if at(rule, "when", empty) is not None else "/campaign"
        yield Fault(pointer + where, "never", sentence)


def _exclusive(rules: Sequence[object], campaigns: Mapping[str, object]) -> Iterator[Fault]:
    """A fault at the later of two rules that exclude each other and can still both apply."""
    groups: dict[str, list[tuple[int, Scope]]] = {}
    for index, rule in enumerate(rules):
        group = at(rule, "exclusive")
        if isinstance(group, str):
            groups.setdefault(group, []).append((index, _scope(rule, campaigns.get(str(at(rule, "campaign"))))))
    for found in groups.values():
        overlapping = {later for (_, one), (later, other) in combinations(found, 2) if one.meets(other)}
        for index in sorted(overlapping):
            sentence = "Another rule of this exclusive group can apply at the same time: let their windows not overlap."
            yield Fault(pointer_to(("earning", index, "exclusive")), "overlapping", sentence)


def _scope(rule: object, campaign: object) -> Scope:
    own = merged(scope_of(at(rule, "when")), _occasion_of(rule))
    return merged(own, merged(scope_of(at(campaign, "when")), window_of(at(campaign, "window"))))


def _occasion_of(rule: object) -> Scope:
    """What the event that the rule is on leaves: only a purchase has a bill, and only one purchase is the first."""
    event = at(rule, "on")
    if not isinstance(event, str) or event == "enrolment":
        return Scope()
    if _is_of_purchases(rule):
        sets = {"on": frozenset({"purchase"})}
        return Scope(sets | {"nth_purchase": frozenset({"1"})} if event == "first_purchase" else sets)
    return Scope({"on": frozenset({event})}, at_most=0, has_bill=False)


def _is_of_purchases(rule: object) -> bool:
    return at(rule, "on") in PURCHASES


def _is_base(rule: object) -> bool:
    """Whether it may be what multipliers multiply; one on an event that nobody knows may have been meant for purchases."""
    return (
        at(rule, "on") not in [*EVENTS, "enrolment", "first_purchase"]
        and at(rule, "multiplier") is None
        and at(rule, "bonus") is None
    )


def _can_be(base: object, wallet: object) -> bool:
    """Whether a rule that earns `base` may be one that a multiplier of that wallet multiplies. Stamps without a card go on the
    only one there is, whether the other rule names it or not.
    """
    units = {str(each).partition("/")[0] for each in (base, wallet)}
    is_unsaid = units == {"stamps"} and "stamps" in (base, wallet)
    return base == wallet or is_unsaid or not units <= set(_WALLETS)


def _earned(rule: object) -> object:
    """The same, of stamps with the card that they go on, where the rule names one."""
    card = at(rule, "card")
    return card_wallet(card) if _wallet(rule) == "stamps" and isinstance(card, str) else _wallet(rule)


def _wallet(rule: object) -> object:
    """What the rule earns, as it was written; points, where nothing was."""
    wallet = at(rule, "wallet")
    return "points" if wallet is None else wallet
