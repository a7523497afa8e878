"""What an account keeps of a lapse, and the command that handles one without an offer. What a lapse is, `lapsed` says."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from msgspec import Struct

LapseOutcome = Literal["offered", "held_out", "unasked", "not_meant"]
"""What became of a member who had lapsed: they were offered something, are one of those who are not, have not agreed to
offers by what they bought, or have a tier whose members are offered nothing.
"""


class HandledLapse(NamedTuple):
    """That a lapse was handled: the day of the last purchase before it, the day on which it was, and what became of it.

    Of two the later purchase's counts. Empty: none ever was.
    """

    bought_on: str = ""
    handled_on: str = ""
    outcome: LapseOutcome | Literal[""] = ""


NO_LAPSE = HandledLapse()


class NoteLapse(Struct, frozen=True):
    """The member who last bought on that day has lapsed, and is offered nothing: it is noted, and not asked again."""

    bought_on: date
    outcome: LapseOutcome
