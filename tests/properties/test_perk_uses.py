"""Whatever happens in whatever order: no use is had beyond the limit of its moment, none is lost, and none is negative.

An oracle that knows nothing of accounts keeps a list of uses, each with its period and what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from factories import NOON, make_program
from quen.errors import PerkNotHeldError, ReservationExpiredError, RewardLimitReachedError
from quen.ledger.model import (
    Hold,
    Redeem,
    Refund,
    Release,
    ReservePerk,
    SetTier,
    holder_of,
    rebuild,
    sealed_form,
    uses_left,
    verify,
)
from quen.program.model import Perk, Quota, Tier
from till import Till

NAME = {"en": "It"}
LIMITS = {"member": 0, "silver": 1, "gold": 3}
PERIODS = ("day", "week", "month")
HELD = timedelta(hours=20)

Step = tuple[str, int]
steps = st.lists(
    st.tuples(st.sampled_from(["reserve", "reserve", "redeem", "release", "refund"]), st.integers(0, 3))
    | st.tuples(st.just("tier"), st.integers(0, 2))
    | st.tuples(st.just("wait"), st.integers(1, 40)),
    max_size=40,
)


@dataclass
class Use:
    period: date
    count: int
    lapses_at: datetime
    state: str = "reserved"


@dataclass
class Oracle:
    """Uses as a person would note them down."""

    uses: dict[str, Use] = field(default_factory=dict)

    def taken(self, period: date, now: datetime) -> int:
        return sum(
            use.count
            for use in self.uses.values()
            if use.period == period and (use.state == "redeemed" or (use.state == "reserved" and now < use.lapses_at))
        )


def period_end(per: str, day: date) -> date:
    if per == "week":
        return day + timedelta(days=6 - day.weekday())
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1) if per == "month" else day


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PERIODS), steps)
def test_uses_are_what_a_list_of_them_says(per: str, life: list[Step]) -> None:
    perk = Perk("rides", NAME, tiers=tuple(LIMITS), quota=Quota(per, by_holder=LIMITS))  # type: ignore[arg-type]
    till = Till(make_program(tiers=tuple(Tier(tier, NAME) for tier in LIMITS), perks=(perk,)), now=NOON)
    oracle, tier = Oracle(), "member"
    holds: dict[str, Hold] = {}
    for number, (what, value) in enumerate(life):
        if what == "wait":
            till.now += timedelta(hours=value)
        elif what == "tier":
            tier = list(LIMITS)[value]
            till.do(SetTier(tier, None, "moved"))
        elif what == "reserve":
            reserve(till, oracle, holds, f"red_{number}", per, LIMITS[tier], max(1, value))
        else:
            end(till, oracle, holds, what, value)
        period = period_end(per, till.program.local_day(till.now))
        today = holder_of(till.account, till.program, till.program.local_day(till.now))
        till.keep_up()
        assert uses_left(till.account, perk, today) == max(0, LIMITS[tier] - oracle.taken(period, till.now))
        assert all(count > 0 for count in till.account.rewards.values())
    assert rebuild("mem", till.entries) == till.account
    assert verify(till.account, [sealed_form(entry) for entry in till.entries]) is None


def reserve(
    till: Till, oracle: Oracle, holds: dict[str, Hold], redemption_id: str, per: str, limit: int, count: int
) -> None:
    period = period_end(per, till.program.local_day(till.now))
    has_room = oracle.taken(period, till.now) + count <= limit
    lapses_at = till.now + HELD
    try:
        till.do(ReservePerk(redemption_id, "rides", lapses_at, count, partner_id="ptn"))
    except (RewardLimitReachedError, PerkNotHeldError):
        assert not has_room
        return
    assert has_room
    oracle.uses[redemption_id] = Use(period, count, lapses_at)
    holds[redemption_id] = till.account.holds[redemption_id]


def end(till: Till, oracle: Oracle, holds: dict[str, Hold], what: str, value: int) -> None:
    """Redeem, release or refund one of the uses that there ever were, as the documents would let it."""
    if not oracle.uses:
        return
    redemption_id = list(oracle.uses)[value % len(oracle.uses)]
    use = oracle.uses[redemption_id]
    if what == "refund":
        if use.state == "redeemed":
            till.do(Refund(redemption_id, holds[redemption_id], {}))
            use.state = "refunded"
        return
    is_open = use.state == "reserved" and till.now < use.lapses_at
    try:
        till.do(Redeem(redemption_id) if what == "redeem" else Release(redemption_id))
    except ReservationExpiredError:
        assert not is_open
        return
    assert is_open
    use.state = "redeemed" if what == "redeem" else "released"
