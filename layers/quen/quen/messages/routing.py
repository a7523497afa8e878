"""Which way a message takes: the channels that the program names, that the member agreed to, and that have an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from quen.messages.model import UNASKED, Kind, Route, State, purpose_of
from quen.messages.security import Warned, security_addresses
from quen.program.model import Channel


def addresses_of(kind: Kind, profile: Warned, now: datetime, *, has_mail_sender: bool) -> Mapping[Channel, str | None]:
    """Where each channel reaches the member. A stack without a sender of mail sends none; nobody has given us a device. What
    warns of a danger goes to where they were reached before somebody changed it.
    """
    known: Mapping[Channel, str | None] = {"email": profile.email, "sms": profile.phone, "zalo": profile.phone}
    addresses = security_addresses(profile, now) if kind in UNASKED else known
    return addresses if has_mail_sender else {**addresses, "email": None}


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
