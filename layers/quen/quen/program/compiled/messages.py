"""How members are written to, of a stored document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from quen.program.model import AdvertisingPolicy, MessageCap, MessagePolicy, SmsPolicy, Wording


def messages_of(messages: Mapping[str, Any]) -> MessagePolicy:
    """How members are written to."""
    quiet = messages.get("quiet_hours")
    return MessagePolicy(
        from_email=messages.get("from_email"),
        sender_id=messages.get("sender_id"),
        quiet_from=time.fromisoformat(quiet["from"]) if quiet else None,
        quiet_to=time.fromisoformat(quiet["to"]) if quiet else None,
        channels=tuple(messages.get("channels") or ("email", "sms")),
        kinds={kind["kind"]: tuple(kind["channels"]) for kind in messages.get("kinds") or ()},
        wordings=_wordings_of(messages.get("templates") or ()),
        caps=tuple(MessageCap(cap["messages"], cap["days"]) for cap in messages.get("caps") or ()),
        sms=_sms_of(messages.get("sms") or {}),
        advertising=_advertising_of(messages.get("advertising") or {}),
    )


def _wordings_of(templates: Iterable[Mapping[str, Any]]) -> dict[Any, dict[str, Wording]]:
    found: dict[Any, dict[str, Wording]] = {}
    for said in templates:
        body = tuple(said["body"]) if said.get("body") else None
        wording = Wording(said.get("subject"), body, said.get("sms"), said.get("zalo_template"))
        found.setdefault(said["kind"], {})[said["locale"]] = wording
    return found


def _sms_of(sms: Mapping[str, Any]) -> SmsPolicy:
    return SmsPolicy(sms.get("unaccented", False), sms.get("segment_price"))


def _advertising_of(said: Mapping[str, Any]) -> AdvertisingPolicy:
    default = AdvertisingPolicy()
    return AdvertisingPolicy(
        label=said.get("label", default.label),
        opens=time.fromisoformat(said["from"]) if "from" in said else default.opens,
        closes=time.fromisoformat(said["to"]) if "to" in said else default.closes,
        per_day=said.get("per_day", default.per_day),
        refusals=said.get("refusal") or {},
    )
