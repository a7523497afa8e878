"""How what the services answer as values is shown: JSON-able, and masked where the caller need not know all."""

from __future__ import annotations

from typing import Any

from quen.instants import format_second
from quen.members.model import CardView, Consent, Member, MemberCard
from quen.members.model.consents import latest_decisions


def profile_view(member: Member) -> dict[str, Any]:
    """A member's profile as they see it themselves."""
    return {
        "member_id": member.member_id,
        "state": member.state,
        "phone": member.phone,
        "email": member.email,
        "name": member.name,
        "birthday": member.birthday.isoformat() if member.birthday else None,
        "locale": member.locale,
        "consents": [_consent(consent) for consent in latest_decisions(member.consents)],
        "joined_at": format_second(member.joined_at),
    }


def staff_member_view(member: Member, *, unmasked: bool) -> dict[str, Any]:
    """A member as staff see one: name, phone and e-mail masked, no birthday, unless unmasked; and the tags put on them."""
    if unmasked:
        return {**profile_view(member), "tags": [*member.tags], "masked": False}
    seen = member.masked()
    hidden = {"phone": seen.masked_phone, "email": seen.masked_email, "name": seen.masked_name, "birthday": None}
    return {**profile_view(member), **hidden, "tags": [*member.tags], "masked": True}


def card_view(card: CardView) -> dict[str, Any]:
    """The virtual card."""
    return {"card_code": card.card_code, "qr_token": card.qr_token, "valid_until": format_second(card.valid_until)}


def staff_card_view(card: MemberCard) -> dict[str, Any]:
    """A card as staff see one: its last four characters."""
    return {
        "card_id": card.card_id,
        "kind": card.kind,
        "state": "blocked" if card.is_blocked else "active",
        "last_four": card.last_four,
        "linked_at": format_second(card.linked_at),
        "blocked_at": format_second(card.blocked_at) if card.blocked_at else None,
        "reason": card.reason or None,
        "brought_by": card.brought_by or None,
    }


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "purpose": consent.purpose,
        "granted": consent.granted,
        "text_version": consent.text_version,
        "recorded_at": format_second(consent.recorded_at),
    }
