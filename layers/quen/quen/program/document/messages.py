"""How members are written to, member by member: a part of the document's shape."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from quen.money import AMOUNT_MAX
from quen.program.document.values import (
    Email,
    Locale,
    LongText,
    Members,
    MessageText,
    SenderId,
    Text,
    TimeOfDay,
    ZaloTemplate,
)
from quen.program.model import Channel, MessageKind

TEMPLATES_MAX = 100
PARAGRAPHS_MAX = 20
CAPS_MAX = 5
CHANNELS = "The ways to try, the best first"


class QuietHours(Members):
    """Local hours in which no message is sent; what falls into them is sent afterwards."""

    from_: TimeOfDay = Field(alias="from", description="When they begin, as HH:MM.")
    to: TimeOfDay = Field(description="When they end, as HH:MM; they may span midnight.")


class KindSection(Members):
    """A kind of message that goes its own ways."""

    kind: MessageKind = Field(description="Which messages.")
    channels: list[Channel] = Field(max_length=4, description=f"{CHANNELS}; none: nobody is told.")


class TemplateSection(Members):
    """The program's own words for one kind of message, in one language."""

    kind: MessageKind = Field(description="Which messages.")
    locale: Locale = Field(description="In which of the program's languages.")
    subject: Text | None = Field(default=None, description="The subject of the e-mail.")
    body: list[LongText] | None = Field(
        default=None, min_length=1, max_length=PARAGRAPHS_MAX, description="The paragraphs of the e-mail."
    )
    sms: MessageText | None = Field(default=None, description="The text message, and what a phone shows.")
    zalo_template: ZaloTemplate | None = Field(
        default=None, description="The number under which Zalo has approved the notice."
    )


class MessageCapSection(Members):
    """How many offers and greetings go to one member at most."""

    messages: int = Field(ge=1, le=100, description="So many, of all kinds together …")
    days: int = Field(ge=1, le=31, description="… within so many days.")


class SmsSection(Members):
    """How text messages are written."""

    unaccented: bool = Field(default=False, description="Vietnamese without its marks, in about half of the segments.")
    segment_price: int | None = Field(
        default=None, ge=0, le=AMOUNT_MAX, description="What one segment costs, in the currency's smallest unit."
    )


class AdvertisingSection(Members):
    """What the law asks of advertising; left out, what Decree 91/2020/ND-CP asks."""

    label: Literal["[QC]", "[AD]", ""] = Field(default="[QC]", description="What stands at its very beginning.")
    from_: TimeOfDay = Field(default="07:00", alias="from", description="From when text messages may go, as HH:MM.")
    to: TimeOfDay = Field(default="22:00", description="Until when, as HH:MM.")
    per_day: int = Field(default=3, ge=0, le=20, description="At most so many a day to one number or address.")
    refusal: dict[Locale, Text] | None = Field(
        default=None,
        description="The end of such a text message by locale: by which message and which call one gets no more of them.",
    )


class MessagesSection(Members):
    """How members are written to."""

    from_email: Email | None = Field(default=None, description="The sender of e-mail; left out: the stack's own.")
    sender_id: SenderId | None = Field(default=None, description="The sender of text messages.")
    quiet_hours: QuietHours | None = Field(default=None, description="When no message is sent.")
    channels: list[Channel] | None = Field(
        default=None, min_length=1, max_length=4, description=f"{CHANNELS}; left out: e-mail, then a text message."
    )
    kinds: list[KindSection] | None = Field(
        default=None, min_length=1, max_length=30, description="Kinds of message that go their own ways, or none."
    )
    templates: list[TemplateSection] | None = Field(
        default=None, min_length=1, max_length=TEMPLATES_MAX, description="The program's own words."
    )
    caps: list[MessageCapSection] | None = Field(
        default=None, min_length=1, max_length=CAPS_MAX, description="How many offers and greetings at most."
    )
    sms: SmsSection | None = Field(default=None, description="How text messages are written.")
    advertising: AdvertisingSection | None = Field(
        default=None, description="What the law asks of advertising; left out: what Vietnam's asks."
    )
