"""Consents: who agreed to which use, to which text, when. Nothing recorded means no.

A purpose is words joined by `_` (or `-`, `.`, `:`), from general to special. The field's own are

    terms                  the program's rules and its privacy notice
    marketing              offers, birthday greetings, reminders to come back, over any channel
    marketing_email        … by e-mail;  marketing_sms, marketing_push likewise
    transactional_email    receipts and notices about the member's own points; transactional_sms, transactional_push likewise
    profiling              offers chosen by what the member bought

    share_with_partner:<partner_id>   one partner brand is shown the member's name, masked

and a brand may add its own. A consent covers each use that has all of its words: `marketing` covers `marketing_sms`,
and `birthday` covers `marketing_birthday_email`. Of several that cover a use the most special counts, so a member may
agree to marketing and still refuse it by SMS; of equally special ones a refusal counts.

Sharing with a partner is the exception: only a yes to that very partner counts, none to partners in general.

Records are appended, never changed: they are the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

CONSENT_RECORDS_MAX = 200
PURPOSE_LENGTH_MAX = 64

SHARING = "share_with_partner"
PURPOSE = re.compile(r"[a-z][a-z0-9]*(?:[_.:-][a-z0-9]+)*")
TEXT_VERSION = re.compile(r"[!-~]{1,64}")

_SEPARATORS = re.compile(r"[_.:-]")


@dataclass(frozen=True, slots=True)
class ConsentDecision:
    """What a member says now: yes or no to one purpose, having read one version of its text."""

    purpose: str
    granted: bool
    text_version: str


@dataclass(frozen=True, slots=True)
class Consent:
    """A decision as it is kept."""

    purpose: str
    granted: bool
    text_version: str
    recorded_at: datetime


def is_consented(consents: Iterable[Consent], purpose: str) -> bool:
    """Whether these records, oldest first, allow that use."""
    wanted = _words(purpose)
    latest = {_words(consent.purpose): consent.granted for consent in consents}
    covering = {words: granted for words, granted in latest.items() if words <= wanted}
    most_special = max(map(len, covering), default=0)
    return bool(covering) and all(granted for words, granted in covering.items() if len(words) == most_special)


def is_shared_with(consents: Iterable[Consent], partner_id: str) -> bool:
    """Whether these records, oldest first, allow that one partner brand something personal."""
    purpose = f"{SHARING}:{partner_id}"
    decided = [consent.granted for consent in consents if consent.purpose == purpose]
    return bool(decided) and decided[-1]


def record_decisions(
    consents: tuple[Consent, ...], decisions: Iterable[ConsentDecision], now: datetime
) -> tuple[Consent, ...]:
    """The records with these decisions added. One that repeats the latest of its purpose adds nothing."""
    latest = {consent.purpose: (consent.granted, consent.text_version) for consent in consents}
    added = [
        Consent(decision.purpose, decision.granted, decision.text_version, now)
        for decision in decisions
        if latest.get(decision.purpose) != (decision.granted, decision.text_version)
    ]
    return (*consents, *added)


def _words(purpose: str) -> frozenset[str]:
    return frozenset(_SEPARATORS.split(purpose))
