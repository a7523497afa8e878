"""How members are written to: rules between its values."""

from __future__ import annotations

from collections.abc import Iterator

from quen.errors import Fault
from quen.program.document.checks.names import check_names
from quen.program.document.checks.reading import at, given, items, members, repeated, texts

_HOURS = {
    "quiet_hours": "Quiet hours end at another time than they begin.",
    "advertising": "The hours of advertising end at another time than they begin.",
}


def check_messages(document: object) -> Iterator[Fault]:
    """Hours that end when they begin, ways and kinds named twice, words in a language that the program does not speak."""
    for name, sentence in _HOURS.items():
        hours = members(at(document, "messages", name))
        if given(hours, "from") and hours["from"] == hours.get("to"):
            yield Fault(f"/messages/{name}/to", "contradiction", sentence)
    yield from repeated(items(at(document, "messages", "channels")), ("messages", "channels"))
    kinds = items(at(document, "messages", "kinds"))
    yield from repeated((at(kind, "kind") for kind in kinds), ("messages", "kinds"), member="kind")
    for number, kind in enumerate(kinds):
        yield from repeated(items(at(kind, "channels")), ("messages", "kinds", number, "channels"))
    refusal = ("messages", "advertising", "refusal")
    yield from check_names(document, at(document, *refusal), refusal, "How advertising is refused", "is said")
    yield from _templates(document)


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
