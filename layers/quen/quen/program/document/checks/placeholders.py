"""What one text may leave to be filled in: the names that there are, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from quen.errors import Fault
from quen.program.model.placeholders import is_well_formed, names_in

_MALFORMED = "Say $name and its like, or $$ for a dollar: nothing else begins with $."


def check_placeholders(text: object, names: Sequence[str], pointer: str) -> Iterator[Fault]:
    """What is wrong with the `$` of one text that may use these names."""
    if not isinstance(text, str):
        return
    if not is_well_formed(text):
        yield Fault(pointer, "placeholder_malformed", _MALFORMED)
    if not names_in([text]) <= {*names}:
        listed = ", ".join(f"${name}" for name in names)
        yield Fault(pointer, "placeholder_unknown", f"Such words may use: {listed}.")
