"""A win-back against the purchase that makes it needless, and against another one, in every order of their calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

import pytest

from engine.books import books, told
from engine.schedule import Act, Play, Stage, TurnstileClient, every_order
from engine.theatre import Scene, Theatre
from engine.use_cases import PARTNER, purchase, set_scene
from factories import make_purchase
from house import member
from quen.ledger.documents import Outcome
from quen.ledger.model import GrantBonus, NoteLapse
from quen.ledger.model.chain import parse_entry
from quen.program.model import Gift, Gifts, RewardGift
from tables import create_tables

pytestmark = pytest.mark.engine
LAST = date(2026, 11, 22)
GIFTS = Gifts(Gift(20, RewardGift("voucher", 30)))


@pytest.fixture(scope="module")
def theatre(engine: Any) -> Theatre:
    return Theatre(TurnstileClient(engine), create_tables(engine))


def offer(theatre: Theatre, scene: Scene) -> Outcome | None:
    bonus = GrantBonus("win_back", 0, LAST.isoformat(), "win_back", gifts=GIFTS, day=LAST)
    return theatre.gifts.give(scene.member_id, bonus, theatre.programs.program)


def note(theatre: Theatre, scene: Scene) -> Outcome | None:
    return theatre.lapses.note(scene.member_id, NoteLapse(LAST, "held_out"), theatre.programs.program)


def buy(theatre: Theatre, scene: Scene) -> Outcome:
    bought = make_purchase(purchase_id=scene.named("back", "a"), at=theatre.time.now())
    return theatre.purchases.record(PARTNER, member(scene.member_id), bought, "back")


def played(theatre: Theatre, acts: Mapping[str, Callable[[Theatre, Scene], Any]]) -> list[Play]:
    """Every order that somebody could tell apart, each with a member who last bought on LAST."""

    def set_stage() -> Stage:
        scene = set_scene(theatre, {})
        purchase(theatre, scene, "before")
        ready: dict[str, Act] = {name: partial(act, theatre, scene) for name, act in acts.items()}

        def observe(answers: Mapping[str, Any]) -> Any:
            [book] = books(theatre, scene)
            history = [parse_entry(*sealed) for sealed in theatre._ledger_store.read_history(scene.member_id)]
            about = [(entry.kind, entry.win_back.outcome) for entry in history if entry.win_back]
            return {name: told(answer).word for name, answer in answers.items()}, about, len(book["vouchers"])

        return Stage(ready, observe)

    return list(every_order(set_stage, once_each=True))


@pytest.mark.parametrize(
    ("act", "kind", "outcome"),
    [
        (offer, "bonus", "offered"),
        pytest.param(note, "win_back", "held_out", marks=pytest.mark.long),
    ],
)
def test_who_is_back_is_neither_offered_anything_nor_noted_whatever_comes_first(
    theatre: Theatre, act: Callable[[Theatre, Scene], Any], kind: str, outcome: str
) -> None:
    plays = played(theatre, {"A": act, "B": buy})
    for play in plays:
        answers, about, vouchers = play.outcome
        assert answers["B"] == "done"
        was_first = answers["A"] == "done"
        assert about == ([(kind, outcome), ("earn", outcome)] if was_first else []), play
        assert vouchers == int(was_first and outcome == "offered"), play
    assert {play.outcome[0]["A"] for play in plays} == {"done", "nothing to do"}


@pytest.mark.long
def test_one_lapse_is_offered_or_noted_and_never_both(theatre: Theatre) -> None:
    plays = played(theatre, {"A": offer, "B": note})
    for play in plays:
        answers, about, vouchers = play.outcome
        assert sorted(answers.values()) == ["done", "replay"], play
        assert len(about) == 1, play
        assert vouchers == int(answers["A"] == "done"), play
