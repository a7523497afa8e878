"""Segments under any question: not is the opposite, all and any mirror each other, and what is called impossible is."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from factories import NOON
from quen.business_days import add_months
from quen.errors import ValidationFailedError
from quen.people import Behaviour, Person
from quen.program.compiled import canonical_text, compile_program
from quen.program.compiled.segments import question_of
from quen.program.document import parse_document
from quen.program.document.checks.segment_scopes import impossible_in
from quen.program.model import segments_held
from quen.program.model.segments import EARLIER, AsOf
from unit.program.documents import make_document

TODAY = date(2026, 11, 25)
When = Mapping[str, Any]

words = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=2)
days = st.integers(0, 900).map(lambda ago: TODAY - timedelta(days=ago - 40))


def ranges(most: int, **more: st.SearchStrategy[Any]) -> st.SearchStrategy[When]:
    return st.fixed_dictionaries(
        {}, optional={"at_least": st.integers(1, most), "at_most": st.integers(0, most)} | more
    )


ago = st.fixed_dictionaries({"days_ago": ranges(800)})
months = st.integers(1, 24)
asked: Mapping[str, st.SearchStrategy[Any]] = {
    "last_purchase": ago,
    "first_purchase": ago,
    "joined": ago,
    "never_bought": st.just(True),
    "purchases": ranges(4, months=months),
    "visits": ranges(4, months=months),
    "spend": ranges(4000, months=months),
    "store": words,
    "tag": words,
    "consent": words,
    "tier": words,
    "birthday_month": st.just("current") | st.lists(st.integers(1, 12), min_size=1, max_size=3),
}
simple: st.SearchStrategy[When] = st.lists(st.sampled_from(sorted(asked)), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: asked[name] for name in names})
)
whens: st.SearchStrategy[When] = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=4,
)
people = st.none() | st.builds(
    Person,
    birth_month=st.none() | st.integers(1, 12),
    birth_day=st.none(),
    tags=st.frozensets(st.sampled_from("abc")),
    consents=st.frozensets(st.sampled_from("abc")),
    joined_on=st.none() | days,
)


@st.composite
def behaviours(draw: st.DrawFn) -> Behaviour:
    """What an account remembers of purchases, some of which came back; one a day and store is a visit."""
    tallies: dict[str, tuple[int, int, int]] = {}
    horizon = add_months(TODAY.replace(day=1), -23)
    bought = sorted(draw(st.lists(days, max_size=6)))
    for number, day in enumerate(bought):
        if draw(st.booleans()) and draw(st.booleans()):
            continue  # it came back whole: its day stays known
        month = EARLIER if day < horizon else day.isoformat()[:7]
        purchases, spend, visits = tallies.get(month, (0, 0, 0))
        is_visit = day not in bought[:number]
        tallies[month] = (purchases + 1, spend + draw(st.integers(0, 1500)), visits + int(is_visit))
    first_on, last_on = (bought[0], bought[-1]) if bought else (None, None)
    stores = tuple(draw(st.lists(st.sampled_from("abc"), unique=True))) if bought else ()
    return Behaviour(tallies, first_on, last_on, stores, draw(st.sampled_from(["", "a", "b", "c"])))


members = st.builds(AsOf, people, behaviours(), st.just(TODAY) | days)


@given(whens, members)
def test_not_is_the_opposite_and_twice_the_same(when: When, member: AsOf) -> None:
    held = question_of(when).holds(member)
    assert question_of({"not": when}).holds(member) is not held
    assert question_of({"not": {"not": when}}).holds(member) is held


@given(st.lists(whens, min_size=1, max_size=4), members)
def test_not_all_is_any_not_and_not_any_is_all_not(parts: list[When], member: AsOf) -> None:
    opposites = [{"not": part} for part in parts]
    assert question_of({"not": {"all": parts}}).holds(member) is question_of({"any": opposites}).holds(member)
    assert question_of({"not": {"any": parts}}).holds(member) is question_of({"all": opposites}).holds(member)


@given(simple, simple, members)
def test_several_questions_side_by_side_must_all_hold(one: When, other: When, member: AsOf) -> None:
    alone = [question_of({name: said}).holds(member) for name, said in one.items()]
    assert question_of(one).holds(member) is all(alone)
    both = question_of({"all": [one, other]}).holds(member)
    assert both is (question_of(one).holds(member) and question_of(other).holds(member))


@given(st.lists(simple, min_size=1, max_size=3), behaviours(), people, st.just(TODAY) | days)
@example(
    [{"last_purchase": {"days_ago": {"at_least": 61}}, "visits": {"at_least": 1, "months": 2}}],
    Behaviour({"2026-12": (1, 1, 1)}, date(2026, 12, 1), date(2026, 12, 1), (), ""),
    None,
    date(2027, 1, 31),
)
def test_nobody_is_ever_in_what_is_called_impossible(
    parts: list[When], behaviour: Behaviour, person: Person | None, day: date
) -> None:
    when = {"all": parts}
    if question_of(when).holds(AsOf(person, behaviour, day)):
        assert impossible_in(when) is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["current", "asked", "a", "", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*asked, "all", "any", "not", "segment", "days_ago", "at_least", "at_most", "months"]),
            inner,
        )
    ),
)


@given(anything | whens)
def test_whatever_a_segment_asks_is_refused_or_answered(when: Any) -> None:
    tiers = [{"id": name, "name": {"vi": name, "en": name}} for name in "abc"]
    segments = [{"id": "asked", "name": {"vi": "x", "en": "x"}, "when": when}]
    with contextlib.suppress(ValidationFailedError):
        content = json.loads(
            canonical_text(parse_document(make_document() | {"tiers": tiers, "segments": segments}).content)
        )
        segments_held(compile_program(content, 1, NOON), None, Behaviour({}, None, None, (), ""), TODAY)
