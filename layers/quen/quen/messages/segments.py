"""What a text message weighs: its alphabet, how much of that it takes, and in how many segments the network carries it.

A text whose every character is in the GSM default alphabet goes in septets, any other in UCS-2, where one letter with a mark
makes the whole text weigh more than twice as much. A segment of several gives some of its room to say which one it is, and no
character is divided between two.
https://www.etsi.org/deliver/etsi_ts/123000_123099/123038/ (3GPP TS 23.038, section 6.2.1)
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Encoding = Literal["GSM-7", "UCS-2"]

DEFAULT_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The characters of one septet."""
EXTENSION = frozenset("\f^{}\\[~]|€")
"""The characters that an escape stands before, so that each takes two septets: among them the brackets of `[QC]`."""
ALONE: dict[Encoding, int] = {"GSM-7": 160, "UCS-2": 70}
"""How many units a text may have that goes in one segment: septets, or UTF-16 units."""
OF_SEVERAL: dict[Encoding, int] = {"GSM-7": 153, "UCS-2": 67}
"""How many units of a longer text each segment holds."""

_GSM = DEFAULT_ALPHABET | EXTENSION
_BMP_LAST = 0xFFFF


class SmsSize(Struct, frozen=True):
    """`units` are septets (GSM-7) or UTF-16 units (UCS-2) of the whole text; `segments` is what is paid for, 1 at least."""

    encoding: Encoding
    units: int
    segments: int


def measured(text: str) -> SmsSize:
    """The size of the text as networks carry it. (SNS divides a long text between words: then it may be one segment more.)"""
    encoding: Encoding = "GSM-7" if _GSM.issuperset(text) else "UCS-2"
    widths = [_width(character, encoding) for character in text]
    units = sum(widths)
    return SmsSize(encoding, units, 1 if units <= ALONE[encoding] else _filled(widths, OF_SEVERAL[encoding]))


def _width(character: str, encoding: Encoding) -> int:
    """How many units the character takes."""
    takes_two = character in EXTENSION if encoding == "GSM-7" else ord(character) > _BMP_LAST
    return 2 if takes_two else 1


def _filled(widths: list[int], room: int) -> int:
    """How many segments of that room are filled, one after the other: what does not fit begins the next one whole."""
    segments, left = 0, 0
    for width in widths:
        if width > left:
            segments, left = segments + 1, room
        left -= width
    return segments
