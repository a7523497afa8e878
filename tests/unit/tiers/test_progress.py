"""A member is told in words how far the next tier is, and what keeps the one they have."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from quen.ledger.model import SetTier
from quen.ledger.views import account_view, entry_view
from quen.program.model import Criteria
from quen.tiers.model import holds, lacking, ways_to
from quen.tiers.sentences import lacking_text
from unit.tiers.levels import LEVELS, MEMBER, SILVER, Life, level, levelled, visits


def shown(life: Life) -> dict[str, Any]:
    tier: dict[str, Any] = account_view(life.account, life.program, life.till.now)["tier"]
    return tier


def progress(life: Life) -> dict[str, Any]:
    found: dict[str, Any] = shown(life)["progress"]
    return found


def test_a_new_member_is_told_of_the_lowest_tier_that_can_be_reached() -> None:
    life = Life().on("2026-03-10")
    assert shown(life) == {
        "id": "member",
        "name": "Thành viên",
        "since": None,
        "until": None,
        "progress": {
            "current": {"visits": 0},
            "next": {"id": "silver", "name": "Bạc"},
            "missing": {"visits": 2},
            "alternatives": [],
            "keep_missing": None,
            "at_risk": False,
            "window_end": "2026-12-31",
            "sentence": {"vi": "Còn 2 lượt ghé nữa là lên hạng Bạc", "en": "2 more visits until Silver"},
        },
    }


def test_at_the_top_there_is_no_way_on() -> None:
    life = Life()
    life.come("2026-03-10", 8)
    found = progress(life)
    assert (found["next"], found["missing"], found["alternatives"], found["keep_missing"]) == (None, {}, [], {})
    assert found["sentence"]["en"] == "You are at the top: Diamond"


def test_tiers_that_are_retired_or_given_by_staff_alone_are_no_next_ones() -> None:
    program = levelled(MEMBER, level("staff"), level("old", visits(1), is_retired=True), level("gold", visits(4)))
    assert progress(Life(program).on("2026-03-10"))["next"]["id"] == "gold"


def test_of_alternatives_the_closest_is_told_first() -> None:
    reach = Criteria({}, any_of=(visits(10), Criteria({"spend": 2_000_000}), Criteria({"qualifying": 100})))
    life = Life(levelled(MEMBER, level("gold", reach)))
    life.come("2026-03-10", amount=800_000)
    found = progress(life)
    assert (found["missing"], found["alternatives"]) == ({"qualifying": 20}, [{"spend": 1_200_000}, {"visits": 9}])
    assert found["sentence"]["vi"] == "Còn 20 điểm xét hạng nữa là lên hạng Vàng"


def test_all_that_is_lacking_is_told_and_money_as_people_write_it() -> None:
    life = Life(levelled(MEMBER, level("gold", Criteria({"spend": 2_000_000, "visits": 2, "purchases": 3}))))
    life.come("2026-03-10")
    assert progress(life)["sentence"] == {
        "vi": "Còn 1.900.000 ₫, 1 lượt ghé và 2 lần mua hàng nữa là lên hạng Vàng",
        "en": "1,900,000 VND more, 1 more visit and 2 more purchases until Gold",
    }


def test_who_has_reached_a_tier_by_a_change_of_the_program_has_it_with_the_next_purchase() -> None:
    life = Life()
    life.come("2026-03-10", 1)
    life.change(levelled(MEMBER, level("silver", visits(1))))
    assert (progress(life)["missing"], progress(life)["sentence"]["en"]) == ({}, "Silver with your next purchase")


def test_who_is_in_the_last_period_s_tier_sees_what_keeps_it_and_what_they_were_told() -> None:
    life = Life(levelled(notice_days=30))
    life.come("2026-05-20", 4)
    life.on("2027-06-01").come("2027-06-02")
    found = progress(life)
    assert (found["keep_missing"], found["at_risk"], found["missing"]) == ({"visits": 3}, False, {"visits": 7})
    life.on("2027-12-01")
    assert (progress(life)["at_risk"], progress(life)["sentence"]) == (
        True,
        {
            "vi": "Cần thêm 3 lượt ghé đến hết ngày 31/12/2027 để giữ hạng Vàng",
            "en": "3 more visits by 31 December 2027 to keep Gold",
        },
    )
    life.come("2027-12-02", 3)
    assert (progress(life)["keep_missing"], progress(life)["at_risk"]) == ({}, False)


def test_in_the_grace_its_last_day_is_told() -> None:
    life = Life(levelled(grace_days=10))
    life.come("2026-05-20", 2)
    life.come("2027-05-20")
    life.on("2028-01-02")
    assert shown(life)["until"] == "2028-01-10"
    assert progress(life)["sentence"]["en"] == "1 more visit by 10 January 2028 to keep Silver"
    assert (progress(life)["current"], progress(life)["keep_missing"]) == ({"visits": 0}, {"visits": 1})


def test_what_nothing_can_keep_is_told_to_end() -> None:
    life = Life(levelled(notice_days=30))
    life.come("2026-05-20", 2)
    life.change(levelled(MEMBER, replace(SILVER, is_retired=True), notice_days=30)).on("2026-12-05")
    assert (progress(life)["keep_missing"], progress(life)["sentence"]["en"]) == (
        None,
        "Silver ends on 31 December 2026",
    )
    assert progress(life)["sentence"]["vi"] == "Hạng Bạc kết thúc ngày 31/12/2026"


def test_a_tier_for_life_has_nothing_to_be_kept_and_no_end() -> None:
    life = Life(levelled(period="lifetime"))
    life.come("2026-05-20", 2)
    assert (shown(life)["until"], progress(life)["keep_missing"], progress(life)["window_end"]) == (None, None, None)


def test_who_was_set_higher_by_staff_is_told_of_the_tier_above_and_sees_the_day_that_lasts() -> None:
    life = Life()
    life.come("2026-05-20", 2)
    life.till.do(SetTier("gold", date(2026, 6, 30), "goodwill"))
    assert (shown(life)["id"], shown(life)["until"], progress(life)["next"]["id"]) == ("gold", "2026-06-30", "diamond")
    assert progress(life)["keep_missing"] == {}
    life.come("2026-05-21", 2)
    assert (shown(life)["id"], shown(life)["until"]) == ("gold", "2026-12-31")


def test_where_no_tier_can_be_reached_there_is_no_progress() -> None:
    life = Life(levelled(*(replace(tier, reach=None) for tier in LEVELS)))
    assert progress(life) is None


def test_a_statement_says_what_became_of_the_tier_and_why() -> None:
    life = Life()
    entry = life.come("2026-03-10", 2)
    assert entry_view(entry)["tier"] == {
        "cause": "upgraded",
        "from": None,
        "to": "silver",
        "until": "2026-12-31",
        "figures": {"visits": 2},
        "period": "2026-01",
        "rule_version": 1,
    }
    assert entry_view(life.come("2026-03-11"))["tier"] is None


@pytest.mark.parametrize(
    ("missing", "vi", "en"),
    [
        ({}, "", ""),
        ({"visits": 1}, "1 lượt ghé", "1 more visit"),
        ({"qualifying": 12_345}, "12.345 điểm xét hạng", "12,345 more qualifying points"),
        ({"purchases": 1, "spend": 5_000}, "5.000 ₫ và 1 lần mua hàng", "5,000 VND more and 1 more purchase"),
    ],
)
def test_what_is_lacking_in_words(missing: Any, vi: str, en: str) -> None:
    assert [lacking_text(missing, "VND", locale) for locale in ("vi", "en")] == [vi, en]


def test_what_is_lacking_on_the_closest_way_is_nothing_just_where_the_criteria_hold() -> None:
    deep = Criteria(
        {"visits": 1},
        (Criteria({}, any_of=(visits(3), Criteria({"spend": 5}))),),
        (visits(2), Criteria({"purchases": 4})),
    )
    for bought in range(6):
        for spend in (0, 5):
            for coming in range(5):
                figures: Any = {"visits": coming, "spend": spend, "purchases": bought}
                ways = ways_to(deep, figures)
                assert holds(deep, figures) == (not lacking(ways[0], figures))
                assert all(
                    holds(deep, {**figures, **way}) or any(way[each] < figures[each] for each in way) for way in ways
                )
