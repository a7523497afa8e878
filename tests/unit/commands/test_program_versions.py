"""What is said of a version after it was written: whether it counts, and what takes its place later."""

from __future__ import annotations

from typing import Any

from local.commands.program import coming, version_sentences

TODAY, TET, SUMMER = "2026-11-25T22:00:00Z", "2027-01-29T17:00:00Z", "2027-05-31T17:00:00Z"


def version(number: int, begins: str) -> dict[str, Any]:
    return {"version": number, "effective_from": begins}


def said(shown: dict[str, Any], in_force: dict[str, Any], *others: dict[str, Any]) -> list[str]:
    return list(version_sentences(shown, in_force, [shown, *others]))


def test_a_version_that_counts_at_once_is_in_place() -> None:
    assert said(version(2, TODAY), version(2, TODAY)) == ["Version 2 is in place."]


def test_a_version_for_later_is_prepared_and_says_from_when_it_counts() -> None:
    shown = version(2, TET)
    assert said(shown, version(1, TODAY)) == [f"Version 2 is prepared: it counts from {TET}."]


def test_going_back_today_names_what_takes_its_place_later_and_how_to_go_back_from_that() -> None:
    now = version(1, TODAY)
    assert said(now, now, version(2, TET)) == [
        "Version 1 is in place.",
        f"Version 2, prepared before, takes its place at {TET}. To keep version 1: quen program rollback 1 --from {TET}",
    ]


def test_of_versions_that_begin_at_one_instant_only_the_newest_will_count() -> None:
    versions = [version(4, TET), version(3, SUMMER), version(2, TET), version(1, TODAY)]
    assert coming(versions, TODAY) == [version(4, TET), version(3, SUMMER)]
