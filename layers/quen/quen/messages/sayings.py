"""Which of a kind's sayings an intent is, and in whose words it is said. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from quen.messages.model import Intent, Template
from quen.messages.speech import Speech
from quen.messages.words import TEMPLATES
from quen.program.model import Program, Wording
from quen.program.model.placeholders import serves


def saying_of(intent: Intent, values: Mapping[str, str]) -> str:
    """A welcome without points, a redemption without a reward, one of a gift, and a full card that gives none say something
    else, and so does a tier that is for good, or that nothing is known to keep.
    """
    said: str = intent.kind
    if intent.kind == "welcome" and not intent.data["points"]:
        said = "joined"
    if intent.kind == "redeemed" and "reward_id" not in intent.data:
        said = "spent"
    if intent.kind in {"reserved", "redeemed"} and not intent.data["points"]:
        said = f"gift_{intent.kind}"
    if intent.kind == "tier_upgraded" and "last_day" not in intent.data:
        said = "tier_upgraded_for_good"
    if intent.kind == "tier_at_risk" and not values["lacking"]:
        said = "tier_ending"
    if intent.kind == "payment_failed" and "last_day" not in intent.data:
        said = "payment_failed_for_good"
    if intent.kind == "membership_ended" and not intent.data["amount"]:
        said = "membership_over"
    if intent.kind == "card_complete" and "reward_id" not in intent.data:
        said = "card_full"
    return said


def words_for(intent: Intent, said: str, speech: Speech) -> Template:
    """The program's own words in that locale, where it has some and they serve what is said; what they leave out, and the
    facts, are in the words that Quen brings.
    """
    template = TEMPLATES[speech.language][said]
    own = own_words(intent, speech.program, speech.locale)
    if own is None or not serves(own, intent.kind, said):
        return template
    return replace(
        template,
        subject=own.subject or template.subject,
        paragraphs=own.body or template.paragraphs,
        sms=own.sms or template.sms,
    )


def own_words(intent: Intent, program: Program, locale: str) -> Wording | None:
    """What the program itself says there: of an announcement the words that it announces, else those of its templates."""
    if intent.kind == "announcement":
        return announced_words(program, intent.data["announcement_id"], locale)
    return program.messages.wordings.get(intent.kind, {}).get(locale)


def announced_words(program: Program, announcement_id: str, locale: str) -> Wording | None:
    """The words of an announcement; None for one that the program no longer makes."""
    announcement = program.find_announcement(announcement_id)
    if announcement is None:
        return None
    text = announcement.text_in(locale)
    return Wording(text.subject, text.body, text.sms)
