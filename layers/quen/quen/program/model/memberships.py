"""Paid memberships: what a plan costs, how long it lasts, and what happens when nobody pays."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from quen.program.model.texts import text_in

RETRY_DAYS = (1, 3, 5)
"""On which days after the end of a period a payment is tried again, where a plan does not say."""


class Plan(Struct, frozen=True):
    """A paid membership: `price` in the smallest unit of money for every period of `months` months, or of `days` days where
    `months` is 0.

    A member may try it for `trial_days` (0: not at all). So many `notice_days` before an unpaid period begins it is told that a
    payment is due (0: it is not); for `grace_days` after the paid one the membership waits to be paid for, and `retry_days`
    are the days of that wait on which the payment is tried again.
    """

    id: str
    name: Mapping[str, str]
    price: int
    months: int = 1
    days: int = 0
    trial_days: int = 0
    notice_days: int = 3
    grace_days: int = 7
    retry_days: tuple[int, ...] = RETRY_DAYS
    terms: Mapping[str, str] = field(default_factory=dict)

    def name_in(self, locale: str | None) -> str:
        """The name in that locale, or in its language, or in the program's first locale."""
        return text_in(self.name, locale)
