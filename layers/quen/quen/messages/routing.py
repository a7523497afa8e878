"""Which way a message takes: the channels that the program names, that the member agreed to, and that have an address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime

from quen.messages.model import UNASKED, Kind, Message, Route, State, purpose_of
from quen.messages.security import Warned, added_lately, security_addresses
from quen.program.model import Channel


def addresses_of(kind: Kind, profile: Warned, now: datetime, *, has_mail_sender: bool) -> Mapping[Channel, str | None]:
    """Where each channel reaches the member. A stack without a sender of mail sends none; nobody has given us a device. What
    warns of a danger goes to where they were reached before somebody changed it.
    """
    known: Mapping[Channel, str | None] = {"email": profile.email, "sms": profile.phone, "zalo": profile.phone}
    addresses = security_addresses(profile, now) if kind in UNASKED else known
    return addresses if has_mail_sender else {**addresses, "email": None}


def others_first(
    routes: Iterable[Route], earlier: Iterable[Message], tells_of_delivery: AbstractSet[Channel], today: date
) -> tuple[Route, ...]:
    """Where points live on because a warning of them never arrived, the next one tries another channel first."""
    failed = {
        one.channel
        for one in earlier
        if one.data.get("through", "~") < today.isoformat()
        and (one.state in {"BOUNCED", "FAILED"} or (one.state == "SENT" and one.channel in tells_of_delivery))
    }
    return tuple(sorted(routes, key=lambda route: route.channel in failed))


def known_first(routes: Iterable[Route], profile: Warned, now: datetime) -> tuple[Route, ...]:
    """A warning of a danger tries last what was added lately: it may be the danger's own."""
    added = added_lately(profile, now)
    return tuple(sorted(routes, key=lambda route: route.channel in added))


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
