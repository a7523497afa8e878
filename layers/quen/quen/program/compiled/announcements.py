"""Announcements, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from quen.program.compiled.texts import named
from quen.program.model import Announcement, AnnouncementText


def announcement_of(section: Mapping[str, Any], locales: Sequence[str]) -> Announcement:
    """One announcement."""
    said = {text["locale"]: _text_of(text) for text in section["texts"]}
    return Announcement(
        id=section["id"],
        on=date.fromisoformat(section["on"]),
        texts={locale: said[locale] for locale in locales},
        channels=tuple(section["channels"]),
        name=named(section.get("name", {}), locales),
        segment=section.get("segment", ""),
        tags=frozenset(section.get("tags", ())),
        tiers=frozenset(section.get("tiers", ())),
        at=time.fromisoformat(section["at"]) if "at" in section else None,
    )


def _text_of(text: Mapping[str, Any]) -> AnnouncementText:
    return AnnouncementText(text["subject"], tuple(text["body"]), text["sms"])
