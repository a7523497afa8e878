"""The fenced blocks of a Markdown page, and the commands of those that show a terminal.

A comment before a block says what the tests do with it otherwise: `<!-- not run: reason -->`, or `<!-- long: reason -->` where
it is played in the long tests alone.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[1]
GUIDES = PROJECT / "infra/guides"
PAGES = [PROJECT / "README.md", *sorted(GUIDES.glob("*.md"))]
_BLOCK = re.compile(
    r"(?:^<!-- (?P<note>.+?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """One block. `line` is where its text begins."""

    page: Path
    line: int
    language: str
    text: str
    note: str

    @property
    def reason(self) -> str:
        """Why it is not run; empty where it is."""
        return self.note.removeprefix("not run: ") if self.note.startswith("not run: ") else ""

    @property
    def is_long(self) -> bool:
        """Whether playing it takes long."""
        return self.note.startswith("long: ")

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(PROJECT)}:{self.line}"


@dataclass(frozen=True, slots=True)
class Command:
    """What is typed after `$ `, and what the page shows of its answer; nothing, where it shows none."""

    typed: str
    shown: str


def snippets_of(page: Path) -> Iterator[Snippet]:
    """The blocks of a page, in order."""
    text = page.read_text("utf-8")
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("text")) + 1
        yield Snippet(page, line, found["language"], found["text"], found["note"] or "")


def commands_of(text: str) -> list[Command]:
    """The commands of a block; one goes on over lines as long as a quote is open."""
    found: list[Command] = []
    lines = text.splitlines()
    while lines:
        line = lines.pop(0)
        if not line.startswith("$ "):
            last = found.pop()
            found.append(Command(last.typed, f"{last.shown}{line}\n"))
            continue
        typed = line.removeprefix("$ ")
        while not _is_whole(typed):
            typed += f"\n{lines.pop(0)}"
        found.append(Command(typed, ""))
    return found


def words_of(typed: str) -> list[str]:
    """The words of a command, without what stands behind a `#`."""
    return shlex.split(typed, comments=True)


def _is_whole(typed: str) -> bool:
    try:
        words_of(typed)
    except ValueError:
        return False
    return True
