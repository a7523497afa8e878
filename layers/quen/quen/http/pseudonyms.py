"""How a brand speaks of members: one place reads and writes it for all of the partner API's routes.

A brand knows a member by an id of its own, so every `member_id` of its requests is read from that form, and every one of its
answers is written in it. An account is shown to a brand without what is the same for every brand and tells them that two of
their members are one person, or how that person shops elsewhere: the count of entries, the lots by their days, and the tier's
days and progress, and the days of a perk, which are those of the tier that it comes with. The tier itself stays: what a till
gives hangs on it, and thousands have the same one.

The shop's own tills are answered as the use cases answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from quen.http.strict_json import Json
from quen.partners.model import Partner, PartnerCaller, Relation

NOT_OF_AN_ACCOUNT: Mapping[str, Any] = {"sequence": None, "expiring": [], "activating": []}
NOT_OF_A_TIER: Mapping[str, Any] = {"since": None, "until": None, "progress": None}
NOT_OF_A_PERK: Mapping[str, Any] = {"since": None, "until": None}


class MemberIds(Protocol):
    """How partners know members."""

    def shown(self, partner: Partner, member_id: str) -> str:
        """The program's id in the partner's form."""

    def meant(self, partner: Partner, shown: str) -> str:
        """The program's id of whom the partner means; as it is where it means nobody."""


class PartnerSpeech:
    """The translation of the partner API. `member_ids` is asked for when the first brand asks."""

    def __init__(self, member_ids: Callable[[], MemberIds]) -> None:
        self._member_ids = member_ids

    def read(self, caller: PartnerCaller, asked: Json) -> Json:
        """What a partner asks, in the program's words."""
        partner = caller.partner
        if partner.relation is Relation.OWN:
            return asked
        ids = self._member_ids()
        read: Json = _read(asked, lambda shown: ids.meant(partner, shown))
        return read

    def write(self, caller: PartnerCaller, answered: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the partner is answered, in its words."""
        partner = caller.partner
        if partner.relation is Relation.OWN:
            return answered
        ids = self._member_ids()
        written: Mapping[str, Any] = _write(answered, lambda member_id: ids.shown(partner, member_id))
        return written


def _read(value: Any, meant: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_read(part, meant) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        name: meant(part) if name == "member_id" and isinstance(part, str) else _read(part, meant)
        for name, part in value.items()
    }


def _write(value: Any, shown: Callable[[str], str]) -> Any:
    if isinstance(value, list | tuple):
        return [_write(part, shown) for part in value]
    if not isinstance(value, Mapping):
        return value
    written = {name: _write_part(name, part, shown) for name, part in value.items()}
    is_held_perk = "perk_id" in value and "source" in value
    return {**written, **NOT_OF_A_PERK} if is_held_perk else written


def _write_part(name: str, part: Any, shown: Callable[[str], str]) -> Any:
    if name == "member_id" and isinstance(part, str):
        return shown(part)
    written = _write(part, shown)
    if name == "account" and isinstance(part, Mapping):
        return written | NOT_OF_AN_ACCOUNT
    if name == "tier" and isinstance(part, Mapping) and "progress" in part:
        return written | NOT_OF_A_TIER
    return written
