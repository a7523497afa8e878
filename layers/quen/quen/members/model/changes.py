"""What a change makes of a profile. The changes come from the intake: normalised, and proven where that is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from quen.errors import ValidationFailedError
from quen.members.model.birthdays import check_unlocked
from quen.members.model.consents import CONSENT_RECORDS_MAX, record_decisions
from quen.members.model.intake import MemberChanges
from quen.members.model.notices import keep_former
from quen.members.model.values import Member

_REPLACED = ("phone", "email", "name", "locale")


def apply_changes(member: Member, changes: MemberChanges, now: datetime) -> Member:
    """The member after the change, still of the same version; an equal member where nothing changes. What they were reached by
    before is kept for warnings.

    Raises BirthdayLockedError, and ValidationFailedError where neither phone nor e-mail would be left.
    """
    after = replace(member, **_replacements(changes), **_birthday(member, changes, now))
    if decisions := changes.get("consents"):
        after = replace(after, consents=record_decisions(member.consents, decisions, now))
    if after.phone is None and after.email is None:
        # Without either, nobody could ever prove to be that member.
        raise ValidationFailedError.at(
            "", "phone_or_email_required", "A member has a phone number or an e-mail address."
        )
    if len(after.consents) > CONSENT_RECORDS_MAX:
        raise ValidationFailedError.at("/consents", "too_many", "The member's consents changed too often.")
    return keep_former(member, after, now)


def _replacements(changes: MemberChanges) -> dict[str, Any]:
    return {field: value for field, value in changes.items() if field in _REPLACED}


def _birthday(member: Member, changes: MemberChanges, now: datetime) -> dict[str, Any]:
    if "birthday" not in changes or changes["birthday"] == member.birthday:
        return {}
    check_unlocked(member.birthday_set_at, now)
    birthday = changes["birthday"]
    return {"birthday": birthday, "birthday_set_at": member.birthday_set_at if birthday is None else now}
