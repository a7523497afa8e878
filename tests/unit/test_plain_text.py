"""What people may write where others read it."""

from __future__ import annotations

import unicodedata

import pytest

from quen.errors import ValidationFailedError
from quen.plain_text import LINES, refuse_controls

WRITTEN = {
    "Vietnamese": "Nguyễn Thị Hằng Ơi",
    "Vietnamese with its marks apart": unicodedata.normalize("NFD", "Nguyễn Thị Hằng"),
    "a family of joined pictures": "Nhà \U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "a picture with a skin, a presentation and a flag": "\U0001f44d\U0001f3fd ❤\ufe0f \U0001f1fb\U0001f1f3",
    "a picture that is younger than most Pythons": "Hằng \U0001fae9",
    "an ideograph that is younger than most Pythons": "Nguyễn \U00032000",
    "a Persian name with its joiner": "علی\u200cرضا",
}
REFUSED = {
    "an escape": "a\x1b[2J",
    "an empty byte": "a\x00",
    "a line": "a\nb",
    "what turns its neighbours around": "a\u202egnp.exe",
    "an isolate": "a\u2067b",
    "a mark of order": "\ufeffa",
    "an invisible letter of a tag": "a\U000e0041",
    "half a pair": "a\ud83d",
    "somebody's own character": "a\ue000",
    "what is no character in the first plane": "a\uffff",
    "what is no character in another plane": "a\U0001fffe",
    "an unassigned one that would be invisible": "a\U000e0fff",
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_what_people_are_called_may_be_written(text: str) -> None:
    refuse_controls("/name", text)


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_moves_a_cursor_or_hides_is_refused(text: str) -> None:
    with pytest.raises(ValidationFailedError):
        refuse_controls("/name", text)


def test_a_text_of_several_lines_may_have_them() -> None:
    refuse_controls("/reason", "Trễ.\r\n\tHai lần.", LINES)
