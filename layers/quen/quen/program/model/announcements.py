"""Announcements: what the shop tells its members on one day, in its own words, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time

from msgspec import Struct, field

from quen.program.model.messaging import Channel


class AnnouncementText(Struct, frozen=True):
    """What is said in one language: a mail's subject and paragraphs, and the text of an SMS."""

    subject: str
    body: tuple[str, ...]
    sms: str


class Announcement(Struct, frozen=True):
    """Something that is told on a day, once to each member, by the first of `channels` that reaches them; from the local time
    `at` on, or from the beginning of the day.

    It is for everybody, or for a `segment` as it is on that day, or for who has one of these `tags`; where it names `tiers`,
    only for members who are in one of them besides. `texts` go by locale, in the order of the program's; `name` is what
    the shop calls it.
    """

    id: str
    on: date
    texts: Mapping[str, AnnouncementText]
    channels: tuple[Channel, ...]
    name: Mapping[str, str] = field(default_factory=dict)
    segment: str = ""
    tags: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    at: time | None = None

    def text_in(self, locale: str | None) -> AnnouncementText:
        """The words in that locale, or in its language, or in the program's first locale."""
        language = (locale or "").partition("-")[0].lower()
        return self.texts.get(locale or "") or self.texts.get(language) or next(iter(self.texts.values()))
