"""Two documents are compared by the names of what is in them."""

from __future__ import annotations

from typing import Any

import pytest

from quen.planning.model import changes_between
from quen.program.document import parse_document
from unit.program.documents import MISSING, changed, make_document

RULE = {"id": "tuesday", "on": "purchase", "bonus": 5, "when": {"weekday": ["tue"]}}


def changes(document: Any, before: Any = None) -> list[tuple[str, str, Any, Any]]:
    contents = [parse_document(one).content for one in (before or make_document(), document)]
    return [(one.kind, one.path, one.before, one.after) for one in changes_between(*contents)]


def test_the_same_document_has_no_changes_however_it_is_written() -> None:
    document = make_document()
    assert changes(document) == []
    assert changes(dict(reversed(document.items()))) == []
    assert changes({**document, "version": 4, "effective_from": "2030-01-01T00:00:00Z"}) == []


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        ("/earning/1/multiplier", "3", ("changed", "/earning/double-star/multiplier", "2", "3")),
        ("/earning/1/cap", MISSING, ("removed", "/earning/double-star/cap", {"points": 200, "per": "day"}, None)),
        ("/earning/1/cap/points", 300, ("changed", "/earning/double-star/cap/points", 200, 300)),
        ("/earning/1/when/weekday", ["tue"], ("changed", "/earning/double-star/when/weekday", ["mon"], ["tue"])),
        ("/points/expiry", MISSING, ("removed", "/points/expiry", {"months": 12, "at": "end_of_month"}, None)),
        ("/rewards/0/name/vi", "Cà phê", ("changed", "/rewards/free-coffee/name/vi", "Cà phê miễn phí", "Cà phê")),
        ("/program/locales", ["en", "vi"], ("changed", "/program/locales", ["vi", "en"], ["en", "vi"])),
    ],
)
def test_a_value_is_named_by_what_it_belongs_to(pointer: str, value: object, expected: tuple[Any, ...]) -> None:
    assert changes(changed(pointer, value)) == [expected]


def test_a_rule_that_is_added_between_others_is_one_change() -> None:
    document = make_document()
    document["earning"].insert(1, RULE)
    (kind, path, before, after) = changes(document)[0]
    assert (kind, path, before) == ("added", "/earning/tuesday", None)
    assert after == {**RULE, "wallet": "points"}
    assert len(changes(document)) == 1
    (removed,) = changes(make_document(), before=document)
    assert removed[:2] == ("removed", "/earning/tuesday")


def test_another_order_is_one_change() -> None:
    document = make_document()
    document["rewards"].reverse()
    ((kind, path, before, after),) = changes(document)
    assert (kind, path) == ("changed", "/rewards")
    assert before == after[::-1]


def test_the_first_document_adds_everything() -> None:
    content = parse_document(make_document()).content
    found = changes_between({}, content)
    assert {change.section for change in found} == set(content)
    assert {change.kind for change in found} == {"added"}
    assert [change.item for change in found if change.section == "rewards"] == [one["id"] for one in content["rewards"]]


def test_a_section_that_comes_or_goes_is_told_thing_by_thing() -> None:
    tiers = [{"id": name, "name": {"vi": name, "en": name}} for name in ("silver", "gold")]
    document = {**make_document(), "tiers": tiers}
    assert [change[:2] for change in changes(document)] == [("added", "/tiers/silver"), ("added", "/tiers/gold")]
    gone = changes(make_document(), before=document)
    assert [change[:2] for change in gone] == [("removed", "/tiers/silver"), ("removed", "/tiers/gold")]
