"""Telephone numbers: E.164 from every spelling that people in Vietnam use, and from any foreign number with its +.

Deliberate: full-width digits and signs (a keyboard setting) are read as their plain twins, the invisible marks that
telephones' contact books copy along are dropped; every other character that is not a digit, a blank, a dot, a dash or a
parenthesis is refused, digits of other scripts among them, because a number that nobody can compare by eye is a way to
trick people.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quen.errors import ValidationFailedError

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

HOME_REGION = "VN"
SPELLING_LENGTH_MAX = 40

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF08, 0xFF1A)}
_IGNORED = dict.fromkeys(
    [
        *map(ord, " \t.-()"),
        *(0x00A0, 0x202F, 0x3000, *range(0x2000, 0x200B)),  # blanks
        *(*range(0x2010, 0x2016), 0x2212),  # dashes
        *(0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF),  # invisible marks
    ]
)
_DIGITS = re.compile(r"\+?[0-9]{6,20}")

_VIETNAM = 84
# Within Vietnam's mobile ranges the library's allocations lag behind the operators'; the shape is enough.
_VIETNAM_MOBILE = re.compile(r"[35789][0-9]{8}")
_HOME_MOBILE = re.compile(r"(?:\+84|0)([35789][0-9]{8})")
_VIETNAM_OLD_MOBILE = re.compile(r"(1[2689][0-9])([0-9]{7})")

# On 15 September 2018 Vietnam's 11-digit mobile numbers lost a digit; only the prefix changed, and nobody else can ever
# get one of the old ones. Cards and address books still carry them.
# MobiFone: https://mobifone.vn (kế hoạch triển khai chuyển đổi thuê bao); all operators:
# https://lawnet.vn/en/laws/what-is-the-current-list-of-prefixes-of-vietnamese-phone-numbers-of-mobile-network-operators-what-i-134777.html
_VIETNAM_MOVED = {
    old: new
    for moves in (
        {"120": "70", "121": "79", "122": "77", "126": "76", "128": "78"},  # MobiFone
        {"123": "83", "124": "84", "125": "85", "127": "81", "129": "82"},  # VinaPhone
        {f"16{digit}": f"3{digit}" for digit in range(2, 10)},  # Viettel
        {"186": "56", "188": "58"},  # Vietnamobile
        {"199": "59"},  # Gmobile
    )
    for old, new in moves.items()
}


def parse_phone(text: str, pointer: str = "/phone") -> str:
    """The number as E.164, for example `+84901234567`. Raises ValidationFailedError with code `invalid_phone`."""
    digits = text.translate(_FULL_WIDTH).translate(_IGNORED)
    number = _to_e164(digits) if len(text) <= SPELLING_LENGTH_MAX and _DIGITS.fullmatch(digits) else None
    if number is None:
        raise ValidationFailedError.at(pointer, "invalid_phone", "This is not a telephone number of a person.")
    return number


def _to_e164(digits: str) -> str | None:
    """As nearly everybody writes their own number, it needs no library, which would say the same."""
    home = _HOME_MOBILE.fullmatch(digits)
    return f"+{_VIETNAM}{home[1]}" if home else _read_by_library(digits)


def _read_by_library(digits: str) -> str | None:
    import phonenumbers  # 10 to 20 ms of start-up that most requests never need

    try:
        number = phonenumbers.parse(digits, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code == _VIETNAM:
        number.national_number = _moved_in_2018(str(number.national_number))
    kinds = phonenumbers.PhoneNumberType
    personal = {kinds.MOBILE, kinds.FIXED_LINE, kinds.FIXED_LINE_OR_MOBILE, kinds.PERSONAL_NUMBER, kinds.VOIP}
    # The library gives an invalid number no kind, so this refuses those and service lines alike.
    if phonenumbers.number_type(number) not in personal and not _is_vietnamese_mobile(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _moved_in_2018(national_number: str) -> int:
    match = _VIETNAM_OLD_MOBILE.fullmatch(national_number)
    if match is None or match[1] not in _VIETNAM_MOVED:
        return int(national_number)
    return int(_VIETNAM_MOVED[match[1]] + match[2])


def _is_vietnamese_mobile(number: PhoneNumber) -> bool:
    return number.country_code == _VIETNAM and _VIETNAM_MOBILE.fullmatch(str(number.national_number)) is not None
