"""Texts by locale, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def named(name: Mapping[str, str], locales: Sequence[str]) -> Mapping[str, str]:
    """A name by locale, in the order of the program's locales."""
    return {locale: name[locale] for locale in locales if locale in name} | dict(name)
