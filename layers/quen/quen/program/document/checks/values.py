"""Reading single values that may have any form: nothing here raises."""

from __future__ import annotations

import re
from fractions import Fraction

_DECIMAL = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")


def decimal_of(value: object) -> Fraction | None:
    """The number that a decimal text says; None where it is none, which the shape says."""
    return Fraction(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else None
