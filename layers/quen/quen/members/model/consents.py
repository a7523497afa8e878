"""Consents: who agreed to which use, to which text, when, and how we know. Nothing recorded means no.

A purpose is words joined by `_` (or `-`, `.`, `:`), from general to special. The field's own are

    terms                  the program's rules and its privacy notice
    marketing              offers, birthday greetings, reminders to come back, over any channel
    marketing_email        … by e-mail;  marketing_sms, marketing_zalo, marketing_push likewise
    transactional_email    receipts and notices about the member's own points; transactional_sms, transactional_push likewise
    profiling              offers chosen by what the member bought

    share_with_partner:<partner_id>   one partner brand is shown the member's name, masked

and a brand may add its own. A consent covers each use that has all of its words: `marketing` covers `marketing_sms`,
and `birthday` covers `marketing_birthday_email`. Of several that cover a use the most special counts, so a member may
agree to marketing and still refuse it by SMS; of equally special ones a refusal counts.

A refusal takes back every yes before it, for the uses that both cover: who says no to all advertising is not greeted by SMS
because of a yes to greetings that they gave years ago. A yes after it counts again, where it is the more special one; what was
taken back stays so, even when the refusal itself is.

Sharing with a partner is the exception: only a yes to that very partner counts, none to partners in general.

Each decision is evidence for ever, numbered from 1 per member. A profile keeps of them what counts now, oldest first: the
latest of each purpose, and before a yes the last refusal that it replaced, where that took back another yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

OPEN_PURPOSES_MAX = 64
PURPOSE_LENGTH_MAX = 64
CARRIED_REFUSALS_MAX = 10
"""So many evidence items a merge adds at most to its one transaction, which holds a hundred writes."""
DECISIONS_KEPT_MAX = 900_000
"""So many decisions a member makes in the app in a lifetime; what is left of six digits is for withdrawals and merges."""

SHARING = "share_with_partner"
PROFILING = "profiling"
PURPOSE = re.compile(r"[a-z][a-z0-9]*(?:[_.:-][a-z0-9]+)*")
TEXT_VERSION = re.compile(r"[!-~]{1,64}")
NO_TEXT = "-"
"""The text version of a decision that was made without reading any: by a mail program's button, by a complaint."""

ConsentSource = Literal["app", "till", "staff", "one_click", "complaint", "import"]

_SEPARATORS = re.compile(r"[_.:-]")


class ConsentDecision(Struct, frozen=True):
    """What a member says now: yes or no to one purpose, having read one version of its text."""

    purpose: str
    granted: bool
    text_version: str


class ConsentProof(Struct, frozen=True):
    """How we know of a decision: where it came from, who recorded it, and what that can be looked up by.

    `recorded_by` is `login:<keyed hash>`, `staff:<subject>`, `partner:<id>`, or empty where nobody signed in; `reference`
    a request's or a message's id, or for what a merge carried over the place of the evidence (`mem_…:3`).
    """

    source: ConsentSource
    recorded_by: str = ""
    reference: str = ""


class Consent(Struct, frozen=True):
    """A decision as it is kept: the member's `sequence`-th. `recorded_at` is business time."""

    purpose: str
    granted: bool
    text_version: str
    recorded_at: datetime
    sequence: int
    proof: ConsentProof


def is_consented(consents: Iterable[Consent], purpose: str) -> bool:
    """Whether these records, oldest first, allow that use."""
    return _allow(consents, _words(purpose))


def may_profile(consents: Iterable[Consent]) -> bool:
    """Whether these records allow to choose what the member is offered, or told, by what they bought.

    Advertising alone does not: it is a purpose of its own, beside the one of the message.
    """
    return is_consented(consents, PROFILING)


def is_shared_with(consents: Iterable[Consent], partner_id: str) -> bool:
    """Whether these records, oldest first, allow that one partner brand something personal."""
    purpose = f"{SHARING}:{partner_id}"
    decided = [consent.granted for consent in consents if consent.purpose == purpose]
    return bool(decided) and decided[-1]


def record_decisions(
    consents: tuple[Consent, ...], decisions: Iterable[ConsentDecision], now: datetime, proof: ConsentProof
) -> tuple[Consent, ...]:
    """What counts after these decisions, which were made at once: each of them about a purpose of its own.

    They are recorded from general to special, so that a no to all and a yes to one are both meant. One that repeats the
    latest of its purpose adds nothing, unless the opposite was said to another purpose since.
    """
    ordered = sorted(decisions, key=lambda decision: (len(_words(decision.purpose)), not decision.granted))
    for index, decision in enumerate(ordered):
        to_come = {later.purpose: later.granted for later in ordered[index + 1 :]}
        if not _is_repeated(consents, decision, to_come):
            given = decision.purpose, decision.granted, decision.text_version
            consents = _followed_by(consents, Consent(*given, now, _next(consents), proof))
    return consents


def withdraw(consents: tuple[Consent, ...], purpose: str, now: datetime, proof: ConsentProof) -> tuple[Consent, ...]:
    """What counts after all that the purpose covers was refused without reading a text; the same where it is already."""
    standing = [one.text_version for one in latest_decisions(consents) if one.purpose == purpose and not one.granted]
    text_version = standing[0] if standing else NO_TEXT
    return record_decisions(consents, [ConsentDecision(purpose, granted=False, text_version=text_version)], now, proof)


def carry_refusals(consents: tuple[Consent, ...], others: Iterable[Consent], member_id: str) -> tuple[Consent, ...]:
    """What counts for a member after another one's records were found to be theirs too: every no of the other one, at its
    own time and with its own proof, and no yes. `member_id` is the other one's, where the evidence stays.
    """
    for refusal in latest_decisions(others):
        repeated = ConsentDecision(refusal.purpose, granted=False, text_version=refusal.text_version)
        if not refusal.granted and not _is_repeated(consents, repeated, {}):
            proof = replace(refusal.proof, reference=f"{member_id}:{refusal.sequence}")
            consents = _followed_by(consents, replace(refusal, sequence=_next(consents), proof=proof))
    return consents


def latest_decisions(consents: Iterable[Consent]) -> list[Consent]:
    """The last word on each purpose, oldest first."""
    latest = {consent.purpose: consent for consent in consents}
    return sorted(latest.values(), key=lambda consent: consent.sequence)


def newly_recorded(before: Sequence[Consent], after: Iterable[Consent]) -> list[Consent]:
    """The records of `after` that are new, as evidence is to be kept of them."""
    last = before[-1].sequence if before else 0
    return [consent for consent in after if consent.sequence > last]


def _allow(consents: Iterable[Consent], use: frozenset[str]) -> bool:
    standing: dict[frozenset[str], bool] = {}
    for consent in consents:
        words = _words(consent.purpose)
        if words <= use:
            if not consent.granted:
                standing = {refused: False for refused, granted in standing.items() if not granted}
            standing[words] = consent.granted
    most_special = max(map(len, standing), default=0)
    return bool(standing) and all(granted for words, granted in standing.items() if len(words) == most_special)


def _is_repeated(consents: Sequence[Consent], decision: ConsentDecision, to_come: Mapping[str, bool]) -> bool:
    """Whether the decision stands already; `to_come` is what is said right after it, and so repeated after it."""
    latest = {*latest_decisions(consents)}
    for consent in reversed(consents):
        if consent.purpose == decision.purpose:
            return (consent.granted, consent.text_version) == (decision.granted, decision.text_version)
        is_said_again = consent in latest and to_come.get(consent.purpose) == consent.granted
        if consent.granted != decision.granted and not is_said_again:
            return False
    return False


def _followed_by(consents: Sequence[Consent], new: Consent) -> tuple[Consent, ...]:
    first_yes = next((one.sequence for one in consents if one.granted and one.purpose != new.purpose), new.sequence)
    kept = (
        one
        for one in consents
        if one.purpose != new.purpose or (new.granted and not one.granted and one.sequence > first_yes)
    )
    return (*kept, new)


def _next(consents: Sequence[Consent]) -> int:
    return consents[-1].sequence + 1 if consents else 1


def _words(purpose: str) -> frozenset[str]:
    return frozenset(_SEPARATORS.split(purpose))
