"""The Vietnamese lunar calendar: pure, in integers, from a table of one number a year.

A month begins on the day of the new moon, and the winter solstice is in month 11. A leap month comes after the month whose
number it repeats. Days are those of UTC+7, so a year may begin a day, or a month, before the Chinese one (1985, 2007, 2030).
Until 1967 days were China's, in the South until 1975: here they are so to the end of 1967. Calendars that were printed
before 1926 differ in 1917, 1922, 1924 and 1925. From 2050 on a new moon within a minute or two of midnight may come to fall
on the other day, for nobody knows how fast the earth will turn; of 2054 calendars disagree already.
`tests/sky.py` computes the table.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct

FIRST_YEAR = 1900
LAST_YEAR = 2199
LAST_DAY = (12, 30)
"""The last day of every year, in a window, though month 12 has 29 days in some."""

# A year: from bit 17 on how many days after 20 January it begins, in bits 13 to 16 the leap month's number (0: none), and
# below a bit for each of its months in turn, the leap one among them: whether it has 30 days, or 29.
# fmt: off
_YEARS = (
    0x1716d2, 0x3c0752, 0x260ea5, 0x12b64a, 0x36064b, 0x1e0a9b, 0x0a955a, 0x30056a, 0x1a0b59, 0x045752,
    0x2a0752, 0x14db25, 0x3a0b25, 0x220a4b, 0x0cb4ab, 0x3202ad, 0x1c056b, 0x066b69, 0x2c0da9, 0x18fd92,
    0x3e0e92, 0x260d25, 0x10da4d, 0x360a56, 0x2002b6, 0x0895b5, 0x3006d4, 0x1a0ea9, 0x065e92, 0x2a0e92,
    0x14cd26, 0x38052b, 0x220a57, 0x0cb2b6, 0x320b5a, 0x1e06d4, 0x086ec9, 0x2c0749, 0x16f693, 0x3c0a93,
    0x26052b, 0x0eca5b, 0x340aad, 0x20056a, 0x0a9b55, 0x300ba4, 0x1a0b49, 0x045a93, 0x2a0a95, 0x12f52d,
    0x380536, 0x220aad, 0x0eb5aa, 0x3205b2, 0x1c0da5, 0x087d4a, 0x2e0d4a, 0x170a95, 0x3a0a97, 0x260556,
    0x10cab5, 0x340ad5, 0x2006d2, 0x0a8ea5, 0x300ea5, 0x1a064a, 0x026c97, 0x28029b, 0x12e55b, 0x36056b,
    0x220b69, 0x0eb752, 0x340b52, 0x1c0b25, 0x069a4b, 0x2c0a4d, 0x1714ab, 0x3a02ad, 0x2405ad, 0x10cb6a,
    0x360da9, 0x200d92, 0x0a9d25, 0x300d25, 0x1a0a55, 0x0254ad, 0x2804b6, 0x12e5b5, 0x3806d5, 0x220ec9,
    0x0ebe92, 0x340e92, 0x1e0d26, 0x066a56, 0x2a0a57, 0x171556, 0x3c056a, 0x240b55, 0x10b6c9, 0x360749,
    0x200693, 0x08952b, 0x2e052b, 0x180a5b, 0x04555a, 0x28056a, 0x12eb65, 0x380ba5, 0x240d49, 0x0cba95,
    0x320a95, 0x1c052d, 0x068aad, 0x2a0ab5, 0x1735aa, 0x3c05d2, 0x260da5, 0x10dd4a, 0x360e4a, 0x200c96,
    0x0a992e, 0x2e0556, 0x180ab5, 0x0455b2, 0x2a06d2, 0x12cea5, 0x380725, 0x22064b, 0x0cac97, 0x3004ab,
    0x1a055b, 0x066ada, 0x2c0b6a, 0x177752, 0x3c0b92, 0x260b25, 0x10da4b, 0x340a4d, 0x1e04ad, 0x08a95b,
    0x2e05ad, 0x180baa, 0x045b52, 0x2a0d92, 0x14fd25, 0x380d25, 0x220a55, 0x0cb4ad, 0x3204b6, 0x1a06b5,
    0x066daa, 0x2c0eca, 0x190e92, 0x3a0e93, 0x260d26, 0x10ca56, 0x340a5b, 0x1e055a, 0x088ad5, 0x2e0b55,
    0x1a074a, 0x026e93, 0x280a93, 0x12f52b, 0x38052b, 0x200a9b, 0x0cb55a, 0x32056a, 0x1c0b65, 0x06974a,
    0x2c0d4a, 0x171a95, 0x3c0c95, 0x24092d, 0x0ecaad, 0x340ab5, 0x2005aa, 0x088da5, 0x2e0ea5, 0x1a0d4a,
    0x047d15, 0x280c96, 0x12f956, 0x380556, 0x220ab5, 0x0cb6b4, 0x3206d4, 0x1c0ea5, 0x088e8a, 0x2a068b,
    0x151497, 0x3a04ab, 0x24095b, 0x0ecada, 0x340b6a, 0x200754, 0x0a9725, 0x2e0b45, 0x180a8b, 0x02552b,
    0x2804ad, 0x12e96b, 0x3805b5, 0x240daa, 0x10bb54, 0x340da2, 0x1e0d45, 0x089a8d, 0x2e0a95, 0x1734ad,
    0x3c04d6, 0x260ab5, 0x12cdaa, 0x360eca, 0x220ea2, 0x0c9d46, 0x320d4a, 0x1a0a96, 0x047536, 0x2a055a,
    0x14ead5, 0x380b65, 0x240752, 0x0eaea5, 0x340aa5, 0x1c054b, 0x068a97, 0x2c0aab, 0x19755a, 0x3c056a,
    0x260b69, 0x12db52, 0x380d52, 0x200b15, 0x0aba4b, 0x30094d, 0x1a0aad, 0x04556a, 0x2a05b2, 0x14eda9,
    0x3a0ea9, 0x240d92, 0x0ebd15, 0x340d26, 0x1e0956, 0x0692ad, 0x2c0ad6, 0x1806d4, 0x022da9, 0x260ea9,
    0x12ce92, 0x36068b, 0x200527, 0x08a957, 0x2e095b, 0x1a0ada, 0x0676d4, 0x2a0754, 0x14f749, 0x3a0b49,
    0x240a93, 0x0cd52b, 0x32052d, 0x1c096d, 0x08936a, 0x2c0daa, 0x195ba4, 0x3e0da4, 0x280d49, 0x10da95,
    0x360a96, 0x20052e, 0x0aaaad, 0x2e0ab5, 0x1a05aa, 0x047da5, 0x2c0ea4, 0x14fd4a, 0x3a0d4a, 0x240a96,
    0x0ed536, 0x32055a, 0x1c0ad5, 0x0896ca, 0x2e0752, 0x160ea5, 0x02564a, 0x26064b, 0x10ca97, 0x340aab,
    0x20055a, 0x0aab55, 0x300ba9, 0x1a0b52, 0x047b25, 0x2a0b25, 0x14fa4b, 0x380a4d, 0x2202ad, 0x0cd56b,
)
# fmt: on
_NEW_YEARS = tuple(date(year, 1, 20).toordinal() + (code >> 17) for year, code in enumerate(_YEARS, FIRST_YEAR))


class LunarDay(Struct, frozen=True):
    """A day of the lunar calendar; `year` is the one at whose beginning its new year was."""

    year: int
    month: int
    day: int
    is_leap: bool = False


def lunar_day(day: date) -> LunarDay:
    """The day in the lunar calendar. Raises ValueError before the new year of FIRST_YEAR, and after the end of LAST_YEAR."""
    ordinal = day.toordinal()
    row = min(day.year, LAST_YEAR) - FIRST_YEAR
    if row >= 0 and ordinal < _NEW_YEARS[row]:
        row -= 1
    if row < 0:
        raise _unknown(day.year)
    code, days = _YEARS[row], ordinal - _NEW_YEARS[row]
    # As months have 29 or 30 days, counting by thirties comes to the right month or to the one before it.
    place = days // 30
    place += days >= _days_before(code, place + 1)
    leap = _leap(code)
    if place >= _months(leap):
        raise _unknown(day.year)
    month = place + 1 - (0 < leap <= place)
    return LunarDay(FIRST_YEAR + row, month, days - _days_before(code, place) + 1, is_leap=0 < leap == place)


def solar_day(lunar: LunarDay) -> date | None:
    """The day in the common calendar; None where the year has no such day: the 30th of a short month, a leap month of an
    ordinary year. Raises ValueError for a year outside the table.
    """
    row = _row(lunar.year)
    code = _YEARS[row]
    leap = _leap(code)
    if not 1 <= lunar.month <= 12 or (lunar.is_leap and lunar.month != leap):
        return None
    place = lunar.month - 1 + (lunar.is_leap or 0 < leap < lunar.month)
    first, following = _days_before(code, place), _days_before(code, place + 1)
    if not 1 <= lunar.day <= following - first:
        return None
    return date.fromordinal(_NEW_YEARS[row] + first + lunar.day - 1)


def lunar_new_year(year: int) -> date:
    """The first day of the lunar year that begins in that year. Raises ValueError for a year outside the table."""
    return date.fromordinal(_NEW_YEARS[_row(year)])


def is_within(day: date, first: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether the day's lunar month and day are in the window of every year from `first` to `last`, both included.

    One whose first day is after its last spans the new year: (12, 23) to (1, 7). A leap month counts as the month that it
    repeats, so a window may come twice in a year. LAST_DAY is the last day of each year. Raises as `lunar_day` does.
    """
    lunar = lunar_day(day)
    spot = (lunar.month, lunar.day)
    return _is_between(spot, first, last) or (_is_last(lunar) and _is_between(LAST_DAY, first, last))


def _is_between(spot: tuple[int, int], first: tuple[int, int], last: tuple[int, int]) -> bool:
    if first <= last:
        return first <= spot <= last
    return spot >= first or spot <= last


def _is_last(lunar: LunarDay) -> bool:
    """Whether the year ends with it: no year of the table repeats month 12."""
    if lunar.month < 12 or lunar.day < 29:
        return False
    code = _YEARS[lunar.year - FIRST_YEAR]
    return lunar.day == 29 + (code >> _months(_leap(code)) - 1 & 1)


def _row(year: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _unknown(year)
    return year - FIRST_YEAR


def _unknown(year: int) -> ValueError:
    return ValueError(f"The lunar calendar is known from {FIRST_YEAR} to {LAST_YEAR}, and {year} is not in it.")


def _leap(code: int) -> int:
    return code >> 13 & 0b1111


def _months(leap: int) -> int:
    return 13 if leap else 12


def _days_before(code: int, place: int) -> int:
    """How many days of the year are before its month at that place, counted from 0."""
    return 29 * place + (code & (1 << place) - 1).bit_count()
