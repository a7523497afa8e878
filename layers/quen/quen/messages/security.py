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
        """The phone number, E.164, or the address."""

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
    former = {known.kind: known.address for known in profile.former if known.until > now}
    phone = former.get("phone", profile.phone)
    return {"email": former.get("email", profile.email), "sms": phone, "zalo": phone, "push": None}
