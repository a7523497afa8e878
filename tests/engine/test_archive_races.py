"""A member buys, or another run comes, between any two calls of the archiving of the same member: nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property, partial
from itertools import count
from typing import Any

import pytest

from engine.schedule import Player, Stage, TurnstileClient, every_order
from engine.theatre import EVENING, Scene, Theatre
from engine.use_cases import meet, purchase, set_scene
from quen.archive.service import Archived, Archiving
from quen.errors import ConflictRetryError
from quen.ledger.model import parse_entry
from tables import create_tables
from unit.archive.fakes import MemoryObjects

pytestmark = pytest.mark.engine
KEPT_FROM = (EVENING + timedelta(days=2)).date()
"""Everything in the theatre is old by then, but for the last entry of each member."""


class Archivists(Theatre):
    """The theatre with a bucket."""

    @cached_property
    def _archived_objects(self) -> MemoryObjects:
        return MemoryObjects()

    def archive(self, member_id: str, run_id: str = "run_1") -> Archived:
        zone = self.programs.current(EVENING).time_zone
        archiving = Archiving(self._archive_store, self._archived_objects)
        return archiving.archive(member_id, KEPT_FROM, zone, run_id, is_recovering=False)

    def whole(self, member_id: str) -> list[str]:
        """The kinds of all entries that there ever were, once they are proven."""
        found = self.verification.verify_member(member_id)
        assert found.is_sound, found.flaws
        kept = self._ledger_store.load_kept(member_id)
        archived = self.verification._checks._archive.read(kept.checkpoint) if kept.checkpoint else ()
        entries = [parse_entry(*sealed) for sealed in (*archived, *kept.entries)]
        assert [entry.sequence for entry in entries] == [*range(1, found.entries + 1)]
        return [entry.kind for entry in entries]


@pytest.fixture(scope="module")
def theatre(engine: Any) -> Archivists:
    return Archivists(TurnstileClient(engine), create_tables(engine))


def a_scene(theatre: Archivists) -> Scene:
    scene = set_scene(theatre, {})
    meet(theatre, scene, "")
    return scene


def test_a_member_who_buys_between_any_two_calls_loses_nothing_and_waits_for_nobody(theatre: Archivists) -> None:
    for calls in count():
        scene = a_scene(theatre)
        before = [parse_entry(*sealed).kind for sealed in theatre._ledger_store.read_history(scene.member_id)]
        archivist = Player(partial(theatre.archive, scene.member_id))
        archivist.set_out()
        for _ in range(calls):
            archivist.go_on()
        has_ended = archivist.waits_for is None
        assert not purchase(theatre, scene, "meanwhile").replayed
        after = theatre.whole(scene.member_id)
        assert (after[: len(before)], after[-1]) == (before, "earn")
        while archivist.waits_for:
            archivist.go_on()
        assert isinstance(archivist.answer, Archived), archivist.answer
        assert theatre.whole(scene.member_id) == after
        if has_ended:
            break
    assert calls > 5


@pytest.mark.long
def test_two_runs_in_any_order_of_their_calls_archive_each_entry_once(theatre: Archivists) -> None:
    def set_stage() -> Stage:
        scene = a_scene(theatre)
        before = theatre.whole(scene.member_id)

        def observe(answers: dict[str, Any]) -> int:
            assert all(isinstance(answer, Archived | ConflictRetryError) for answer in answers.values()), answers
            theatre.archive(scene.member_id, "run_3")
            assert theatre.whole(scene.member_id) == before
            return sum(answer.entries for answer in answers.values() if isinstance(answer, Archived))

        return Stage({name: partial(theatre.archive, scene.member_id, name) for name in "AB"}, observe)

    plays = list(every_order(set_stage, once_each=True))
    assert {play.outcome for play in plays} == {plays[0].outcome}
