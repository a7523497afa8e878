"""What pydantic finds, said our way: an RFC 6901 pointer, a stable code, a sentence that holds no value of the document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any

from pydantic import ValidationError

from quen.errors import Fault

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_SENTENCES = {
    "missing": ("missing", "This is needed."),
    "extra_forbidden": ("unknown", "No field of that name belongs here: correct the spelling, or take it out."),
    "model_type": ("type", "Fields with names are expected here, one below the other or in braces."),
    "dict_type": ("type", "Fields with names are expected here, one below the other or in braces."),
    "list_type": ("type", "A list is expected here."),
    "int_type": ("type", "A whole number is expected here."),
    "string_type": ("type", "A text is expected here."),
    "string_unicode": ("type", "The text is not valid Unicode."),
    "literal_error": ("not_allowed", "Only {expected} is allowed here."),
    "greater_than_equal": ("out_of_range", "The number is at least {ge}."),
    "less_than_equal": ("out_of_range", "The number is at most {le}."),
    "string_too_short": ("length", "The text has at least {min_length} characters."),
    "string_too_long": ("length", "The text has at most {max_length} characters."),
    "too_short": ("length", "The list has at least {min_length} items."),
    "too_long": ("length", "The list has at most {max_length} items."),
}
"""Pydantic's error types → our codes. A type that is not here is one of our own validators', code and sentence in it."""


def named(error: ValidationError) -> list[Fault]:
    """Every finding as a fault, in the order of the document's shape."""
    return [_fault(finding) for finding in error.errors(include_url=False, include_input=False)]


def pointer_to(path: Iterable[str | int]) -> str:
    """The RFC 6901 pointer of a path, as far as it goes by plain names: what is none might be a value in the wrong place."""
    plain = takewhile(lambda segment: isinstance(segment, int) or _PLAIN_NAME.fullmatch(segment), path)
    return "".join(f"/{segment}" for segment in plain)


def _fault(finding: Mapping[str, Any]) -> Fault:
    code, sentence = _SENTENCES.get(finding["type"], (finding["type"], finding["msg"]))
    return Fault(pointer_to(_path(finding["loc"])), code, sentence.format_map(finding.get("ctx", {})))


def _path(location: tuple[str | int, ...]) -> Iterator[str | int]:
    """Pydantic's location without what is no place of the document: its marker for "the key itself", and our tags for the
    form in which a value is read that may have several. All of them stand in brackets.
    """
    return (segment for segment in location if isinstance(segment, int) or not segment.startswith("["))
