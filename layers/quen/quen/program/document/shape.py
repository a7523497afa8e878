"""What a program document may hold, member by member. The JSON Schema in `infra/program.schema.json` is made from it, so
the descriptions below are what an author reads in the editor.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticCustomError

from quen.money import AMOUNT_MAX, CURRENCY_DIGITS

POINTS_MAX = 1_000_000
RULES_MAX = 50
REWARDS_MAX = 200
TEXT_MAX = 100

IDENTIFIER = r"^[a-z0-9]+(-[a-z0-9]+)*$"
DECIMAL = r"^[0-9]{1,3}(\.[0-9]{1,3})?$"
TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
MONTH_DAY = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$"
SENDER_ID = r"^(?=.*[A-Za-z])[A-Za-z0-9 -]{1,11}$"
INSTANT = r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"

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


def _is_time_zone(name: str) -> str:
    if name not in available_timezones() - _NO_ZONES:
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
Multiplier = Annotated[
    str,
    _matches(DECIMAL, "A decimal number as text, with at most three places, like 1.5."),
    _schema(pattern=DECIMAL),
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
Locale = Literal["vi", "en"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class _Members(BaseModel):
    """A mapping with known members only, each of exactly its type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _one_of(*variants: dict[str, JsonValue]) -> ConfigDict:
    """For the JSON Schema: the shape is exactly one of these. `checks` holds documents to it."""
    return ConfigDict(json_schema_extra={"oneOf": list(variants)})


class ProgramSection(_Members):
    """Who runs the program, and where."""

    id: Identifier = Field(description="A short name for machines.")
    name: Text = Field(description="The name that members see.")
    time_zone: TimeZoneName = Field(description="The zone whose days are the program's days, an IANA name.")
    currency: CurrencyCode = Field(description="The one currency of every amount, an ISO 4217 code.")
    locales: list[Locale] = Field(
        min_length=1, description="The languages that members are spoken to in; the first is the default."
    )


class Worth(_Members):
    """What points are worth at the till."""

    points: int = Field(ge=1, le=POINTS_MAX, description="So many points …")
    money: int = Field(ge=0, le=AMOUNT_MAX, description="… are worth this much, in the currency's smallest unit.")


class Pending(_Members):
    """How long points wait before they can be spent."""

    days: int = Field(default=0, ge=0, le=365, description="Days from the purchase; 0: at once.")


class ExpirySection(_Members):
    """How long points live: exactly one of months, days and fixed. They live to 24:00 of their last day."""

    model_config = _one_of({"required": ["months"]}, {"required": ["days"]}, {"required": ["fixed"]})

    months: int | None = Field(default=None, ge=1, le=120, description="Months from the day they become active.")
    days: int | None = Field(default=None, ge=1, le=3650, description="Days from the day they become active.")
    fixed: MonthDay | None = Field(default=None, description="The same day every year, as MM-DD: the next one.")
    at: Literal["end_of_month"] | None = Field(
        default=None, description="With months or days: live on to the end of that month."
    )


def _none_is_null(value: object) -> object:
    return None if value == "none" else value


Expiry = Annotated[
    ExpirySection | None, BeforeValidator(_none_is_null, json_schema_input_type=ExpirySection | Literal["none"] | None)
]


class Debt(_Members):
    """How far an account may go below zero."""

    limit: int = Field(
        default=0, ge=0, le=POINTS_MAX, description="Points that a return may push an account below zero."
    )


class PointsSection(_Members):
    """What points are."""

    worth: Worth = Field(description="What points are worth at the till.")
    rounding: Literal["floor", "half_up", "ceiling"] = Field(
        default="floor", description="The one rounding of what a purchase earns, at the very end."
    )
    pending: Pending = Field(default=Pending(), description="How long points wait, until the return window closes.")
    expiry: Expiry = Field(default=None, description='How long points live, or "none": they never expire.')
    debt: Debt = Field(default=Debt(), description="How far a return may push an account below zero.")


class When(_Members):
    """On which purchases a rule counts."""

    weekday: list[Weekday] = Field(min_length=1, description="Local days of the purchase.")


class Cap(_Members):
    """The most that a rule gives one member."""

    points: int = Field(ge=1, le=POINTS_MAX, description="At most so many points …")
    per: Literal["day", "purchase"] = Field(description="… in one local day, or for one purchase.")


class EarningSection(_Members):
    """One way to earn: points per amount, or a multiplier of what such rules give, or points for joining."""

    model_config = _one_of(
        {"properties": {"on": {"const": "purchase"}}, "required": ["points", "per"]},
        {"properties": {"on": {"const": "purchase"}}, "required": ["multiplier"]},
        {"properties": {"on": {"const": "enrolment"}}, "required": ["points"]},
    )

    id: Identifier = Field(description="Named in every statement; unique among the rules.")
    on: Literal["purchase", "enrolment"] = Field(description="What earns.")
    points: int | None = Field(
        default=None, ge=1, le=POINTS_MAX, description="Points per `per` of the total; for enrolment, points in all."
    )
    per: int | None = Field(
        default=None, ge=1, le=AMOUNT_MAX, description="An amount, in the currency's smallest unit."
    )
    multiplier: Multiplier | None = Field(
        default=None,
        description='A decimal string from "1" to "100": "2" gives the points of the other rules once more.',
    )
    when: When | None = Field(default=None, description="On which purchases the rule counts; left out: on all.")
    cap: Cap | None = Field(default=None, description="The most that a multiplier adds.")


class BirthdaySection(_Members):
    """The birthday gift, once per member and year."""

    points: int = Field(ge=1, le=POINTS_MAX, description="The points that are given.")
    days_before: int = Field(default=0, ge=0, le=60, description="How many days before the birthday.")
    feb_29: Literal["feb_28", "mar_1", "skip"] = Field(
        default="feb_28", description="The birthday of who is born on 29 February, in a year without one."
    )
    channels: list[Literal["email", "sms"]] = Field(
        default=[], description="How the member is told, where they consent."
    )


class RewardSection(_Members):
    """What points buy."""

    id: Identifier = Field(description="Unique among the rewards.")
    name: dict[Locale, Text] = Field(description="The name by locale, one for every locale of the program.")
    points: int = Field(ge=1, le=POINTS_MAX, description="The price.")
    stock: int | None = Field(default=None, ge=0, le=POINTS_MAX, description="How many there are; null: no limit.")
    per_member: int | None = Field(
        default=None, ge=1, le=POINTS_MAX, description="How many one member may have; null: no limit."
    )
    expires_in_days: int = Field(default=30, ge=1, le=3650, description="How long a member has to collect it.")


class Reservations(_Members):
    """Points held by a till."""

    minutes: int = Field(default=15, ge=1, le=1440, description="How long a till's reservation holds points.")


class QuietHours(_Members):
    """Local hours in which no message is sent; what falls into them is sent afterwards."""

    from_: TimeOfDay = Field(alias="from", description="When they begin, as HH:MM.")
    to: TimeOfDay = Field(description="When they end, as HH:MM; they may span midnight.")


class MessagesSection(_Members):
    """How members are written to."""

    from_email: Email | None = Field(default=None, description="The sender of e-mail; left out: the stack's own.")
    sender_id: SenderId | None = Field(default=None, description="The sender of text messages.")
    quiet_hours: QuietHours | None = Field(default=None, description="When no message is sent.")


class ProgramDocument(_Members):
    """A loyalty program: what earns points, what they are worth, how long they live, what they buy."""

    program: ProgramSection = Field(description="Who runs the program, and where.")
    points: PointsSection = Field(description="What points are.")
    earning: list[EarningSection] = Field(default=[], max_length=RULES_MAX, description="What earns points.")
    birthday: BirthdaySection | None = Field(default=None, description="The birthday gift; left out: none.")
    rewards: list[RewardSection] = Field(default=[], max_length=REWARDS_MAX, description="What points buy.")
    reservations: Reservations = Field(default=Reservations(), description="Points held by a till.")
    messages: MessagesSection = Field(default=MessagesSection(), description="How members are written to.")
    version: int | None = Field(
        default=None,
        ge=1,
        description="The version that this was read as: the write is refused where it is not current.",
    )
    effective_from: Instant | None = Field(default=None, description="From when it counts; left out: at once.")

    @property
    def effective_instant(self) -> datetime | None:
        """From when it shall count, in UTC."""
        return datetime.fromisoformat(self.effective_from).astimezone(UTC) if self.effective_from else None


class _UntitledMembers(GenerateJsonSchema):
    """Without a title for every member: it would only repeat the name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic asks with it
        return False


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the document (draft 2020-12)."""
    schema = ProgramDocument.model_json_schema(by_alias=True, schema_generator=_UntitledMembers)
    return {"$schema": GenerateJsonSchema.schema_dialect} | schema
