"""Where a member is warned: at what they were reached by until lately, before what somebody may have put in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from quen.program.model import Channel


class Former(Protocol):
    """Where the member was reached until lately."""

    @property
    def kind(self) -> Literal["phone", "email"]:
        """What it is."""

    @property
    def address(self) -> str:
        """The phone number, E.164, or the address; empty where there was none."""

    @property
    def until(self) -> datetime:
        """Until when warnings go there."""


class Warned(Protocol):
    """What of a profile says where its member is warned."""

    @property
    def email(self) -> str | None:
        """Where mail goes."""

    @property
    def phone(self) -> str | None:
        """Where an SMS goes, E.164."""

    @property
    def former(self) -> Sequence[Former]:
        """Where the member was reached until lately."""


def security_addresses(profile: Warned, now: datetime) -> Mapping[Channel, str | None]:
    """By channel where a warning goes: to the former number or address where there is one, else to the present one."""
    former = {known.kind: known.address for known in profile.former if known.until > now and known.address}
    phone = former.get("phone", profile.phone)
    return {"email": former.get("email", profile.email), "sms": phone, "zalo": phone, "push": None}


def added_lately(profile: Warned, now: datetime) -> frozenset[Channel]:
    """The channels that reach the member at what was added lately: perhaps by whoever the member is to be warned of."""
    added = {known.kind for known in profile.former if known.until > now and not known.address}
    ways: Mapping[str, tuple[Channel, ...]] = {"email": ("email",), "phone": ("sms", "zalo")}
    return frozenset(channel for kind in added for channel in ways[kind])
