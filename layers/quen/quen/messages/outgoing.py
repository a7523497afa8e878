"""A message on its way: all that a channel's provider is given."""

from __future__ import annotations

from dataclasses import dataclass, field

from quen.messages.model import Kind
from quen.messages.rendering import Content


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message for one address.

    `sender` is whom it comes from, where the channel shows one. `member_id`, `kind`, `period` and `message_id` go along where a
    provider takes such labels, so that its reports name the message. `unsubscribe_url` is empty for what is no advertising,
    and where the stack has no such page.
    """

    address: str = field(repr=False)
    sender: str | None
    content: Content = field(repr=False)
    member_id: str
    kind: Kind
    period: str
    message_id: str
    is_marketing: bool = False
    unsubscribe_url: str = field(default="", repr=False)
