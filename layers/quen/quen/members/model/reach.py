"""Whether a member may be told about their own points: an address, and a yes to notices at it."""

from __future__ import annotations

from quen.members.model.values import Member

NOTICES = ("transactional_messages_email", "transactional_messages_sms", "transactional_messages_zalo")
"""The uses of an address that notices about one's own points are; see `quen.messages.model.purpose_of`."""


def is_reachable(member: Member) -> bool:
    """Whether at least one way is both known and agreed to."""
    by_mail, *by_phone = map(member.consents_to, NOTICES)
    return bool((member.email and by_mail) or (member.phone and any(by_phone)))
