"""Events that race: what a member did counts once, whoever reports it, and whoever they are merged into meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import count
from typing import Any

import pytest

from engine.schedule import Play, Stage, TurnstileClient, every_order
from engine.test_races import PARTNER, RACERS, check_books, house, kinds, race
from engine.theatre import Theatre
from factories import make_event, make_program
from house import FixedPrograms, House, enrol, member
from quen.errors import EventAlreadyCountedError
from quen.ledger.documents import Outcome
from quen.program.model import EarningRule
from tables import create_tables

pytestmark = pytest.mark.engine
__all__ = ["house"]
POINTS = 30
PROGRAM = make_program(earning=(EarningRule("review", "review", points=POINTS),))


def review(house: House, member_id: str, event_id: str, partner_id: str = PARTNER) -> Outcome:
    """Of the one shop that there is."""
    told_of = make_event(event_id=event_id, subject="the shop")
    return house.occasions.record(partner_id, member(member_id), told_of, event_id)


@pytest.fixture
def shop(house: House) -> House:
    house.programs = FixedPrograms(PROGRAM)
    for dependent in ("ledger", "members"):
        house.__dict__.pop(dependent, None)
    assert house.occasions  # made before the threads are
    return house


def test_sixteen_reports_of_one_doing_count_once(shop: House) -> None:
    lan = enrol(shop)
    results = race(lambda number: review(shop, lan, f"E-{number}", f"ptn_{number % 2}"))
    assert kinds(results) == {"done": 1, EventAlreadyCountedError.__name__: RACERS - 1}
    assert shop.ledger.show_account(lan)["points"]["active"] == POINTS
    check_books(shop, lan)


def test_sixteen_of_one_report_are_one_and_get_one_answer(shop: House) -> None:
    lan = enrol(shop)
    results = race(lambda _: review(shop, lan, "E-1"))
    assert kinds(results) == {"done": 1, "replay": RACERS - 1}
    assert len({str(result.result) for result in results}) == 1
    check_books(shop, lan)


@pytest.mark.parametrize("engine", ["ministack"], indirect=True)
@pytest.mark.parametrize("who_did_before", ["the survivor", "the merged one", "neither"])
def test_no_order_of_a_merge_and_an_event_lets_one_doing_count_twice_for_the_person(
    engine: Any, who_did_before: str
) -> None:
    """The event is the other one's, or with `neither` the merged one's: it counts before the merge, or not at all."""
    theatre = Theatre(TurnstileClient(engine), create_tables(engine))
    numbers = count()

    def set_stage() -> Stage:
        theatre.programs.program = PROGRAM
        number = next(numbers)
        lan, other = (enrol(theatre, f"+84{prefix}{number:07d}") for prefix in (90, 97))
        did, does = {"the survivor": (lan, other), "the merged one": (other, lan), "neither": ("", other)}[
            who_did_before
        ]
        if did:
            review(theatre, did, f"before-{number}")
        acts = {"M": partial(merge, theatre, lan, other, number), "E": partial(review, theatre, does, f"now-{number}")}
        return Stage(acts, lambda answers: (answers, entries(theatre, lan), entries(theatre, other)))

    plays = list(every_order(set_stage, once_each=True))
    told = {check_order(play, did_before=who_did_before != "neither") for play in plays}
    assert told == ({"done", EventAlreadyCountedError.code} if who_did_before != "neither" else {"done"})


def check_order(play: Play, *, did_before: bool) -> str:
    """What the till was told. The merge always comes about; what counts was done by two members, or by one person once."""
    answers, survivor, merged = play.outcome
    assert isinstance(answers["M"], Outcome), play
    told = answers["E"].code if isinstance(answers["E"], EventAlreadyCountedError) else "done"
    assert told != "done" or isinstance(answers["E"], Outcome), play
    given = survivor.count("bonus") + merged.count("bonus")
    assert given == did_before + (told == "done"), play
    if did_before and told == "done":
        assert "bonus" not in survivor[survivor.index("merge_in") :], play
        assert "bonus" not in merged[merged.index("merge_out") :], play
    return told


def merge(theatre: Theatre, survivor: str, merged: str, number: int) -> Outcome:
    return theatre.merges.merge(
        survivor, merged, reason="same", actor="staff-1", idempotency_key=f"m{number}", fingerprint="f"
    )


def entries(theatre: Theatre, member_id: str) -> list[str]:
    """The kinds of a member's entries, oldest first, once the books are proven."""
    check_books(theatre, member_id)
    shown: list[Mapping[str, Any]] = theatre.ledger.list_entries(member_id, None, 20)[0]
    return [str(entry["kind"]) for entry in reversed(shown)]
