"""How text messages are counted: known sizes, and a count made another way for any text at all."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quen.messages.segments import DEFAULT_ALPHABET, EXTENSION, measured

GSM_TEXTS = st.text(st.sampled_from(sorted(DEFAULT_ALPHABET | EXTENSION)), max_size=700)
ANY_TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    st.text(st.sampled_from("aă€😀[]"), max_size=300),
)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€", "GSM-7", 2, 1),
        ("€" * 80, "GSM-7", 160, 1),
        ("[QC] ", "GSM-7", 7, 1),
        ("à la carte: ¥100, @home\n", "GSM-7", 24, 1),
        ("ă", "UCS-2", 1, 1),
        ("ă" * 70, "UCS-2", 70, 1),
        ("ă" * 71, "UCS-2", 71, 2),
        ("ă" * 134, "UCS-2", 134, 2),
        ("ă" * 135, "UCS-2", 135, 3),
        ("a" * 159 + "ă", "UCS-2", 160, 3),
        ("€ă", "UCS-2", 2, 1),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("`", "UCS-2", 1, 1),
        ("\t", "UCS-2", 1, 1),
    ],
)
def test_a_text_is_counted_as_the_network_counts_it(text, encoding, units, segments):
    size = measured(text)
    assert (size.encoding, size.units, size.segments) == (encoding, units, segments)


def test_the_alphabet_has_its_127_characters_besides_the_escape():
    assert len(DEFAULT_ALPHABET) == 127
    assert len(EXTENSION) == 10
    assert not DEFAULT_ALPHABET & EXTENSION


def test_an_escape_and_its_character_stay_in_one_segment():
    assert measured("a" * 152 + "€" + "a" * 152).segments == 3  # 306 septets, which would fill two to the last
    assert measured("a" * 152 + "bc" + "a" * 152).segments == 2


def test_an_emoji_is_never_divided_between_two_segments():
    assert measured("ă" * 66 + "😀" + "ă" * 66).segments == 3  # 134 units, which would fill two to the last
    assert measured("ă" * 66 + "đê" + "ă" * 66).segments == 2


def _counted(text: str, encode: dict[str, int], alone: int, of_several: int) -> tuple[int, int]:
    """Units and segments, found by cutting pieces off the front of the text, each as long as fits."""
    total = sum(encode[character] for character in text)
    if total <= alone:
        return total, 1
    pieces, rest = 0, text
    while rest:
        length = len(rest)
        while sum(encode[character] for character in rest[:length]) > of_several:
            length -= 1
        pieces, rest = pieces + 1, rest[length:]
    return total, pieces


@given(GSM_TEXTS)
def test_any_text_of_the_gsm_alphabet_is_counted_as_by_cutting_it_up(text):
    widths = {character: 2 if character in "^{}\\[~]|€\f" else 1 for character in text}
    size = measured(text)
    assert (size.encoding, (size.units, size.segments)) == ("GSM-7", _counted(text, widths, 160, 153))


@given(ANY_TEXTS)
def test_any_other_text_is_counted_in_utf_16_as_by_cutting_it_up(text):
    size = measured(text + "ă")
    widths = {character: len(character.encode("utf-16-le")) // 2 for character in text + "ă"}
    assert (size.encoding, (size.units, size.segments)) == ("UCS-2", _counted(text + "ă", widths, 70, 67))


@given(st.one_of(GSM_TEXTS, ANY_TEXTS))
def test_a_longer_text_never_takes_fewer_segments(text):
    counts = [measured(text[:length]).segments for length in (0, len(text) // 2, len(text))]
    assert all(shorter <= longer for shorter, longer in pairwise(counts))
