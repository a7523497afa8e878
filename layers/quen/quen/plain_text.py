"""Text that people write and others read, in a list, a terminal, a trail: it moves no cursor, and turns no neighbour around.

Control characters, marks of direction and halves of surrogate pairs are refused; the joiners that some scripts need are not,
nor the letters and pictures of tomorrow.
"""

from __future__ import annotations

import unicodedata

from quen.errors import ValidationFailedError

LINES = "\r\n\t"
"""What a text of several lines may hold besides."""

_JOINERS = "\u200c\u200d"
_STILL_GROWING = range(0x1_0000, 0x4_0000)
"""Where Unicode puts new scripts, ideographs and emoji. A phone knows next year's long before this process's Python does."""
_NEVER_CHARACTERS = 0xFFFE
"""The last two of every plane are none."""


def refuse_controls(pointer: str, text: str, besides: str = "") -> None:
    """Raises ValidationFailedError at the pointer for a text with a control character other than those `besides`."""
    allowed = _JOINERS + besides
    if any(_controls(character) and character not in allowed for character in text):
        raise ValidationFailedError.at(pointer, "invalid_characters", "A text holds no control characters.")


def _controls(character: str) -> bool:
    category, point = unicodedata.category(character), ord(character)
    if category == "Cn":
        return point not in _STILL_GROWING or point & _NEVER_CHARACTERS == _NEVER_CHARACTERS
    return category[0] == "C"
