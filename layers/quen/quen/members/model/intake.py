"""Intake: what a person sent becomes what a profile holds, or every fault is named at once.

A telephone number or an e-mail address is taken only where the token proves it: a profile that could claim anybody's
number would be a way to that person's points.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol, TypedDict, cast

from quen.errors import Fault, ValidationFailedError
from quen.members.model.birthdays import check_birthday
from quen.members.model.consents import PURPOSE, PURPOSE_LENGTH_MAX, TEXT_VERSION, ConsentDecision
from quen.members.model.contact import normalise_email, normalise_locale, normalise_name
from quen.members.model.values import Login, Member

DECISIONS_MAX = 20

_REFERRAL_CODE = re.compile(r"[A-Za-z0-9-]{1,64}")


class MemberChanges(TypedDict, total=False):
    """A merge patch of a profile (RFC 7396): what is absent stays, what is None is taken out."""

    phone: str | None
    email: str | None
    name: str | None
    birthday: date | None
    locale: str | None
    consents: Sequence[ConsentDecision]
    referral_code: str | None


class PhoneParser(Protocol):
    """Turns any spelling of a telephone number into E.164. Raises ValidationFailedError at the pointer."""

    def __call__(self, text: str, pointer: str = "/phone") -> str:
        """The E.164 form."""


def read_changes(
    sent: MemberChanges, login: Login, now: datetime, parse_phone: PhoneParser, member: Member | None = None
) -> MemberChanges:
    """The same changes, normalised and proven; what the member has already needs no new proof.

    Raises ValidationFailedError with all the faults, in the fields' order.
    """
    phones = (login.phone, member.phone if member else None)
    emails = (login.email, member.email if member else None)
    checks: Mapping[str, Callable[[Any], object]] = {
        "phone": lambda value: _proven(value, phones, parse_phone, "/phone"),
        "email": lambda value: _proven(value, emails, normalise_email, "/email"),
        "name": normalise_name,
        "birthday": lambda value: check_birthday(value, now),
        "locale": normalise_locale,
        "consents": _checked_decisions,
        "referral_code": _checked_referral_code,
    }
    clean: dict[str, object] = {}
    faults: list[Fault] = []
    for field, check in checks.items():
        if field in sent:
            value = cast("dict[str, Any]", sent)[field]
            try:
                clean[field] = None if value is None else check(value)
            except ValidationFailedError as error:
                faults.extend(error.faults)
    if faults:
        raise ValidationFailedError(faults=faults)
    return cast("MemberChanges", clean)


def _proven(text: str, owned: Iterable[str | None], normalise: Callable[[str, str], str], pointer: str) -> str:
    value = normalise(text, pointer)
    if value not in [_normalised(own, normalise, pointer) for own in owned if own is not None]:
        raise ValidationFailedError.at(
            pointer, "not_verified", "The token does not prove that this is the member's own."
        )
    return value


def _normalised(claim: str, normalise: Callable[[str, str], str], pointer: str) -> str | None:
    try:
        return normalise(claim, pointer)
    except ValidationFailedError:
        return None


def _checked_decisions(decisions: Sequence[ConsentDecision]) -> tuple[ConsentDecision, ...]:
    if len(decisions) > DECISIONS_MAX:
        raise ValidationFailedError.at("/consents", "too_many", f"At most {DECISIONS_MAX} consents are given at once.")
    faults: list[Fault] = []
    seen: set[str] = set()
    for index, decision in enumerate(decisions):
        if len(decision.purpose) > PURPOSE_LENGTH_MAX or not PURPOSE.fullmatch(decision.purpose):
            faults.append(Fault(f"/consents/{index}/purpose", "pattern", "A purpose is words like marketing_email."))
        elif decision.purpose in seen:
            faults.append(Fault(f"/consents/{index}/purpose", "duplicate", "Each purpose is decided once."))
        if not TEXT_VERSION.fullmatch(decision.text_version):
            faults.append(
                Fault(f"/consents/{index}/text_version", "pattern", "A version has 1 to 64 visible characters.")
            )
        seen.add(decision.purpose)
    if faults:
        raise ValidationFailedError(faults=faults)
    return tuple(decisions)


def _checked_referral_code(text: str) -> str:
    if not _REFERRAL_CODE.fullmatch(text):
        raise ValidationFailedError.at("/referral_code", "pattern", "A referral code has 1 to 64 letters and digits.")
    return text
