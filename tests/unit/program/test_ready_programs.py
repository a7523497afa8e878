"""The ready programs: each stands, teaches, and gives exactly what it says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import jsonschema_rs
import pytest

from quen.planning.model import compare, sample_baskets
from quen.program.benefits import BenefitKind
from quen.program.compiled import canonical_text, compile_program
from quen.program.document import json_schema, parse_document
from quen.program.model import Program
from quen.program.service import Programs
from unit.program.documents import PROGRAMS, faults_of
from unit.program.fakes import InMemoryVersions, StoppedClock
from unit.program.occasions import Occasion
from unit.program.ready_services import SERVICES
from unit.program.ready_shops import SHOPS

NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)
READY = SHOPS | SERVICES
OTHERS = {"ca-phe-quen", "cdnow"}
"""The demo's program and the one of a history in dollars: told by tests of their own."""

OF_EACH = pytest.mark.parametrize("name", READY)


def path_of(name: str) -> Path:
    return PROGRAMS / f"{name}.yaml"


def compiled(name: str) -> Program:
    return compile_program(parse_document(path_of(name).read_bytes()).content, 1, NOW)


def test_there_are_ten_and_every_one_is_tested() -> None:
    assert {path.stem for path in PROGRAMS.glob("*.yaml")} - OTHERS == set(READY)
    assert len(READY) == 10


@OF_EACH
def test_it_is_valid_and_an_editor_finds_its_schema(name: str) -> None:
    text = path_of(name).read_text("utf-8")
    assert faults_of(text) == []
    first, second = text.splitlines()[:2]
    marker, _, schema = first.partition("$schema=")
    assert marker == "# yaml-language-server: "
    assert json.loads((PROGRAMS / schema).read_text("utf-8")) == json_schema()
    assert second.startswith("# ")


@OF_EACH
def test_what_is_stored_of_it_follows_the_schema(name: str) -> None:
    jsonschema_rs.validate(
        json_schema(), json.loads(canonical_text(parse_document(path_of(name).read_bytes()).content))
    )


@OF_EACH
def test_applying_it_twice_changes_nothing(name: str) -> None:
    programs = Programs(InMemoryVersions(), StoppedClock(NOW))
    first = programs.replace(path_of(name).read_bytes(), actor="a", now=NOW)
    assert programs.replace(path_of(name).read_bytes(), actor="b", now=NOW) == first
    assert (first["version"], first["program"]["locales"]) == (1, ["vi", "en"])
    assert programs.current(NOW).currency == "VND"


@OF_EACH
def test_everything_in_it_has_a_name_in_every_language(name: str) -> None:
    program = compiled(name)
    named = [*program.rewards, *program.campaigns, *program.tiers, *program.segments]
    named += [rule for rule in program.earning if rule.wallet == "points"]
    assert program.rewards
    assert [one.id for one in named if set(one.name or {}) != set(program.locales)] == []


def test_together_they_show_every_kind_of_reward_but_a_partners() -> None:
    shown = {reward.benefit.kind for name in READY for reward in compiled(name).rewards if reward.benefit}
    assert shown == {*get_args(BenefitKind)} - {"partner_reward"}  # that one names a partner of the stack


@pytest.mark.parametrize(
    ("name", "occasion"),
    [pytest.param(name, one, id=f"{name}: {one.what}") for name, occasions in READY.items() for one in occasions],
)
def test_it_gives_exactly_what_was_reckoned_by_hand(name: str, occasion: Occasion) -> None:
    award = occasion.price(compiled(name))
    assert {share.rule_id: share.points for share in award.explanation if share.points} == occasion.gives


@OF_EACH
def test_no_rule_of_it_is_dead(name: str) -> None:
    program = compiled(name)
    given = {rule_id for occasion in READY[name] for rule_id in occasion.gives}
    assert {rule.id for rule in program.earning} == {rule_id for rule_id in given if not rule_id.startswith("tier:")}


@OF_EACH
def test_the_samples_of_a_plan_show_every_rule_for_purchases(name: str) -> None:
    program = compiled(name)
    plans = compare(None, program, sample_baskets([program], program.local_day(NOW)))
    shown = {share.rule_id for plan in plans for share in plan.after.shares}
    assert {rule.id for rule in program.purchase_rules} <= shown
