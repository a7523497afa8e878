"""What a change makes of a profile. The changes come from the intake: normalised, and proven where that is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from quen.errors import ValidationFailedError
from quen.members.model.birthdays import check_unlocked
from quen.members.model.consents import (
    DECISIONS_KEPT_MAX,
    OPEN_PURPOSES_MAX,
    Consent,
    ConsentProof,
    latest_decisions,
    record_decisions,
)
from quen.members.model.intake import MemberChanges
from quen.members.model.notices import keep_former
from quen.members.model.values import Member

_REPLACED = ("phone", "email", "name", "locale")


def apply_changes(member: Member, changes: MemberChanges, now: datetime, proof: ConsentProof) -> Member:
    """The member after the change, still of the same version; an equal member where nothing changes. `proof` is that of the
    consents among the changes. What they were reached by before is kept for warnings.

    Raises BirthdayLockedError, and ValidationFailedError where neither phone nor e-mail would be left, or of too many
    consents.
    """
    after = replace(member, **_replacements(changes), **_birthday(member, changes, now))
    if decisions := changes.get("consents"):
        consents = record_decisions(member.consents, decisions, now, proof)
        _check_limits(member.consents, consents)
        after = replace(after, consents=consents)
    if after.phone is None and after.email is None:
        # Without either, nobody could ever prove to be that member.
        raise ValidationFailedError.at(
            "", "phone_or_email_required", "A member has a phone number or an e-mail address."
        )
    return keep_former(member, after, now)


def _check_limits(before: Sequence[Consent], after: Sequence[Consent]) -> None:
    """What withdrawals and merges have added may be over a limit already: that keeps no member from deciding otherwise."""
    if len(latest_decisions(after)) > max(len(latest_decisions(before)), OPEN_PURPOSES_MAX):
        sentence = f"A member decides about {OPEN_PURPOSES_MAX} purposes at most."
        raise ValidationFailedError.at("/consents", "too_many", sentence)
    if after[-1].sequence > DECISIONS_KEPT_MAX:
        raise ValidationFailedError.at("/consents", "too_many", "The member's consents changed too often.")


def _replacements(changes: MemberChanges) -> dict[str, Any]:
    return {field: value for field, value in changes.items() if field in _REPLACED}


def _birthday(member: Member, changes: MemberChanges, now: datetime) -> dict[str, Any]:
    if "birthday" not in changes or changes["birthday"] == member.birthday:
        return {}
    check_unlocked(member.birthday_set_at, now)
    birthday = changes["birthday"]
    return {"birthday": birthday, "birthday_set_at": member.birthday_set_at if birthday is None else now}
