"""The words that Quen brings, in Vietnamese and English: by subject one module, and what stands around all of them.

`$name` and its like are filled in by `quen.messages.rendering`; which names a text may use is the table in
`quen.program.model.placeholders`. An SMS is short (a letter with a mark makes it cost by 67 characters, and two parts are
its limit with ordinary values), and carries nobody's name. Facts say again, apart from the sentences, what a reader looks
for: the first one is shown large.
"""

from __future__ import annotations

from collections.abc import Mapping

from quen.messages.model import Template
from quen.messages.words.cards import CARDS
from quen.messages.words.memberships import MEMBERSHIPS
from quen.messages.words.news import NEWS
from quen.messages.words.occasions import OCCASIONS
from quen.messages.words.phrases import WORDS, Words
from quen.messages.words.points import POINTS
from quen.messages.words.rewards import REWARDS
from quen.messages.words.tiers import TIERS

__all__ = ["FALLBACK_LOCALE", "TEMPLATES", "WORDS", "Words"]

FALLBACK_LOCALE = "en"

_SUBJECTS = (POINTS, REWARDS, OCCASIONS, TIERS, CARDS, MEMBERSHIPS, NEWS)

TEMPLATES: Mapping[str, Mapping[str, Template]] = {
    language: {said: template for subject in _SUBJECTS for said, template in subject[language].items()}
    for language in WORDS
}
"""By language and by what is said; see `quen.messages.sayings` for which kind of message says what."""
