"""Announcements that cannot stand: for nobody that there is, without words in some language, with holes that nothing fills."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from quen.errors import Fault
from quen.program.document.checks.conditions import UNKNOWN, Path, names_of
from quen.program.document.checks.names import check_names
from quen.program.document.checks.placeholders import check_placeholders
from quen.program.document.checks.reading import at, items, repeated, texts
from quen.program.document.faults import pointer_to
from quen.program.model import placeholders

PLACEHOLDERS = placeholders.names_of("announcement")
"""What an announcement may leave to be filled in."""


def check_announcements(document: object) -> Iterator[Fault]:
    """Every fault of every announcement."""
    sections = items(at(document, "announcements"))
    known = names_of(document)
    yield from repeated((at(section, "id") for section in sections), ("announcements",), member="id")
    for index, section in enumerate(sections):
        path: Path = ("announcements", index)
        yield from check_names(document, at(section, "name"), (*path, "name"), "An announcement")
        for listed in ("channels", "tags", "tiers"):
            yield from repeated(items(at(section, listed)), (*path, listed))
        if isinstance(section, Mapping):
            yield from _audience(section, path, known)
            yield from _texts(document, section, path)


def _audience(section: Mapping[str, Any], path: Path, known: Mapping[str, frozenset[str]]) -> Iterator[Fault]:
    segment = section.get("segment")
    if isinstance(segment, str) and segment not in known["segment"]:
        yield Fault(pointer_to((*path, "segment")), "unknown_segment", UNKNOWN["segment"])
    if segment is not None and section.get("tags") is not None:
        sentence = "Say `segment` or `tags`, not both: a segment may ask for tags itself."
        yield Fault(pointer_to((*path, "tags")), "contradiction", sentence)
    for number, tier in enumerate(items(section.get("tiers"))):
        if isinstance(tier, str) and tier not in known["tier"]:
            yield Fault(pointer_to((*path, "tiers", number)), "unknown_tier", UNKNOWN["tier"])


def _texts(document: object, section: Mapping[str, Any], path: Path) -> Iterator[Fault]:
    """Words for every locale of the program and for no other, each with nothing to fill in but what there is."""
    said = items(section.get("texts"))
    spoken = sorted(texts(items(at(document, "program", "locales"))))
    locales = [at(text, "locale") for text in said]
    place: Path = (*path, "texts")
    yield from repeated(locales, place, member="locale")
    for locale in spoken:
        if said and locale not in locales:
            yield Fault(pointer_to(place), "missing", f"An announcement is told in every locale: {locale} has no text.")
    for number, text in enumerate(said):
        told_in = at(text, "locale")
        if isinstance(told_in, str) and told_in not in spoken:
            sentence = "The program does not speak this language: say it under /program/locales first."
            yield Fault(pointer_to((*place, number, "locale")), "not_found", sentence)
        yield from check_placeholders(at(text, "subject"), PLACEHOLDERS, pointer_to((*place, number, "subject")))
        yield from check_placeholders(at(text, "sms"), PLACEHOLDERS, pointer_to((*place, number, "sms")))
        for paragraph, words in enumerate(items(at(text, "body"))):
            yield from check_placeholders(words, PLACEHOLDERS, pointer_to((*place, number, "body", paragraph)))
