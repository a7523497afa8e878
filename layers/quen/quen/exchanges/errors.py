"""Why points are not exchanged with a partner's own program.

QuenError
├── ExchangeAlreadyRecordedError   exchange_already_recorded (409)   the id came with other content before
├── ExchangeNotOfferedError        exchange_not_offered (422)        the partner has no rate that way
└── ExchangeLimitReachedError      exchange_limit_reached (422)      the member's day is full
"""

from __future__ import annotations

from quen.errors import ConflictError, UnprocessableError


class ExchangeAlreadyRecordedError(ConflictError):
    code = "exchange_already_recorded"
    title = "This exchange was recorded with other content"


class ExchangeNotOfferedError(UnprocessableError):
    code = "exchange_not_offered"
    title = "Points are not exchanged with this partner"


class ExchangeLimitReachedError(UnprocessableError):
    code = "exchange_limit_reached"
    title = "The member exchanges no more points today"
