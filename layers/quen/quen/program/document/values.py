"""The single values of a program document, each with its form, its bounds and the sentence that refuses another."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from functools import cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, StringConstraints
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from quen.money import CURRENCY_DIGITS

POINTS_MAX = 1_000_000
MOVED_POINTS_MAX = 10**9
"""As many as the APIs take at a time."""
TEXT_MAX = 100
LONG_TEXT_MAX = 1000
MESSAGE_TEXT_MAX = 160
"""With a name and a gift it goes into a text message or two."""
CODE_MAX = 64
PURPOSE_MAX = 64

IDENTIFIER = r"^[a-z0-9]+(-[a-z0-9]+)*$"
DECIMAL = r"^[0-9]{1,3}(\.[0-9]{1,3})?$"
TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
MONTH_DAY = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$"
SENDER_ID = r"^(?=.*[A-Za-z])[A-Za-z0-9 -]{1,11}$"
PARTNER_ID = r"^ptn_[0-9a-hjkmnp-tv-z]{16}$"
CODE = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
INSTANT = r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"

DAY = r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"
LUNAR_DAY = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|30)$"
EVENT_TYPE = r"^[a-z0-9]+([_-][a-z0-9]+)*$"
ZALO_TEMPLATE = r"^[0-9]{1,20}$"
PURPOSE = r"^[a-z][a-z0-9]*(?:[_.:-][a-z0-9]+)*$"

_DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _matches(pattern: str, sentence: str) -> AfterValidator:
    """A validator that refuses what does not match, in a sentence of ours."""
    # \Z where the schema's dialect writes $: Python's $ would let a final line break pass
    compiled = re.compile(pattern.removesuffix("$") + r"\Z")

    def check(text: str) -> str:
        if not compiled.match(text):
            raise PydanticCustomError("format", sentence)
        return text

    return AfterValidator(check)


def _is_printable(text: str) -> str:
    if text != text.strip() or any(unicodedata.category(character).startswith("C") for character in text):
        raise PydanticCustomError("format", "No control characters, and no blanks at either end.")
    return text


# What some machines keep beside the database: their own setting, and a zone that is none.
_NO_ZONES = frozenset({"localtime", "posixrules", "Factory"})


@cache
def _time_zones() -> frozenset[str]:
    # Each call walks through hundreds of files; they do not change while a process lives.
    return frozenset(available_timezones() - _NO_ZONES)


def _is_time_zone(name: str) -> str:
    if name not in _time_zones():
        raise PydanticCustomError("time_zone_unknown", "A name of the IANA time zone database, like Asia/Ho_Chi_Minh.")
    return name


def _is_currency(code: str) -> str:
    if code not in CURRENCY_DIGITS:
        raise PydanticCustomError("currency_unknown", "A currency code of ISO 4217, like VND.")
    return code


def _is_yearly(month_day: str) -> str:
    month, day = (int(part) for part in month_day.split("-"))
    if day > _DAYS_OF_MONTH[month - 1]:
        raise PydanticCustomError("format", "A day that every year has, as MM-DD.")
    return month_day


def _is_day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("format", "There is no such day.") from None
    return text


def _is_instant(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("format", "There is no such day or time.") from None
    return text


def _schema(**keywords: JsonValue) -> FieldInfo:
    field: FieldInfo = Field(json_schema_extra=keywords)
    return field


Identifier = Annotated[
    str,
    StringConstraints(max_length=64),
    _matches(IDENTIFIER, "Lower-case letters and digits, in parts joined by single hyphens."),
    _schema(pattern=IDENTIFIER),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_MAX), AfterValidator(_is_printable)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=LONG_TEXT_MAX), AfterValidator(_is_printable)]
MessageText = Annotated[
    str, StringConstraints(min_length=1, max_length=MESSAGE_TEXT_MAX), AfterValidator(_is_printable)
]
StoreId = Annotated[str, StringConstraints(min_length=1, max_length=CODE_MAX), AfterValidator(_is_printable)]
"""A store, as tills name it in `store_id`."""
Percent = Annotated[
    str,
    _matches(DECIMAL, "Percent as text, with at most three places, like 10 or 7.5."),
    _schema(pattern=DECIMAL),
]
Share = Annotated[
    str,
    _matches(DECIMAL, "A share as text, with at most three places: 0.5 is one half."),
    _schema(pattern=DECIMAL),
]
ZaloTemplate = Annotated[
    str,
    _matches(ZALO_TEMPLATE, "The number of a template that Zalo has approved, as text."),
    _schema(pattern=ZALO_TEMPLATE),
]
PartnerId = Annotated[
    str,
    _matches(PARTNER_ID, "The id of a partner: ptn_ and sixteen letters and digits."),
    _schema(pattern=PARTNER_ID),
]
Multiplier = Annotated[
    str,
    _matches(DECIMAL, "A decimal number as text, with at most three places, like 1.5."),
    _schema(pattern=DECIMAL),
]
Code = Annotated[
    str,
    StringConstraints(max_length=CODE_MAX),
    _matches(CODE, "Letters, digits, underscores, dots and hyphens, beginning with a letter or a digit."),
    _schema(pattern=CODE),
]
TimeOfDay = Annotated[
    str,
    _matches(TIME_OF_DAY, "A time of day from 00:00 to 23:59, as HH:MM."),
    _schema(pattern=TIME_OF_DAY),
]
MonthDay = Annotated[
    str,
    _matches(MONTH_DAY, "A day that every year has, as MM-DD."),
    AfterValidator(_is_yearly),
    _schema(pattern=MONTH_DAY),
]
TimeZoneName = Annotated[str, AfterValidator(_is_time_zone)]
CurrencyCode = Annotated[str, AfterValidator(_is_currency), _schema(pattern="^[A-Z]{3}$")]
Email = Annotated[
    str,
    StringConstraints(max_length=254),
    _matches(EMAIL, "An e-mail address, like hello@shop.example."),
    _schema(format="email"),
]
SenderId = Annotated[
    str,
    _matches(SENDER_ID, "At most 11 letters, digits, blanks and hyphens; at least one letter."),
    _schema(pattern=SENDER_ID),
]
Instant = Annotated[
    str,
    _matches(INSTANT, "An instant of RFC 3339, like 2026-11-22T03:15:00Z."),
    AfterValidator(_is_instant),
    _schema(format="date-time"),
]
Day = Annotated[
    str,
    _matches(DAY, "A day, as YYYY-MM-DD."),
    AfterValidator(_is_day),
    _schema(format="date"),
]
LunarDay = Annotated[
    str,
    _matches(LUNAR_DAY, "A day of the lunar year from 01-01 to 12-30, as MM-DD."),
    _schema(pattern=LUNAR_DAY),
]
EventType = Annotated[
    str,
    StringConstraints(max_length=64),
    _matches(EVENT_TYPE, "Lower-case letters and digits, in parts joined by single underscores or hyphens."),
    _schema(pattern=EVENT_TYPE),
]
Purpose = Annotated[
    str,
    StringConstraints(max_length=PURPOSE_MAX),
    _matches(PURPOSE, "A purpose as members consent to it: words like marketing_email."),
    _schema(pattern=PURPOSE),
]
Locale = Literal["vi", "en"]
Names = Annotated[dict[Locale, Text], Field(description="The name by locale, one for every locale of the program.")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Members(BaseModel):
    """A mapping with known members only, each of exactly its type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def one_of(*variants: dict[str, JsonValue]) -> ConfigDict:
    """For the JSON Schema: the shape is exactly one of these. `checks` holds documents to it."""
    return ConfigDict(json_schema_extra={"oneOf": list(variants)})
