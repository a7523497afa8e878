"""Latin text without its marks, as Vietnamese is written where a mark costs money: `Cà phê Quen` becomes `Ca phe Quen`.

Every letter stays a letter, composed or decomposed, so that a name can still be read. Other scripts are left alone: what is a
mark to us is a vowel to them. What typography adds (quotes, dashes, odd blanks) becomes what a phone's keypad had.
"""

from __future__ import annotations

import re
import unicodedata

_MARKS_OF_LATIN = re.compile(r"(?<=[A-Za-zÆØæø])[\u0300-\u036f]+")
_LETTERS = {
    "đ": "d",
    "Đ": "D",
    "ð": "d",
    "Ð": "D",  # the Icelandic capital looks like the Vietnamese one, and is typed for it
    "ł": "l",
    "Ł": "L",
    "ħ": "h",
    "Ħ": "H",
    "ı": "i",
    "ŋ": "n",
    "Ŋ": "N",
    "œ": "oe",
    "Œ": "OE",
    "þ": "th",
    "Þ": "Th",
}
_SIGNS = {
    **dict.fromkeys("‘’‚‛′ʼʻ`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−•·", "-"),
    **dict.fromkeys(
        "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
    ),
    **dict.fromkeys("\u2028\u2029", "\n"),
    **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
    "…": "...",
    "×": "x",
    "₫": "d",
}
_PLAIN = str.maketrans(_LETTERS | _SIGNS)


def unaccented(text: str) -> str:
    """The text in plain letters; of a Vietnamese one nothing is left that is not in the GSM default alphabet."""
    bare = _MARKS_OF_LATIN.sub("", unicodedata.normalize("NFD", text).translate(_PLAIN))
    return unicodedata.normalize("NFC", bare)
