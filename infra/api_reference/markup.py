"""HTML as a value: a text is escaped where it becomes a child, and what is markup already is left as it is."""

from __future__ import annotations

import re
from html import escape

from markdown_it import MarkdownIt

Child = str | None
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_CODE = re.compile(r"`([^`]+)`")


class Markup(str):
    """A text that is HTML already."""

    __slots__ = ()


def element(tag: str, *children: Child, **attributes: str | bool | None) -> Markup:
    """`<tag …>children</tag>`. An attribute that is None or False is left out; `class_` is `class`, `_` is `-`."""
    given = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    shown = "".join(
        f" {name}" if value is True else f' {name}="{escape(value)}"' for name, value in given.items() if value
    )
    return Markup(f"<{tag}{shown}>{join(*children)}</{tag}>")


def join(*children: Child, between: str = "") -> Markup:
    """The children one after the other, texts escaped."""
    parts = [
        child if isinstance(child, Markup) else escape(child, quote=False) for child in children if child is not None
    ]
    return Markup(between.join(parts))


def sentence(text: str) -> Markup:
    """A sentence as docstrings have it: on one line, `code` in backticks."""
    pieces = _CODE.split(" ".join(text.split()))
    return join(*(element("code", piece) if at % 2 else piece for at, piece in enumerate(pieces)))


def markdown(text: str) -> Markup:
    """A text with headings, lists and tables; what looks like HTML in it is shown, not obeyed."""
    return Markup(_MARKDOWN.render(text))


def breakable(name: str, at: str = "/") -> Markup:
    """A long name that may be broken before each of these characters: a narrow screen does not have to scroll."""
    return Markup(escape(name).replace(at, f"<wbr>{at}"))
