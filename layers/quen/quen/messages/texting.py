"""The text message that is really sent, with what it weighs and costs.

Decree 91/2020/ND-CP asks two things of the text of an advertisement: that it begins with a label (article 15), and that it ends
by telling how to refuse more of them, by a message and by a call (article 16). Which number takes those only the shop knows, so
the program says it. Both stand in the very text that is measured and paid for.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from quen.messages.segments import SmsSize, measured
from quen.messages.unaccented import unaccented
from quen.program.model import MessagePolicy, Program
from quen.program.model.texts import text_in

_REFUSE_AT: Mapping[str, str] = {"vi": "Từ chối: ", "en": "To refuse: "}
_REFUSE_IN_THE_SHOP: Mapping[str, str] = {"vi": "Từ chối: báo cửa hàng.", "en": "To refuse: tell the shop."}


class SmsText(Struct, frozen=True):
    """`text` goes out as it stands. `price` is that of all segments, in the smallest unit of the program's currency; None where
    the program does not say what one costs.
    """

    text: str
    size: SmsSize
    price: int | None


def texted(text: str, program: Program, *, is_marketing: bool, locale: str, unsubscribe_url: str = "") -> SmsText:
    """What the program sends to somebody of that locale who is to be told `text`."""
    opt_out = how_to_refuse(program.messages, locale, unsubscribe_url) if is_marketing else ""
    return sms_text(text, program.messages, is_marketing=is_marketing, opt_out=opt_out)


def sms_text(text: str, policy: MessagePolicy, *, is_marketing: bool, opt_out: str = "") -> SmsText:
    """The text as it is sent: an advertisement between its label and the words on how to refuse more, all of it without marks
    where the program wants that. `opt_out` is a whole sentence in the member's language; "" where it is said already.
    """
    said = advertised(text, policy.advertising.label, opt_out) if is_marketing else text
    plain = unaccented(said) if policy.sms.is_unaccented else said
    size = measured(plain)
    each = policy.sms.segment_price
    return SmsText(plain, size, None if each is None else size.segments * each)


def advertised(text: str, label: str, opt_out: str = "") -> str:
    """The label first and the refusal last; what a program's own words have there already is not said twice."""
    labelled = text if text.startswith(label) else f"{label} {text}"
    return f"{labelled} {opt_out}" if opt_out and not labelled.endswith(opt_out) else labelled


def how_to_refuse(policy: MessagePolicy, locale: str, unsubscribe_url: str = "") -> str:
    """The program's own words; else the page where one refuses, or where the stack has none, whom to tell."""
    if policy.advertising.refusals:
        return text_in(policy.advertising.refusals, locale)
    language = "vi" if locale.partition("-")[0].lower() == "vi" else "en"
    return _REFUSE_AT[language] + unsubscribe_url if unsubscribe_url else _REFUSE_IN_THE_SHOP[language]
