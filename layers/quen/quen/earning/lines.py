"""What each line of a receipt has earned: every rule's points, shared among the lines that counted for it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from quen.earning.model import Purchase, RuleShare, basis_of, eligible, in_proportion, occasion_of, won_lines
from quen.program.model import Facts, Program


def points_by_line(program: Program, purchase: Purchase, facts: Facts, shares: Sequence[RuleShare]) -> dict[str, int]:
    """Points by `line_id`, in the order of the receipt; `shares` are what the purchase's rules gave.

    A rule's points go to the lines that it looked at, in proportion to what of them earns, in whole points by largest
    remainder. So the lines add up to the award, but for what was earned by what no line names.
    """
    if not purchase.lines:
        return {}
    basis = basis_of(program.basis, purchase)
    applying, _ = eligible(program, occasion_of(program, purchase, facts), basis)
    won = won_lines([one for one in applying if one.rule.wallet == "points"], basis)
    everything = range(len(basis.lines))
    points = dict.fromkeys((line.line_id for line in purchase.lines), 0)
    for share in shares:
        if share.wallet != "points" or not share.points:
            continue
        covered = won.get(share.rule_id)
        numbers = everything if covered is None else sorted(covered)
        parts = in_proportion(share.points, [basis.lines[number].amount for number in numbers])
        for number, part in zip(numbers, parts, strict=True):
            if line_id := basis.lines[number].line_id:
                points[line_id] += part
    return points
