"""Texts by locale."""

from __future__ import annotations

from collections.abc import Mapping


def text_in(texts: Mapping[str, str], locale: str | None) -> str:
    """The text for that locale, or for its language, or the first one there is."""
    if found := texts.get(locale or ""):
        return found
    language = (locale or "").partition("-")[0].lower()
    return texts.get(language) or next(iter(texts.values()))
