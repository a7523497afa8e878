"""The jobs' names, as queues, runs and staff call them. Permanent.

They stand by themselves, so that whoever asks for a job by its name imports nothing of what it does.
"""

from __future__ import annotations

ANNOUNCEMENTS = "announcements"
ARCHIVE_ENTRIES = "archive-entries"
BIRTHDAY_REWARDS = "birthday-rewards"
CLOSE_STATEMENTS = "close-statements"
EXPIRE_POINTS = "expire-points"
HOLIDAY_REWARDS = "holiday-rewards"
REVIEW_TIERS = "review-tiers"
VERIFY_LEDGER = "verify-ledger"
WARN_ENDINGS = "warn-endings"
WIN_BACK = "win-back"
