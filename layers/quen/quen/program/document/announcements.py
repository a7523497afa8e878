"""Announcements, member by member: a part of the document's shape."""

from __future__ import annotations

from pydantic import Field

from quen.program.document.messages import CHANNELS, PARAGRAPHS_MAX
from quen.program.document.values import Day, Identifier, Locale, LongText, Members, MessageText, Names, Text, TimeOfDay
from quen.program.model import Channel

ANNOUNCEMENTS_MAX = 100
AUDIENCE_MAX = 32


class AnnouncementTextSection(Members):
    """What is said in one language. $name is the member's name, $program the program's; $$ is a dollar sign."""

    locale: Locale = Field(description="In which of the program's languages.")
    subject: Text = Field(description="The subject of the e-mail.")
    body: list[LongText] = Field(min_length=1, max_length=PARAGRAPHS_MAX, description="The paragraphs of the e-mail.")
    sms: MessageText = Field(description="The text message, and what a phone shows.")


class AnnouncementSection(Members):
    """Something that members are told on one day, once each, where they agreed to advertising."""

    id: Identifier = Field(description="Unique among the announcements; it must never change, or it is told again.")
    on: Day = Field(description="The day, as YYYY-MM-DD.")
    at: TimeOfDay | None = Field(
        default=None, description="From what time of that day on, as HH:MM; left out: from its beginning."
    )
    name: Names | None = Field(default=None, description="What the shop calls it, in every locale of the program.")
    segment: Identifier | None = Field(
        default=None, description="Only members who are in this segment on that day are told."
    )
    tags: list[Identifier] | None = Field(
        default=None, min_length=1, max_length=AUDIENCE_MAX, description="Only members with one of these tags are."
    )
    tiers: list[Identifier] | None = Field(
        default=None, min_length=1, max_length=AUDIENCE_MAX, description="Only members of one of these tiers are."
    )
    channels: list[Channel] = Field(min_length=1, max_length=4, description=f"{CHANNELS}.")
    texts: list[AnnouncementTextSection] = Field(
        min_length=1, max_length=10, description="The words, in every locale of the program."
    )
