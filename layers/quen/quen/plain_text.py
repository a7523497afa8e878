"""Text that people write and others read, in a list, a terminal, a trail: it moves no cursor, and turns no neighbour around.

Control characters, marks of direction and halves of surrogate pairs are refused; the joiners that some scripts need are not.
"""

from __future__ import annotations

import unicodedata

from quen.errors import ValidationFailedError

LINES = "\r\n\t"
"""What a text of several lines may hold besides."""

_JOINERS = "\u200c\u200d"


def refuse_controls(pointer: str, text: str, besides: str = "") -> None:
    """Raises ValidationFailedError at the pointer for a text with a control character other than those `besides`."""
    allowed = _JOINERS + besides
    if any(unicodedata.category(character)[0] == "C" and character not in allowed for character in text):
        raise ValidationFailedError.at(pointer, "invalid_characters", "A text holds no control characters.")
