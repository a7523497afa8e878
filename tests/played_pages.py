"""Plays a page's terminal: `quen` in this process, a few tools of every machine, in a folder that looks like the project's.

Each page is lived by people of its own: where it says Lan's phone or sends her token, the command has those of somebody
enrolled for this page alone, so that nothing depends on what was played before. Ids that it gives, like `HD-1001`, get a tag.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.command import main
from shown import match, with_known
from snippets import PROJECT, Command, Snippet, commands_of, words_of

TOOLS = ("cp", "sed", "mkdir")
READING = {"GET", "list", "verify", "show"}
"""What only asks is asked again, where streams and queues may not be through yet."""
WAIT_SECONDS_MAX = 60
_SPACED_PHONE = re.compile(r"\b(0\d{3}) (\d{3}) (\d{3})\b")
_GIVEN_ID = re.compile(r"\b(?:HD|TR|RV|PAY|EX)-\d+\b")
_ASSIGNED = re.compile(r"(?P<name>[A-Z]+)=\$\((?P<typed>.+)\)", re.DOTALL)


@dataclass
class Player:
    """Plays the blocks of one page, one after the other. `people` has what is so for what the page says; the token is Lan's."""

    folder: Path
    tag: str
    people: Mapping[str, str]
    token: str
    read: Callable[[], tuple[str, str]]
    known: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    def play(self, snippet: Snippet) -> None:
        """Every command of the block, and what it shows. Raises AssertionError at the first that answers otherwise."""
        if snippet.language == "python":
            names: dict[str, Any] = {}
            exec(compile(self._lived(snippet.text), snippet.place, "exec"), names)
            return
        for command in commands_of(snippet.text):
            self._play(command, snippet.place)

    def _play(self, command: Command, place: str) -> None:
        if assigned := _ASSIGNED.fullmatch(command.typed):
            status, answered, _ = self._run(self._words(assigned["typed"]))
            assert status == 0, place
            self.variables[assigned["name"]] = answered.strip()
            return
        words = self._words(command.typed)
        if words[0] == "alias":
            return
        deadline = time.monotonic() + (WAIT_SECONDS_MAX if READING & set(words) else 0)
        while told := self._otherwise(words, command.shown):
            assert time.monotonic() < deadline, f"{place}: {command.typed}\n{told}"
            time.sleep(0.3)

    def _otherwise(self, words: list[str], shown: str) -> str:
        """What was answered, where the page says otherwise; where it shows nothing, it may be anything but a refusal."""
        status, output, errors = self._run(words)
        if not shown:
            return "" if status == 0 else output + errors
        tried = (output, errors + output)
        return "" if any(match(shown, self._told(one), self.known) for one in tried) else errors + output

    def _told(self, answered: str) -> str:
        """An answer in the page's own names."""
        answered = answered.replace(f"-{self.tag}", "")
        for said, real in self.people.items():
            answered = answered.replace(real, said)
        return answered

    def _run(self, words: list[str]) -> tuple[int, str, str]:
        if words[0] == "quen":
            self.read()
            return main(self._with_token(words[1:])), *self.read()
        assert words[0] in TOOLS, words
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def _with_token(self, words: list[str]) -> list[str]:
        is_hers = words[0] == "request" and words[2].startswith("/v1/me") and not words[2].startswith("/v1/members")
        return [*words, "--token", self.token] if is_hers and "--token" not in words else words

    def _lived(self, text: str) -> str:
        text = _SPACED_PHONE.sub(r"\1\2\3", text)
        for said, real in self.people.items():
            text = text.replace(said, real)
        return text

    def _words(self, typed: str) -> list[str]:
        typed = _GIVEN_ID.sub(rf"\g<0>-{self.tag}", with_known(self._lived(typed), self.known))
        return words_of(re.sub(r"\$([A-Z]+)", lambda found: self.variables.get(found[1], found[0]), typed))


def furnish(folder: Path, data: Path) -> None:
    """What a page's commands name by a path of the project is there."""
    (folder / "infra").symlink_to(PROJECT / "infra")
    (folder / ".quen").symlink_to(data)
