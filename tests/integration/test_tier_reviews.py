"""Members above the entry tier: how they are found, reviewed by night, shown with their history, and told of in a plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import make_purchase
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.ledger.items import AccountItem, member_key
from quen.ledger.model import SetTier, verify
from quen.money import Money
from quen.planning.movers import Movers
from tables import create_tables, open_mocked
from tiered import GOLD, MEMBER, SILVER, asking, make_tiered

PARTNER = "ptn_1"
NEW_YEAR = datetime(2026, 12, 31, 18, tzinfo=UTC)  # 01:00 on New Year's Day in Saigon


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        house = House(client, create_tables(client), MovableClock())
        house.programs = FixedPrograms(make_tiered())
        yield house


def buy(house: House, member_id: str, amount: int, purchase_id: str = "B-1") -> None:
    purchase = replace(
        make_purchase(at=house.clock.now(), purchase_id=f"{purchase_id}-{member_id}"), total=Money(amount, "VND")
    )
    house.purchases.record(PARTNER, member(member_id), purchase, purchase_id)


def buyers(house: House, *amounts: int) -> list[str]:
    ids = []
    for number, amount in enumerate(amounts):
        member_id = enrol(house, f"+8490123456{number}")
        buy(house, member_id, amount)
        ids.append(member_id)
    return ids


def indexed(member_id: str) -> tuple[str | None, str | None]:
    item = AccountItem.get(member_key(member_id), "ACCOUNT")
    return item.tier_shard, item.review_on


def found(house: House, on: date | None) -> set[str]:
    """Whom all shards of the index name, a member at a time."""
    members: list[str] = []
    for shard in range(8):
        cursor, is_first = None, True
        while is_first or cursor:
            page = house.ledger.list_reviews(shard, on, cursor, 1)
            members += page.member_ids
            cursor, is_first = page.cursor, False
    assert len(members) == len(set(members))
    return set(members)


def set_tier(house: House, member_id: str, tier: str, until: date | None = None) -> None:
    house.tiers.set(member_id, SetTier(tier, until, "goodwill"), record=lambda _: ())


def history(house: House, member_id: str, limit: int = 20) -> list[dict[str, Any]]:
    items, before, pages = [], None, 0
    while pages == 0 or before is not None:
        page, before = house.tier_history.list_changes(member_id, before, limit)
        items += page
        pages += 1
    return items


def test_only_members_above_the_entry_tier_are_in_the_index_by_the_day_of_their_review(house: House) -> None:
    low, silver, gold = buyers(house, 100_000, 600_000, 1_200_000)
    assert indexed(low) == (None, None)
    assert {indexed(one)[1] for one in (silver, gold)} == {"2026-12-01"}
    assert found(house, date(2026, 11, 30)) == set()
    assert found(house, date(2026, 12, 1)) == found(house, None) == {silver, gold}


def test_an_ordinary_purchase_leaves_the_index_as_it_is(house: House) -> None:
    low, gold = buyers(house, 100_000, 1_200_000)
    before = [indexed(one) for one in (low, gold)]
    for one in (low, gold):
        buy(house, one, 50_000, "B-2")
    assert [indexed(one) for one in (low, gold)] == before


def test_what_staff_set_is_found_by_the_day_after_its_last_one_or_never(house: House) -> None:
    ending, lasting = buyers(house, 1, 1)
    set_tier(house, ending, "gold", date(2026, 12, 24))
    set_tier(house, lasting, "gold")
    assert (indexed(ending)[1], indexed(lasting)[1]) == ("2026-12-25", "never")
    assert found(house, date(2200, 1, 1)) == {ending}
    assert found(house, None) == {ending, lasting}
    house.wall.instant = datetime(2026, 12, 24, 18, tzinfo=UTC)
    assert house.jobs.start_run("review-tiers", date(2026, 12, 25), dry_run=False, actor="an")["totals"] == {"ended": 1}
    assert found(house, None) == {lasting}
    assert [(one["cause"], one["from"], one["to"]) for one in history(house, ending)][:2] == [
        ("ended", "gold", None),
        ("set", None, "gold"),
    ]


def test_the_night_prolongs_takes_down_and_leaves_a_history_that_verifies(house: House) -> None:
    silver, gold = buyers(house, 600_000, 1_200_000)
    house.wall.instant = NEW_YEAR
    run = house.jobs.start_run("review-tiers", date(2027, 1, 1), dry_run=False, actor="an")
    assert (run["state"], run["seen"], run["done"]) == ("finished", 2, 2)
    assert run["totals"] == {"on_track": 2, "prolonged": 2}
    again = house.jobs.start_run("review-tiers", date(2027, 1, 1), dry_run=False, actor="an")
    assert (again["seen"], again["totals"]) == (0, {})
    house.wall.instant = NEW_YEAR.replace(year=2027)
    house.jobs.start_run("review-tiers", date(2028, 1, 1), dry_run=False, actor="an")
    assert (house.ledger.load_account(silver).standing.tier, house.ledger.load_account(gold).standing.tier) == (
        "",
        "silver",
    )
    assert found(house, None) == {gold}
    for one in (silver, gold):
        assert verify(house.ledger.load_account(one), house._ledger_store.read_history(one)) is None


def test_a_history_tells_causes_figures_and_rules_from_the_first_day_on(house: House) -> None:
    [gold] = buyers(house, 1_200_000)
    house.wall.instant = NEW_YEAR.replace(year=2027)
    house.ledger.bring_up_to_date(gold, house.ledger.now())
    told = history(house, gold)
    assert [(one["cause"], one["from"], one["to"], one["name"], one["until"]) for one in told] == [
        ("downgraded", "gold", "silver", "Bạc", "2028-12-31"),
        ("noticed", "gold", "gold", "Vàng", "2027-12-31"),
        ("prolonged", "gold", "gold", "Vàng", "2027-12-31"),
        ("upgraded", None, "gold", "Vàng", "2026-12-31"),
        ("joined", None, None, "Thành viên", None),
    ]
    assert [one["figures"] for one in told] == [{"spend": 0}] * 2 + [{"spend": 1_200_000}] * 2 + [{}]
    assert [one["rule_version"] for one in told] == [1, 1, 1, 1, None]
    assert (told[-1]["sequence"], told[-1]["occurred_at"]) == (0, "2026-11-22T05:00:00Z")
    assert history(house, gold, limit=2) == told


def test_who_has_reached_nothing_has_joined(house: House) -> None:
    [low] = buyers(house, 1_000)
    assert [one["cause"] for one in history(house, low)] == ["joined"]


def test_a_plan_looks_at_the_members_of_every_shard_and_says_where_there_are_more(house: House) -> None:
    members = buyers(house, 600_000, 1_200_000, 100_000, 1_100_000)
    accounts, is_all = house._ledger_store.load_tier_holders(100)
    assert ({account.member_id for account in accounts}, is_all) == ({members[0], members[1], members[3]}, True)
    nobody, is_all = house._ledger_store.load_tier_holders(0)
    assert (nobody, is_all) == ([], False)
    dearer = make_tiered(tiers=(MEMBER, SILVER, asking(GOLD, 1_150_000)))
    moves = Movers(house._ledger_store).find(make_tiered(), dearer, house.clock.now())
    assert moves is not None
    assert [(move.member_id, move.planned.tier, move.planned.on) for move in moves.moves] == [
        (members[3], "silver", "2027-01-01")
    ]
