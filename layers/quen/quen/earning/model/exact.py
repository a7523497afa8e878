"""Exact shares: what every rule of one wallet gives before anything is rounded.

Shares are whole numbers of one unit so small that every rule's share is exact: `unit` of them are a point.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm

from msgspec import Struct

from quen.earning.model.basis import Basis, BasisLine
from quen.earning.model.eligibility import Applying
from quen.earning.model.limits import Limit
from quen.program.model import Cap, EarningRule, Facts, Program, Wallet

ONE = Fraction(1)
DECIMALS_MAX = 6


class Share(Struct):
    """What one rule gives, in the making: `exact` in parts of a point, of which `unit` are one, `would` the same before its
    caps; whole `points` in the end. One that `is_beaten` gives nothing, because others give more for the same lines.
    """

    rule_id: str
    wallet: Wallet
    basis: int
    unit: int
    exact: int
    would: int
    limits: tuple[Limit, ...] = ()
    pending_days: int | None = None
    is_beaten: bool = False
    points: int = 0

    def exact_text(self) -> str:
        """What it would have given, where that is not what it gave: a decimal, or a fraction where that does not end."""
        whole, part = divmod(self.would, self.unit)
        if not part:
            return "" if whole == self.points else str(whole)
        shared = gcd(part, self.unit)
        part, unit = part // shared, self.unit // shared
        scaled, left = divmod(part * 10**DECIMALS_MAX, unit)
        if left:
            return f"{whole * unit + part}/{unit}"
        return f"{whole}." + f"{scaled:0{DECIMALS_MAX}d}".rstrip("0")


def exact_shares(
    program: Program, applying: Sequence[Applying], basis: Basis, facts: Facts, rooms: Mapping[str, int]
) -> list[Share]:
    """The shares of these rules, all of one wallet, in their order; what the member's tier and perks add comes last.

    What limits will cut from a base rule is not multiplied: else a cap, or a budget that is used up, would go on paying by
    way of tiers and multipliers. `rooms` is how many points each limit may still give.
    """
    if not applying:
        return []
    extras = _of_member(program, facts) if applying[0].rule.wallet == "points" else {}
    factor = ONE + sum(extras.values()) if extras else ONE
    unit = _unit(applying, extras.values())
    covered = won_lines(applying, basis)
    bases = [one for one in applying if one.rule.multiplier is None and not one.rule.is_bonus]
    given = {one.rule.id: _base(one.rule, basis, covered[one.rule.id], unit) for one in bases}
    passed = _let_through(bases, given, rooms, unit)
    whole = sum(passed.values())
    kept = {rule_id: (passed[rule_id], exact) for rule_id, exact in given.items()}
    by_line = _by_line(bases, basis, covered, unit, kept) if _looks_at_goods(applying) else []
    shares = []
    for one in applying:
        rule = one.rule
        if rule.multiplier is not None:
            of = whole if one.covered is None else sum(by_line[number] for number in one.covered)
            extra = rule.multiplier - 1
            exact = of * factor.numerator * extra.numerator // (factor.denominator * extra.denominator)
        elif rule.is_bonus:
            exact = rule.fixed * unit if _amount(basis, one.covered) else 0
        else:
            exact = given[rule.id]
        shares.append(_share(one, covered.get(rule.id, one.covered), basis, unit, exact))
    if bases:
        shares += [_of_extra(name, extra, whole, basis, unit) for name, extra in extras.items()]
    return shares


def _of_member(program: Program, facts: Facts) -> dict[str, Fraction]:
    """What the member's tier and each of their perks add to every point that base rules give, by the names of their shares:
    they add up, they do not multiply each other.
    """
    tier = program.tier_of(facts.tier)
    extras = {f"tier:{tier.id}": tier.multiplier - 1} if tier else {}
    if facts.perks:
        extras |= {f"perk:{perk.id}": perk.multiplier - 1 for perk in program.perks if perk.id in facts.perks}
    return {name: extra for name, extra in extras.items() if extra}


def _unit(applying: Sequence[Applying], extras: Iterable[Fraction] = ()) -> int:
    """The smallest part: every amount, every multiplier, the tier and the perks divide it."""
    pers = [one.rule.per for one in applying if one.rule.per]
    parts = [one.rule.multiplier.denominator for one in applying if one.rule.multiplier is not None]
    return lcm(*pers) * lcm(*(extra.denominator for extra in extras)) * lcm(*parts)


def won_lines(applying: Sequence[Applying], basis: Basis) -> dict[str, frozenset[int] | None]:
    """The lines of every base rule. Those that combine as `best` have each line once: who gives most for it, the earlier on
    a tie.
    """
    covered = {one.rule.id: one.covered for one in applying}
    rivals = [one for one in applying if one.rule.combine == "best" and one.rule.multiplier is None]
    if len(rivals) < 2:
        return covered
    unit = _unit(rivals)
    won: dict[str, set[int]] = {one.rule.id: set() for one in rivals}
    for number in range(len(basis.lines)):
        able = [one for one in rivals if one.covered is None or number in one.covered]
        if able:
            best = max(able, key=lambda one: _base(one.rule, basis, frozenset({number}), unit))
            won[best.rule.id].add(number)
    return covered | {rule_id: frozenset(lines) for rule_id, lines in won.items()}


def _base(rule: EarningRule, basis: Basis, covered: frozenset[int] | None, unit: int) -> int:
    """What a base rule gives for these lines."""
    amount = _amount(basis, covered)
    if rule.per is not None:
        return rule.fixed * amount * (unit // rule.per)
    if rule.each == "item":
        lines = basis.lines if covered is None else [basis.lines[number] for number in covered]
        return rule.fixed * sum(_pieces(rule, line) for line in lines) * unit
    return rule.fixed * unit if amount else 0


def _pieces(rule: EarningRule, line: BasisLine) -> int:
    """How many of the line's pieces count for the rule: a free thing brings no stamp."""
    is_free = rule.unit == "stamps" and not line.amount
    return 0 if is_free else line.quantity


def _let_through(
    bases: Sequence[Applying], given: Mapping[str, int], rooms: Mapping[str, int], unit: int
) -> dict[str, int]:
    """What of the shares of base rules caps and limits let through, so far as it can be told before rounding."""
    left: dict[str, int] = {}
    passed: dict[str, int] = {}
    for one in bases:
        exact = _within_purchase(given[one.rule.id], one.rule.caps, unit)
        for limit in one.limits:
            room = left.setdefault(limit.name, max(0, rooms.get(limit.name, limit.points))) * unit
            if exact > room:
                exact = 0 if limit.when_reached == "reject" else room
        for limit in one.limits:
            left[limit.name] -= -(-exact // unit)
        passed[one.rule.id] = exact
    return passed


def _by_line(
    bases: Sequence[Applying],
    basis: Basis,
    covered: Mapping[str, frozenset[int] | None],
    unit: int,
    kept: Mapping[str, tuple[int, int]],
) -> list[int]:
    """What all base rules together give for each line. What is given for a purchase as a whole is no line's; of a rule that
    is cut, every line has the part of it that is `kept`, as it is to all that there was.
    """
    totals = [0] * len(basis.lines)
    everywhere = range(len(totals))
    for one in bases:
        rule = one.rule
        if rule.per is None and rule.each != "item":
            continue
        lines = covered[rule.id]
        rate = rule.fixed * (unit // rule.per if rule.per is not None else unit)
        part, whole = kept[rule.id]
        for number in everywhere if lines is None else lines:
            line = basis.lines[number]
            share = rate * (line.amount if rule.per is not None else _pieces(rule, line))
            totals[number] += share if part == whole else share * part // whole
    return totals


def _looks_at_goods(applying: Sequence[Applying]) -> bool:
    return any(one.rule.multiplier is not None and one.covered is not None for one in applying)


def _amount(basis: Basis, covered: frozenset[int] | None) -> int:
    return basis.amount if covered is None else sum(basis.lines[number].amount for number in covered)


def _share(one: Applying, covered: frozenset[int] | None, basis: Basis, unit: int, exact: int) -> Share:
    rule = one.rule
    is_beaten = rule.combine == "best" and covered is not None and not covered
    return Share(
        rule.id,
        rule.wallet,
        _amount(basis, one.covered if is_beaten else covered),
        unit,
        _within_purchase(exact, rule.caps, unit),
        exact,
        one.limits,
        rule.pending_days,
        is_beaten,
    )


def _within_purchase(exact: int, caps: Sequence[Cap], unit: int) -> int:
    """What the caps per purchase let pass."""
    for cap in caps:
        if cap.per == "purchase" and exact > cap.points * unit:
            exact = cap.points * unit if cap.when_reached == "cap" else 0
    return exact


def _of_extra(name: str, extra: Fraction, whole: int, basis: Basis, unit: int) -> Share:
    exact = whole * extra.numerator // extra.denominator
    return Share(name, "points", basis.amount, unit, exact, exact)
