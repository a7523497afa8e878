"""What the books refuse.

ConflictError
└── MonthNotOverError    month_not_over (409)    a month is closed when it is over, and not before
"""

from __future__ import annotations

from quen.errors import ConflictError


class MonthNotOverError(ConflictError):
    code = "month_not_over"
    title = "The month is not over"
