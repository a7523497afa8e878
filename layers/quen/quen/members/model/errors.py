"""What is refused about a member's cards.

QuenError
├── ConflictError
│   ├── CardBlockedError           card_blocked (409)          the card was lost or replaced: who has it in their hand keeps it
│   └── CardAlreadyLinkedError     card_already_linked (409)   the code is, or was, a card of somebody's
└── UnprocessableError
    └── CardLimitReachedError      card_limit_reached (422)    as many cards work as one member may have
"""

from __future__ import annotations

from quen.errors import ConflictError, UnprocessableError


class CardBlockedError(ConflictError):
    """Said to whoever names the card by its whole code, and so has it: it tells nothing new but that it is to be kept."""

    code = "card_blocked"
    title = "The card is blocked for good"


class CardAlreadyLinkedError(ConflictError):
    """A code belongs to one member for ever, blocked or not."""

    code = "card_already_linked"
    title = "The card is, or was, linked to a member"


class CardLimitReachedError(UnprocessableError):
    """Blocked cards do not count."""

    code = "card_limit_reached"
    title = "The member has as many cards as allowed"
