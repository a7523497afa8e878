"""What every basket earns before and after a change, and what the difference is worth."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from quen.earning.model import RuleShare, price_purchase
from quen.money import Money
from quen.planning.model.baskets import Basket
from quen.program.model import Program, WalletUnit, unit_of_wallet


class Earned(Struct, frozen=True):
    """What a basket earns by one program: every rule's share that is not nothing, and what the points are worth there."""

    shares: tuple[RuleShare, ...]
    worth: Money

    def of(self, unit: WalletUnit) -> int:
        """What is earned in that unit: of stamps, on all cards together."""
        return sum(share.points for share in self.shares if unit_of_wallet(share.wallet) == unit)


class BasketPlan(Struct, frozen=True):
    """One basket by both programs. `before` is None where there was no program, or one in another currency."""

    basket: Basket
    total: Money
    before: Earned | None
    after: Earned

    @property
    def worth_difference(self) -> int | None:
        """What the shop gives more (or less, negative) for it than before, in the currency's smallest unit."""
        return None if self.before is None else self.after.worth.amount - self.before.worth.amount

    @property
    def points_difference(self) -> int | None:
        """How many points it earns more than before, or fewer."""
        return None if self.before is None else self.after.of("points") - self.before.of("points")


def compare(before: Program | None, after: Program, baskets: Sequence[Basket]) -> list[BasketPlan]:
    """Every basket by both programs."""
    comparable = before if before is not None and before.currency == after.currency else None
    return [
        BasketPlan(
            basket,
            Money(basket.draft.amount, after.currency),
            earned(comparable, basket) if comparable else None,
            earned(after, basket),
        )
        for basket in baskets
    ]


def earned(program: Program, basket: Basket) -> Earned:
    """What the basket earns by that program, by a member of whom no limit has used anything up."""
    award = price_purchase(program, basket.draft.purchase(program), facts=basket.draft.facts)
    shares = tuple(share for share in award.explanation if share.points)
    return Earned(shares, program.worth(award.points))
