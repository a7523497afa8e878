"""The real ledger, settled: the statements of all partners add up to the ledger's own totals, name by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import make_program
from house import FixedPrograms
from quen.errors import QuenError
from quen.ledger.model import Account, Entry, Redeem, Refund, Reserve
from quen.ledger.model.funding import expired_of, funded_by, redeemed_at
from quen.program.model import Expiry
from quen.settlement.listener import BookingListener
from quen.settlement.model import CATEGORIES
from till import Till
from unit.settlement.fakes import BRAND, OTHER, POSTPAID, PREPAID, Desk, FakePartners, make_partner

PROGRAM = replace(make_program(), points=replace(make_program().points, expiry=Expiry("months", 2, "end_of_month")))
Step = tuple[str, int, str, int]
"""What somebody does, how much of it, with whom, and which member."""

steps = st.lists(
    st.tuples(
        st.sampled_from(["buy", "buy", "spend", "undo", "return", "wait"]),
        st.integers(1, 60),
        st.sampled_from(["", BRAND, OTHER]),
        st.integers(0, 1),
    ),
    max_size=25,
)


class Watchless:
    """Nobody looks at packs."""

    def look(self, _given: Mapping[str, int]) -> None:
        pass


def live(done: Sequence[Step]) -> list[Till]:
    """Two members who do that; what is refused is left out."""
    tills = [Till(PROGRAM, Account(f"mem_{number}")) for number in range(2)]
    for number, (step, size, partner, who) in enumerate(done):
        till = tills[who]
        try:
            if step == "buy":
                till.buy(size * 10_000, f"B-{number}", funder=partner)
            elif step == "wait":
                wait(tills, size)
            elif step == "return" and till.sales:
                till.bring_back(size * 1_000, [*till.sales][-1])
            elif step in {"spend", "undo"}:
                spend(till, size, partner, f"red_{number}", is_undone=step == "undo")
        except QuenError:
            continue
    wait(tills, 120)
    return tills


def wait(tills: Sequence[Till], days: int) -> None:
    for till in tills:
        till.now += timedelta(days=days)
        till.keep_up()


def spend(till: Till, points: int, payee: str, redemption_id: str, *, is_undone: bool) -> None:
    till.do(Reserve(redemption_id, points, till.now + timedelta(minutes=15)))
    hold = till.account.holds[redemption_id]
    till.do(Redeem(redemption_id, payee))
    if is_undone:
        till.do(Refund(redemption_id, hold, hold.lots, payee=payee))


def ledger_totals(entries: Sequence[Entry]) -> Counter[str]:
    totals: Counter[str] = Counter()
    for entry in entries:
        totals.update(entry.lines)
    return totals


@settings(max_examples=40, deadline=None)
@given(steps)
def test_the_statements_of_all_partners_add_up_to_the_ledger(done: list[Step]) -> None:
    tills = live(done)
    entries = [entry for till in tills for entry in till.entries]
    desk = Desk(FakePartners(make_partner(POSTPAID), make_partner(PREPAID, partner_id=OTHER)))
    desk.programs = FixedPrograms(PROGRAM)
    BookingListener(desk.bookings, desk.programs, Watchless()).tell(entries)
    desk.clock.instant = max(till.now for till in tills) + timedelta(days=40)
    ledger = ledger_totals(entries)
    for partner_id in (BRAND, OTHER):
        desk.settlement.close_due(partner_id, desk.settlement.today())
        closed = [each for (owner, _), each in desk.statements.kept.items() if owner == partner_id]
        points = {category: sum(each.total(category).points for each in closed) for category in CATEGORIES}
        assert points["reversed"] - points["issued"] == ledger[funded_by(partner_id)]
        assert points["redeemed"] - points["refunded"] == ledger[redeemed_at(partner_id)]
        assert points["expired"] == ledger[expired_of(partner_id)]
    assert sum(points for name, points in ledger.items() if name.partition(".")[2] not in {"qualifying", "stamps"}) == 0
