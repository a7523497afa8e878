"""An intent in words: the subject, text and HTML of a mail, and the text of an SMS.

Words are filled in one pass and become HTML as a whole, so that a `$` in somebody's name stays a `$` and a `<` a `<`; a
value that the words want and nobody gives is a defect, and raises KeyError.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct, field

from quen.messages.layout import Mail, page_of, text_of
from quen.messages.model import MARKETING, UNASKED, Intent, Kind, Template
from quen.messages.sayings import own_words, saying_of, words_for
from quen.messages.speech import Speech, filled
from quen.messages.texting import advertised, texted
from quen.messages.values import values_of
from quen.program.model import Program


class Content(Struct, frozen=True):
    """A message in words: a mail's subject, text and HTML, and the text of an SMS. All of it or what the channel needs.

    Of the SMS also its `encoding` (GSM-7 or UCS-2), `segments`, and `price` in the currency's smallest unit, where somebody
    counted them. `zalo_template` is the number of the notice that Zalo has approved ("": none), `values` what fills it.
    """

    subject: str
    text: str
    html: str
    sms: str
    encoding: str = ""
    segments: int = 0
    price: int | None = None
    zalo_template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


def render(
    intent: Intent,
    program: Program,
    name: str | None,
    locale: str,
    unsubscribe_url: str = "",
    *,
    today: date | None = None,
) -> Content:
    """The message in that language (one of the program's; words that we do not have are said in English).

    `unsubscribe_url` is where a reader stops what is advertising; `today` the program's day on which it is sent.
    """
    speech = Speech(program, locale)
    values = values_of(intent, speech, name, today)
    words = words_for(intent, saying_of(intent, values), speech)
    own = own_words(intent, program, locale)
    zalo_template = (own.zalo_template if own else None) or ""
    return content_of(intent.kind, words, values, speech, unsubscribe_url, zalo_template)


def content_of(
    kind: Kind,
    words: Template,
    values: Mapping[str, str],
    speech: Speech,
    unsubscribe_url: str = "",
    zalo_template: str = "",
) -> Content:
    """The words with their values. Advertising has the program's label at the very beginning of its subject."""
    title = filled(words.subject, values)
    mail = Mail(
        language=speech.language,
        program=values["program"],
        title=title,
        greeting=filled(speech.words.greeting, values),
        paragraphs=tuple(filled(paragraph, values) for paragraph in words.paragraphs),
        facts=tuple((filled(what, values), filled(value, values)) for what, value in words.facts),
        closing=filled(speech.words.closing, values),
        reason=filled(_reason(kind, speech), values),
        stop=speech.words.stop,
        stop_url=unsubscribe_url if kind in MARKETING else "",
    )
    label = speech.program.messages.advertising.label if kind in MARKETING else ""
    subject = advertised(title, label)
    sms = texted(
        filled(words.sms, values),
        speech.program,
        is_marketing=kind in MARKETING,
        locale=speech.locale,
        unsubscribe_url=unsubscribe_url,
    )
    return Content(
        subject,
        text_of(mail),
        page_of(mail),
        sms.text,
        sms.size.encoding,
        sms.size.segments,
        sms.price,
        zalo_template,
        values,
    )


def _reason(kind: Kind, speech: Speech) -> str:
    """Why one gets such a mail."""
    if kind in UNASKED:
        return speech.words.why_security
    return speech.words.why_marketing if kind in MARKETING else speech.words.why
