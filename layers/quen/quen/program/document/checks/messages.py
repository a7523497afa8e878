"""How members are written to: rules between its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quen.errors import Fault
from quen.program.document.checks.names import check_names
from quen.program.document.checks.placeholders import check_placeholders
from quen.program.document.checks.reading import at, given, items, members, repeated, texts
from quen.program.model import AdvertisingPolicy
from quen.program.model.placeholders import SAYINGS, names_of

_HOURS = {
    "quiet_hours": "Quiet hours end at another time than they begin.",
    "advertising": "The hours of advertising end at another time than they begin.",
}

_ADVERTISING = AdvertisingPolicy()
_LEFT_OUT: Mapping[str, dict[str, Any]] = {
    "quiet_hours": {},
    "advertising": {"from": f"{_ADVERTISING.opens:%H:%M}", "to": f"{_ADVERTISING.closes:%H:%M}"},
}
"""What the hours are that the document does not say."""


def check_messages(document: object) -> Iterator[Fault]:
    """Hours that end when they begin, ways and kinds named twice, a warning that must arrive and has no way, words in a
    language that the program does not speak or with names that nobody fills.
    """
    for name, sentence in _HOURS.items():
        said = members(at(document, "messages", name))
        hours = _LEFT_OUT[name] | {end: said[end] for end in ("from", "to") if given(said, end)}
        if hours and hours.get("from") == hours.get("to"):
            yield Fault(f"/messages/{name}/to", "contradiction", sentence)
    yield from repeated(items(at(document, "messages", "channels")), ("messages", "channels"))
    kinds = items(at(document, "messages", "kinds"))
    yield from repeated((at(kind, "kind") for kind in kinds), ("messages", "kinds"), member="kind")
    for number, kind in enumerate(kinds):
        yield from repeated(items(at(kind, "channels")), ("messages", "kinds", number, "channels"))
    yield from _warning(document, kinds)
    refusal = ("messages", "advertising", "refusal")
    yield from check_names(document, at(document, *refusal), refusal, "How advertising is refused", "is said")
    yield from _templates(document)


def _warning(document: object, kinds: Sequence[object]) -> Iterator[Fault]:
    """Nobody would be warned, and that would pass for nobody having wanted it: the points would end."""
    if at(document, "points", "expiry", "warning", "required") is not True:
        return
    for number, kind in enumerate(kinds):
        if at(kind, "kind") == "expiring" and at(kind, "channels") == []:
            sentence = (
                "Points end only after a warning has arrived (/points/expiry/warning/required): name a way for it."
            )
            yield Fault(f"/messages/kinds/{number}/channels", "contradiction", sentence)


def _templates(document: object) -> Iterator[Fault]:
    templates = items(at(document, "messages", "templates"))
    names = [f"{at(template, 'kind')} {at(template, 'locale')}" for template in templates]
    yield from repeated(names, ("messages", "templates"), member="locale")
    locales = texts(items(at(document, "program", "locales")))
    for number, template in enumerate(templates):
        locale = at(template, "locale")
        if isinstance(locale, str) and locale not in locales:
            sentence = "The program does not speak this language: say it under /program/locales first."
            yield Fault(f"/messages/templates/{number}/locale", "not_found", sentence)
        yield from _placeholders(members(template), f"/messages/templates/{number}")


def _placeholders(template: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    """Only names that the kind has may stand in its words, and no `$` without one."""
    kind = next((kind for kind in SAYINGS if kind == template.get("kind")), None)
    if kind is None:  # the shape says so
        return
    names = names_of(kind)
    said = {f"{pointer}/subject": template.get("subject"), f"{pointer}/sms": template.get("sms")}
    said |= {f"{pointer}/body/{number}": text for number, text in enumerate(items(template.get("body")))}
    for where, text in said.items():
        yield from check_placeholders(text, names, where)
