"""The feed's own refusal.

QuenError
└── CursorExpiredError    what follows the cursor is no longer kept
"""

from __future__ import annotations

from quen.errors import QuenError


class CursorExpiredError(QuenError):
    code = "cursor_expired"
    title = "What follows this cursor is no longer kept; begin again without one"
