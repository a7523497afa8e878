"""An intent's period as a label that goes along with a mail: SES takes letters, digits, `_` and `-` there, and no dot.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html
"""

from __future__ import annotations

import re

_ESCAPED = {"-": "--", ".": "-d"}
_MEANT = {"-": "-", "d": "."}
_SIGN = re.compile(r"[-.]")
_ESCAPE = re.compile(r"-(.?)")


def label_of(period: str) -> str:
    """The label: `coffee.3` as `coffee-d3`; at most twice as long as the period."""
    return _SIGN.sub(lambda found: _ESCAPED[found[0]], period)


def period_of(label: str) -> str:
    """The period that a label of `label_of` says. Raises ValueError for anything else."""
    try:
        return _ESCAPE.sub(lambda found: _MEANT[found[1]], label)
    except KeyError:
        raise ValueError("no period has such a label") from None
