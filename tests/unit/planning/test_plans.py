"""A plan tells what a document would change and what to know about it, and writes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from quen.errors import NotFoundError, ValidationFailedError
from quen.instants import format_second
from quen.ledger.model import Account
from quen.planning.model.baskets import BASKETS_MAX
from quen.planning.movers import Movers
from quen.planning.service import Plan, Plans
from quen.planning.views import plan_view
from quen.program.service import Programs
from unit.program.documents import MISSING, changed, make_document
from unit.program.fakes import InMemoryVersions, StoppedClock

NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)
LATER = NOW + timedelta(days=10)


class NoHolders:
    """Nobody is above the entry tier."""

    def load_tier_holders(self, _limit: int) -> tuple[list[Account], bool]:
        return [], True


@pytest.fixture
def versions() -> InMemoryVersions:
    return InMemoryVersions()


@pytest.fixture
def programs(versions: InMemoryVersions) -> Programs:
    programs = Programs(versions, StoppedClock())
    programs.replace(make_document(), actor="a", now=NOW)
    return programs


def plan(programs: Programs, document: Any, now: datetime = NOW) -> Plan:
    return Plans(programs, Movers(NoHolders())).plan(document, now)


def codes(plan: Plan) -> list[str]:
    return [warned.code for warned in plan.warnings]


def test_a_plan_of_what_counts_anyway_says_so(programs: Programs) -> None:
    found = plan(programs, make_document(), LATER)
    assert found.is_unchanged
    assert (found.changes, found.warnings) == ([], [])
    assert plan_view(found)["version"] == 1


def test_nothing_is_written(programs: Programs, versions: InMemoryVersions) -> None:
    found = plan_view(plan(programs, changed("/earning/1/multiplier", "3"), LATER))
    assert (found["version"], found["compared_with"], found["unchanged"]) == (2, 1, False)
    assert found["effective_from"] == format_second(LATER)
    assert list(versions.versions) == [1]
    assert found == plan_view(plan(programs, changed("/earning/1/multiplier", "3"), LATER))


def test_a_plan_shows_what_baskets_earn_and_why(programs: Programs) -> None:
    baskets = plan_view(plan(programs, changed("/earning/1/multiplier", "3")))["baskets"]
    monday = next(basket for basket in baskets if basket["basket_id"] == "weekday:mon")
    assert (monday["total"], monday["points_before"], monday["points_after"]) == (
        {"amount": 125_000, "currency": "VND"},
        25,
        37,
    )
    assert monday["worth_difference"] == {"amount": 1_200, "currency": "VND"}
    assert {"rule_id": "double-star", "wallet": "points", "points": 25} in monday["explanation_after"]
    assert {"rule_id": "double-star", "wallet": "points", "points": 13} in monday["explanation_before"]


def test_the_first_document_is_compared_with_nothing() -> None:
    found = plan_view(plan(Programs(InMemoryVersions(), StoppedClock()), make_document()))
    assert (found["version"], found["compared_with"], found["unchanged"]) == (1, None, False)
    assert {basket["points_before"] for basket in found["baskets"]} == {None}
    assert {change["change"] for change in found["changes"]} == {"added"}


def test_what_put_refuses_a_plan_refuses(programs: Programs) -> None:
    for wrong in (changed("/earning/0/per", 0), changed("/program/currency", "USD")):
        with pytest.raises(ValidationFailedError):
            plan(programs, wrong)


TIERS = [{"id": name, "name": {"vi": name, "en": name}} for name in ("silver", "gold")]


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        ("/points/expiry/months", 6, ["lots_keep_their_last_day"]),
        ("/points/expiry", MISSING, ["lots_keep_their_last_day"]),
        ("/points/worth/money", 50, ["points_worth_less"]),
        ("/points/worth/money", 200, ["points_worth_more"]),
        ("/points/worth", {"points": 10, "money": 1000}, []),
        ("/rewards/0", MISSING, ["reward_removed"]),
        ("/rewards/0/points", 121, ["price_raised"]),
        ("/rewards/0/points", 119, []),
        ("/rewards/0/stock", 10, []),
        ("/program/time_zone", "Asia/Tokyo", ["days_move"]),
        ("/stored_value", MISSING, ["stored_value_stays"]),
        ("/earning/0/per", 20_000, ["baskets_earn_less"]),
        ("/messages/sender_id", "QUEN", []),
    ],
)
def test_a_plan_says_what_is_good_to_know(programs: Programs, pointer: str, value: object, expected: list[str]) -> None:
    found = plan(programs, changed(pointer, value))
    assert codes(found) == expected
    assert all(set(warned.text) == {"vi", "en"} for warned in found.warnings)


def test_members_keep_their_tier_and_one_that_is_gone_counts_as_the_first(programs: Programs) -> None:
    programs.replace({**make_document(), "tiers": TIERS}, actor="a", now=NOW)
    better = [TIERS[0], {**TIERS[1], "multiplier": "2"}]
    assert codes(plan(programs, {**make_document(), "tiers": better}, LATER)) == ["members_keep_their_tier"]
    found = plan(programs, {**make_document(), "tiers": TIERS[:1]}, LATER)
    assert codes(found) == ["tier_removed", "members_keep_their_tier", "tier_moves_foreseen"]
    assert found.warnings[0].text["en"].endswith("count as members of silver.")


def test_a_price_that_rises_for_one_tier_has_risen(programs: Programs) -> None:
    cheaper = {**changed("/rewards/0/price_by_tier", {"gold": 100}), "tiers": TIERS}
    programs.replace(cheaper, actor="a", now=NOW)
    found = plan(programs, {**make_document(), "tiers": TIERS}, LATER)
    assert codes(found) == ["price_raised"]
    assert "from 100 to 120 points" in found.warnings[0].text["en"]
    assert codes(plan(programs, cheaper, LATER)) == []


def test_a_lower_budget_may_stop_a_campaign_at_once(programs: Programs) -> None:
    def with_budget(points: int) -> dict[str, Any]:
        document = changed("/earning/1/campaign", "star")
        name = {"vi": "Sao", "en": "Star"}
        return {**document, "campaigns": [{"id": "star", "name": name, "budget": {"points": points}}]}

    programs.replace(with_budget(1000), actor="a", now=NOW)
    assert codes(plan(programs, with_budget(900), LATER)) == ["budget_lowered"]
    assert codes(plan(programs, with_budget(1100), LATER)) == []


def test_a_version_that_is_prepared_for_later_is_pointed_out_and_compared_with_from_then_on(programs: Programs) -> None:
    prepared = {**changed("/birthday/points", 75), "effective_from": format_second(LATER)}
    programs.replace(prepared, actor="a", now=NOW)
    dearer = changed("/birthday/points", 80)
    found = plan(programs, dearer)
    assert codes(found) == ["later_version_follows"]
    assert "Version 2" in found.warnings[0].text["en"]
    assert found.before is not None
    assert (found.before.version, found.after.version) == (1, 3)
    then = plan(programs, dearer, LATER)
    assert (codes(then), [change.before for change in then.changes]) == ([], [75])


def test_of_two_versions_prepared_for_one_instant_the_one_that_will_count_is_pointed_out(programs: Programs) -> None:
    for points in (75, 85):
        programs.replace(
            {**changed("/birthday/points", points), "effective_from": format_second(LATER)}, actor="a", now=NOW
        )
    assert "Version 3" in plan(programs, changed("/birthday/points", 80)).warnings[0].text["en"]


def test_an_earlier_version_is_restored_as_a_version_of_its_own(programs: Programs, versions: InMemoryVersions) -> None:
    programs.replace(changed("/birthday/points", 75), actor="a", now=NOW)
    restored = programs.restore(1, effective_from=None, actor="b", now=LATER)
    assert (restored["version"], restored["birthday"]["points"]) == (3, 50)
    assert versions.versions[3].actor == "b"
    assert programs.restore(1, effective_from=None, actor="c", now=LATER) == restored
    again = programs.restore(2, effective_from=LATER + timedelta(days=1), actor="c", now=LATER)
    assert (again["version"], programs.document(LATER)["version"]) == (4, 3)
    with pytest.raises(NotFoundError):
        programs.restore(9, effective_from=None, actor="c", now=LATER)
    with pytest.raises(ValidationFailedError):
        programs.restore(2, effective_from=NOW, actor="c", now=LATER)


def test_a_program_that_asks_about_very_much_has_only_so_many_baskets(programs: Programs) -> None:
    categories = [{"id": f"c{number}"} for number in range(100)]
    rules = [
        {"id": f"r{number}", "on": "purchase", "bonus": 5, "when": {"category": [f"c{number}"]}}
        for number in range(100)
    ]
    document = make_document()
    document |= {"categories": categories, "earning": [*document["earning"], *rules]}
    found = plan(programs, document)
    assert codes(found) == ["baskets_left_out"]
    assert len(found.baskets) == BASKETS_MAX
