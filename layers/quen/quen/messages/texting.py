"""The text message that is really sent, with what it weighs and costs.

Decree 91/2020/ND-CP asks two things of the text of an advertisement: that it begins with a label (article 15), and that it ends
by telling how to refuse more of them (article 16). Both stand in the very text that is measured and paid for.
"""

from __future__ import annotations

from dataclasses import dataclass

from quen.messages.segments import SmsSize, measured
from quen.messages.unaccented import unaccented
from quen.program.model import MessagePolicy


@dataclass(frozen=True, slots=True)
class SmsText:
    """`text` goes out as it stands. `price` is that of all segments, in the smallest unit of the program's currency; None where
    the program does not say what one costs.
    """

    text: str
    size: SmsSize
    price: int | None


def sms_text(text: str, policy: MessagePolicy, *, is_marketing: bool, opt_out: str = "") -> SmsText:
    """The text as it is sent: an advertisement between its label and the words on how to refuse more, all of it without marks
    where the program wants that. `opt_out` is a whole sentence in the member's language; "" where it is said already.
    """
    said = advertised(text, policy.advertising.label, opt_out) if is_marketing else text
    plain = unaccented(said) if policy.sms.is_unaccented else said
    size = measured(plain)
    each = policy.sms.segment_price
    return SmsText(plain, size, None if each is None else size.segments * each)


def advertised(text: str, label: str, opt_out: str) -> str:
    """The label first and the refusal last; what a program's own words have there already is not said twice."""
    labelled = text if text.startswith(label) else f"{label} {text}"
    return f"{labelled} {opt_out}" if opt_out and not labelled.endswith(opt_out) else labelled
