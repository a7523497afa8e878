"""A state and a merge against whoever earns and spends at the same moment, in every order of their calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from engine.books import books, told
from engine.schedule import Act, Play, Stage, TurnstileClient, every_order
from engine.theatre import Scene, Theatre
from engine.use_cases import PARTNER, WELCOME_POINTS, meet, purchase, set_scene
from house import member
from quen.ledger.documents import Outcome
from quen.ledger.model import GrantBonus
from quen.ledger.model.chain import parse_entry
from quen.members.model import MemberReference, MemberState
from quen.rewards.model import PointsWanted
from tables import create_tables

pytestmark = pytest.mark.engine
GIFT = GrantBonus("birthday", 50, "2026", "birthday")


@pytest.fixture(scope="module")
def theatre(engine: Any) -> Theatre:
    return Theatre(TurnstileClient(engine), create_tables(engine))


def played(
    theatre: Theatre, acts: Mapping[str, Callable[[Theatre, Scene], Any]], see: Callable[[Scene], Any]
) -> list[Play]:
    """Every order of the acts that somebody could tell apart, each with a member and a friend of its own."""

    def set_stage() -> Stage:
        scene = set_scene(theatre, {})
        meet(theatre, scene, "")
        ready: dict[str, Act] = {name: partial(act, theatre, scene) for name, act in acts.items()}

        def observe(answers: Mapping[str, Any]) -> Any:
            books(theatre, scene)
            return {name: said(answer) for name, answer in answers.items()}, see(scene)

        return Stage(ready, observe)

    return list(every_order(set_stage, once_each=True))


def said(answer: Any) -> str:
    """`done`, `replay`, or the code of a refusal."""
    return told(answer).word if isinstance(answer, Exception | Outcome) else "done"


def kinds(theatre: Theatre, member_id: str) -> list[str]:
    return [parse_entry(*sealed).kind for sealed in theatre._ledger_store.read_history(member_id)]


def active(theatre: Theatre, member_id: str) -> int:
    points: int = theatre.ledger.show_account(member_id)["points"]["active"]
    return points


def set_state(theatre: Theatre, scene: Scene, state: MemberState) -> Any:
    return theatre.members.change_state(scene.member_id, state)


def spend(theatre: Theatre, scene: Scene) -> Outcome:
    wanted, key = PointsWanted(100), scene.named("spent", "a")
    return theatre.rewards.reserve(
        member(scene.member_id), wanted, idempotency_key=key, fingerprint="f", partner_id=PARTNER
    )


def buy(theatre: Theatre, scene: Scene) -> Outcome:
    return purchase(theatre, scene, "a")


def merge(theatre: Theatre, scene: Scene, *, away: bool = True) -> Outcome:
    """The member is merged into the friend, or the friend into the member."""
    two = [scene.friend_id, scene.member_id] if away else [scene.member_id, scene.friend_id]
    key = scene.named("merge", str(away))
    return theatre.merges.merge(*two, reason="r", actor="s", idempotency_key=key, fingerprint="f")


def give(theatre: Theatre, scene: Scene, *, friend: bool = False) -> Outcome:
    return theatre.ledger.grant(scene.friend_id if friend else scene.member_id, GIFT)


@pytest.mark.parametrize("state", ["inactive", "blocked", "closed"])
@pytest.mark.parametrize(("act", "kind"), [(spend, "reserve"), (buy, "earn"), (give, "bonus")])
def test_who_is_blocked_while_a_till_is_at_it_does_nothing_after(
    theatre: Theatre, state: MemberState, act: Callable[[Theatre, Scene], Any], kind: str
) -> None:
    """What was decided before the state was written, and comes to be written after it, loses."""
    plays = played(
        theatre,
        {"A": partial(set_state, state=state), "B": act},
        lambda scene: kinds(theatre, scene.member_id)[3:],
    )
    for play in plays:
        answers, written = play.outcome
        assert answers["A"] == "done"
        if answers["B"] == "done":
            assert written == [kind, "state"], play
        else:
            assert answers["B"] in {"member_not_active", "member_not_found"}, play
            assert written == ["state"], play
    assert {play.outcome[0]["B"] for play in plays} >= {"done", "member_not_active"}


def test_a_purchase_of_a_member_who_is_being_merged_is_the_survivor_s_whoever_comes_first(theatre: Theatre) -> None:
    plays = played(
        theatre,
        {"A": merge, "B": buy},
        lambda scene: (active(theatre, scene.friend_id), "earn" in kinds(theatre, scene.member_id)),
    )
    assert {play.outcome[0]["B"] for play in plays} == {"done"}
    assert {play.outcome[1][0] for play in plays} == {2 * WELCOME_POINTS + 125}
    assert {play.outcome[1][1] for play in plays} == {True, False}  # before the merge, and after it


def test_two_merges_in_opposite_directions_make_one_member(theatre: Theatre) -> None:
    plays = played(
        theatre,
        {"A": merge, "B": partial(merge, away=False)},
        lambda scene: active(theatre, scene.member_id),
    )
    for play in plays:
        assert sorted(play.outcome[0].values()) == ["done", "member_not_active"], play
        assert play.outcome[1] == 2 * WELCOME_POINTS


@pytest.mark.parametrize("friend", [True, False])
def test_whoever_of_the_two_a_birthday_gift_was_for_there_is_one(theatre: Theatre, friend: bool) -> None:
    """The job comes to one of them while they are merged, and to the survivor later."""

    def gifts(scene: Scene) -> int:
        theatre.ledger.grant(scene.friend_id, GIFT)
        both = [*kinds(theatre, scene.member_id), *kinds(theatre, scene.friend_id)]
        return both.count("bonus") - 2  # each had a welcome

    plays = played(theatre, {"A": merge, "B": partial(give, friend=friend)}, gifts)
    assert {play.outcome[1] for play in plays} == {1}
    assert {play.outcome[0]["A"] for play in plays} == {"done"}


def test_a_number_that_moves_leads_to_somebody_at_every_moment(theatre: Theatre) -> None:
    def look_up(theatre: Theatre, scene: Scene) -> Any:
        found = theatre.members.resolve(MemberReference(phone=f"+8490{scene.number:07d}"))
        assert found in {scene.member_id, scene.friend_id}
        return found

    plays = played(theatre, {"A": merge, "B": look_up}, lambda scene: scene.number and None)
    assert {play.outcome[0]["B"] for play in plays} == {"done"}


def test_a_merge_undone_while_the_survivor_spends_what_came_ends_one_way(theatre: Theatre) -> None:
    def spend_all(theatre: Theatre, scene: Scene) -> Outcome:
        wanted, key = PointsWanted(2 * WELCOME_POINTS), scene.named("spent", "all")
        return theatre.rewards.reserve(
            member(scene.friend_id), wanted, idempotency_key=key, fingerprint="f", partner_id=PARTNER
        )

    def set_stage() -> Stage:
        scene = set_scene(theatre, {})
        meet(theatre, scene, "")
        merge_id = str(merge(theatre, scene).result["merge_id"])
        acts: dict[str, Act] = {
            "A": lambda: theatre.merges.undo(merge_id, actor="s"),
            "B": lambda: spend_all(theatre, scene),
        }

        def observe(answers: Mapping[str, Any]) -> Any:
            books(theatre, scene)
            return sorted(said(answer) for answer in answers.values())

        return Stage(acts, observe)

    plays = list(every_order(set_stage, once_each=True))
    assert {tuple(play.outcome) for play in plays} == {("done", "insufficient_points")}
