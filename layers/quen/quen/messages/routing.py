"""Which way a message takes: the channels that the program names, that the member agreed to, and that have an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from quen.messages.model import UNASKED, Kind, Route, State, purpose_of
from quen.program.model import Channel


class Addressed(Protocol):
    """Whoever can be written to."""

    @property
    def email(self) -> str | None:
        """Where mail goes."""

    @property
    def phone(self) -> str | None:
        """Where text messages go, E.164."""


def addresses_of(
    kind: Kind,  # noqa: ARG001 - a warning goes to another address than news
    profile: Addressed,
    *,
    has_mail_sender: bool,
) -> Mapping[Channel, str | None]:
    """Where each channel reaches the member. A stack without a sender of mail sends none; nobody has given us a device."""
    email = profile.email if has_mail_sender else None
    return {"email": email, "sms": profile.phone, "zalo": profile.phone, "push": None}


def routes_of(
    kind: Kind,
    channels: tuple[Channel, ...],
    addresses: Mapping[Channel, str | None],
    consents_to: Callable[[str], bool],
) -> tuple[Route, ...] | State:
    """All the ways that the member has agreed to and can be reached by, the best first, or why there is none.

    What warns of a danger asks for nobody's consent.
    """
    agreed = [channel for channel in channels if kind in UNASKED or consents_to(purpose_of(kind, channel))]
    routes = tuple(Route(channel, address) for channel in agreed if (address := addresses.get(channel)))
    return routes or ("SUPPRESSED_NO_ADDRESS" if agreed else "SUPPRESSED_NO_CONSENT")
