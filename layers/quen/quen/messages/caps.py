"""How much advertising one member gets: what went out lately, and whether there is room for more.

One small value for each member, whatever the kinds and channels: who counts a message writes it in one transaction with
"it is begun", so that two senders at once never pass a cap together. A message counts once, by its key, however often it
is tried; one that was refused counts no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quen.program.model import Channel


@dataclass(frozen=True, slots=True)
class Counted:
    """One message that went out, or may have."""

    key: str
    channel: Channel
    at: datetime


@dataclass(frozen=True, slots=True)
class Recent:
    """The advertising that a member got lately, the oldest first."""

    member_id: str
    sends: tuple[Counted, ...] = ()
    revision: int = 0
