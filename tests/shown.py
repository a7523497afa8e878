"""Whether a command answered what a page shows: word by word, but for what differs each time.

`…` stands for whatever is left out, nothing included, with the commas beside it. An id, or a code made from one, is whatever it
was when the page first showed it.
"""

from __future__ import annotations

import re

_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|…|[^\s"…]+|"')
_LEFT_OUT = re.compile(",?…,?")
_KIND_OF_ID = r"(?:[a-z]{3}_[a-z0-9]{16,26}|[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})"
_ID = re.compile(rf"(?<![a-zA-Z0-9]){_KIND_OF_ID}(?![a-zA-Z0-9])")


def match(shown: str, answered: str, known: dict[str, str]) -> bool:
    """Whether this was answered. What ids of the page really are is added to `known`."""
    *pieces, last = _LEFT_OUT.split(_joined(shown))
    told, at, learned = _joined(answered), 0, dict(known)
    for number, piece in enumerate(pieces):
        pattern, names = _pattern(piece, learned)
        found = re.compile(pattern).match(told) if number == 0 else re.compile(pattern).search(told, at)
        if not found:
            return False
        at = found.end()
        learned |= {name: found[group] for name, group in names.items()}
    pattern, names = _pattern(last, learned)
    found = re.compile(rf"{pattern}\Z").search(told, at) if pieces else re.fullmatch(pattern, told)
    if found:
        known.update(learned | {name: found[group] for name, group in names.items()})
    return found is not None


def with_known(typed: str, known: dict[str, str]) -> str:
    """A command with the ids that things really have."""
    return _ID.sub(lambda found: known.get(found[0], found[0]), typed)


def _joined(text: str) -> str:
    """Without the spaces between words: how JSON is broken into lines says nothing."""
    return "".join(_WORD.findall(text))


def _pattern(piece: str, known: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The expression for a piece, and the groups in which it finds the ids that are new."""
    groups: dict[str, str] = {}
    pattern, at = "", 0
    for found in _ID.finditer(piece):
        pattern += re.escape(piece[at : found.start()]) + _id(found[0], known, groups)
        at = found.end()
    return pattern + re.escape(piece[at:]), groups


def _id(name: str, known: dict[str, str], groups: dict[str, str]) -> str:
    if name in known:
        return re.escape(known[name])
    if name in groups:
        return f"(?P={groups[name]})"
    groups[name] = f"id_{len(groups)}"
    return f"(?P<{groups[name]}>{_KIND_OF_ID})"
