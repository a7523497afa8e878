"""The review of a tier against a purchase at the same moment, in every order of their calls: one history comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

import pytest
from msgspec.structs import replace

from engine.schedule import Act, Stage, TurnstileClient, every_order
from engine.theatre import EVENING, Theatre
from factories import make_purchase
from house import enrol, member
from quen.ledger.items import AccountItem, member_key
from quen.ledger.model import verify
from quen.ledger.model.chain import parse_entry
from quen.money import Money
from tables import create_tables
from tiered import make_tiered

pytestmark = pytest.mark.engine
AFTER_THE_PERIOD = datetime(2027, 12, 31, 17, 1, tzinfo=UTC)  # a minute into 2028 in Saigon, and nothing bought in 2027
_numbers = count(1)


@pytest.fixture(scope="module")
def theatre(engine: Any) -> Theatre:
    theatre = Theatre(TurnstileClient(engine), create_tables(engine))
    theatre.programs.program = make_tiered()
    return theatre


def buy(theatre: Theatre, member_id: str, name: str) -> Any:
    bought = make_purchase(at=theatre.clock.now(), purchase_id=f"{name}-{member_id}")
    return theatre.purchases.record("ptn_1", member(member_id), replace(bought, total=Money(1_200_000, "VND")), name)


def review(theatre: Theatre, member_id: str) -> Any:
    return theatre.ledger.bring_up_to_date(member_id, theatre.clock.now())


def test_a_purchase_and_a_review_leave_the_same_history_whoever_comes_first(theatre: Theatre) -> None:
    def set_stage() -> Stage:
        theatre.time.instant = EVENING
        member_id = enrol(theatre, f"+8491{next(_numbers):07d}")
        buy(theatre, member_id, "first")
        theatre.time.instant = AFTER_THE_PERIOD
        acts: dict[str, Act] = {
            "B": partial(buy, theatre, member_id, "second"),
            "R": partial(review, theatre, member_id),
        }

        def observe(answers: Mapping[str, Any]) -> Any:
            assert not [answer for answer in answers.values() if isinstance(answer, BaseException)]
            account, history = (
                theatre._ledger_store.load(member_id),
                list(theatre._ledger_store.read_history(member_id)),
            )
            assert verify(account, history) is None
            entries = [parse_entry(*sealed) for sealed in history]
            item = AccountItem.get(member_key(member_id), "ACCOUNT", consistent_read=True)
            changes = [
                (entry.kind, entry.standing.cause, entry.standing.after.tier) for entry in entries if entry.standing
            ]
            return changes, account.standing, item.review_on

        return Stage(acts, observe)

    plays = list(every_order(set_stage, once_each=True))
    assert len(plays) > 2
    [outcome] = {str(play.outcome): play.outcome for play in plays}.values()
    changes, standing, review_on = outcome
    assert changes == [
        ("earn", "upgraded", "gold"),
        ("review", "on_track", "gold"),
        ("review", "prolonged", "gold"),
        ("review", "noticed", "gold"),
        ("review", "downgraded", "silver"),
        ("earn", "upgraded", "gold"),
    ]
    assert (standing.tier, standing.until, review_on) == ("gold", "2028-12-31", standing.next_on)
    found, is_all = theatre._ledger_store.load_tier_holders(1000)
    assert ({account.standing for account in found}, len(found), is_all) == ({standing}, len(plays), True)
