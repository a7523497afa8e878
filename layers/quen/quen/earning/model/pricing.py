"""The one order in which a purchase is priced, and the one rounding.

    eligibility    which rules apply: their campaign runs, their conditions hold, their goods are on the bill
    base           so many per amount, purchase, item or visit; of rules that combine as `best`, each line goes to one
    tier, perks    the multipliers of the member's tier and perks, each (multiplier - 1) x what the base rules gave in points,
                   as far as no limit cuts it; they add, they do not multiply each other
    multipliers    each adds (multiplier - 1) x what stands then; two of them add, they do not multiply each other
    bonuses        so many for the purchase
    caps           per purchase on the exact share
    rounding       once for each wallet, the program's way, shared among its rules by largest remainder
    limits         per day, week, month, year, ever, and budgets: on whole points

A rule with a limit beyond the purchase comes last, and gives the whole points by which the rounded sum grows with it, as
far as there is room: `min(what it would give, room)`. So a period gives `min(cap, what all its purchases would give)`, in
whatever order the receipts come, and no split of a bill slips under the cap. Where several such rules meet in one
purchase, the first shares its one rounding and each further one is rounded down by itself: if two caps shared a
fraction, small bills could earn under the one what the other has used up. Where limits of different periods cross, or
what a limit has cut is multiplied and rounded, the order of receipts can tell after all; it never passes a limit.

The same function says what is left of an award after a return: the purchase that remains, priced by the same rules, with
the facts and the room that the purchase had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from quen.earning.model.basis import Basis, basis_of
from quen.earning.model.eligibility import Applying, eligible, occasion_of
from quen.earning.model.exact import Share, exact_shares
from quen.earning.model.limits import Limit, program_limits
from quen.earning.model.rounding import allocate, rounded
from quen.earning.model.values import NOTHING, Award, Purchase, RuleShare, Skipped
from quen.errors import CurrencyMismatchError
from quen.program.model import Facts, Program, Rounding, WhenReached

NO_FACTS = Facts()


def price_purchase(
    program: Program, purchase: Purchase, *, facts: Facts = NO_FACTS, rooms: Mapping[str, int] = NOTHING
) -> Award:
    """What the purchase earns.

    `rooms` is how many points each limit may still give; one that is not named there has all of its own. Raises
    CurrencyMismatchError where an amount is not in the program's currency.
    """
    _check_currency(program, purchase)
    occasion = occasion_of(program, purchase, facts)
    basis = basis_of(program.basis, purchase)
    applying, skipped = eligible(program, occasion, basis)
    shares = _shares(program, applying, basis, facts, rooms)
    left = dict(rooms)
    for wallet in dict.fromkeys(share.wallet for share in shares):
        _round([share for share in shares if share.wallet == wallet], program.points.rounding, left)
    limits = program_limits(program, occasion.day)
    per_purchase = [(cap.points, cap.when_reached) for cap in program.caps if cap.per == "purchase"]
    limit_all([*per_purchase, *rooms_of(limits, rooms)], shares)
    beaten = [Skipped(share.rule_id, "other_rule_gives_more") for share in shares if share.is_beaten]
    award = awarded(program, shares, limits, unsaid_wait=program.points.pending_days)
    return replace(award, basis=basis.parts, skipped=(*skipped, *beaten))


def skipped_rules(program: Program, purchase: Purchase, *, facts: Facts = NO_FACTS) -> Sequence[Skipped]:
    """Which rules do not apply, and why not, as `price_purchase` says it; nothing is priced where no rules compete for goods.
    Raises CurrencyMismatchError as that does.
    """
    if any(rule.combine == "best" for rule in program.purchase_rules):
        return price_purchase(program, purchase, facts=facts).skipped
    _check_currency(program, purchase)
    _, skipped = eligible(program, occasion_of(program, purchase, facts), basis_of(program.basis, purchase))
    return skipped


def _shares(
    program: Program, applying: Sequence[Applying], basis: Basis, facts: Facts, rooms: Mapping[str, int]
) -> list[Share]:
    """The exact shares of all wallets, in the order of the rules; what tier and perks add comes last of its wallet."""
    wallets = dict.fromkeys(one.rule.wallet for one in applying)
    if len(wallets) == 1:
        return exact_shares(program, applying, basis, facts, rooms)
    shares = [
        share
        for wallet in wallets
        for share in exact_shares(program, [one for one in applying if one.rule.wallet == wallet], basis, facts, rooms)
    ]
    order = {one.rule.id: number for number, one in enumerate(applying)}
    return sorted(shares, key=lambda share: order.get(share.rule_id, len(order)))


def _round(shares: Sequence[Share], rounding: Rounding, left: dict[str, int]) -> None:
    """Whole points for every share of one wallet; `left` is what the limits still give, and less afterwards."""
    free = [share for share in shares if not share.limits]
    total = sum(share.exact for share in free)
    unit = shares[0].unit
    whole = rounded(total, unit, rounding)
    for share, points in zip(free, allocate([share.exact for share in free], unit, whole), strict=True):
        share.points = points
    is_first = True
    for share in shares:
        if share.limits:
            gain = rounded(total + share.exact, unit, rounding) - whole if is_first else share.exact // unit
            share.points = within(gain, share.limits, left)
            is_first = False


def within(points: int, limits: Sequence[Limit], left: dict[str, int]) -> int:
    """What of the points the limits let pass; `left` is what they still give, and less afterwards."""
    for limit in limits:
        room = max(0, left.get(limit.name, limit.points))
        if points > room:
            points = 0 if limit.when_reached == "reject" else room
    for limit in limits:
        left[limit.name] = left.get(limit.name, limit.points) - points
    return points


def rooms_of(limits: Sequence[Limit], rooms: Mapping[str, int]) -> list[tuple[int, WhenReached]]:
    """How many points each of these limits may still give."""
    return [(max(0, rooms.get(limit.name, limit.points)), limit.when_reached) for limit in limits]


def limit_all(rooms: Sequence[tuple[int, WhenReached]], shares: Sequence[Share]) -> None:
    """What limits the points of all rules together: what is too much is taken from the last ones."""
    shares = [share for share in shares if share.wallet == "points"]
    for room, when_reached in rooms:
        excess = sum(share.points for share in shares) - room
        if excess > 0 and when_reached == "reject":
            excess += room
        for share in reversed(shares):
            taken = min(max(0, excess), share.points)
            share.points -= taken
            excess -= taken


def awarded(program: Program, shares: Sequence[Share], limits: Sequence[Limit], *, unsaid_wait: int) -> Award:
    """What these shares come to; `limits` are those of all rules together, `unsaid_wait` the days that points wait where
    their rule does not say.
    """
    capped: dict[str, int] = {}
    waits: dict[int, int] = {}
    for share in shares:
        for limit in share.limits:
            capped[limit.name] = capped.get(limit.name, 0) + share.points
        if share.wallet == "points" and share.points:
            days = unsaid_wait if share.pending_days is None else share.pending_days
            waits[days] = waits.get(days, 0) + share.points
    points = sum(share.points for share in shares if share.wallet == "points")
    capped |= {limit.name: points for limit in limits}
    explanation = tuple(
        RuleShare(share.rule_id, program.version, share.basis, share.points, share.wallet, share.exact_text())
        for share in shares
        if not share.is_beaten
    )
    return Award(explanation, capped, waits)


def _check_currency(program: Program, purchase: Purchase) -> None:
    amounts = [purchase.total, *(line.amount for line in purchase.lines), *(one.amount for one in purchase.tenders)]
    amounts += [
        amount for amount in (purchase.tax, purchase.delivery_fee, purchase.member_discount) if amount is not None
    ]
    if any(amount.currency != program.currency for amount in amounts):
        raise CurrencyMismatchError
