"""A webhook: a URL of a partner, what it wants to be told, and how it fares.

All that is kept of its secrets is the ids under which the secret store has them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from quen.errors import ValidationFailedError

WEBHOOKS_PER_PARTNER_MAX = 10
EVENT_TYPES_MAX = 50
OVERLAP_HOURS_MAX = 72
DISABLED_AFTER_FAILING = timedelta(days=5)
# While a receiver fails it is tried once in so long, by one worker, whatever waits for it: others wait behind it.
RESTS_FOR = timedelta(seconds=30)
# Those wait as long as it has been failing, within these bounds: thousands that asked twice a minute would leave no worker to
# anybody else.
WAITS_MAX = timedelta(minutes=15)


class WebhookState(StrEnum):
    """Nothing is sent to a disabled webhook, and nothing is gathered for it."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class DisabledBy(StrEnum):
    """Who or what disabled a webhook: its partner, staff, its own answer 410, or five days in which every attempt failed."""

    PARTNER = "partner"
    STAFF = "staff"
    GONE = "gone"
    FAILING = "failing"


class Webhook(Struct, frozen=True):
    """`event_types` are types, or prefixes that end with a dot (none: all). `failing_since` is the first failure after which
    nothing succeeded; until `resting_until` nobody else tries. `revision` counts its changes.
    """

    webhook_id: str
    partner_id: str
    url: str
    event_types: tuple[str, ...]
    created_at: datetime
    secret_id: str
    previous_secret_id: str = ""
    previous_until: datetime | None = None
    state: WebhookState = WebhookState.ENABLED
    disabled_by: DisabledBy | None = None
    failing_since: datetime | None = None
    resting_until: datetime | None = None
    revision: int = 0

    @property
    def is_enabled(self) -> bool:
        """Whether anything is sent to it."""
        return self.state is WebhookState.ENABLED

    def wants(self, event_type: str) -> bool:
        """Whether it is told of events of that type."""
        wanted = (event_type.startswith(one) if one.endswith(".") else event_type == one for one in self.event_types)
        return not self.event_types or any(wanted)

    def secret_ids(self, now: datetime) -> list[str]:
        """The secrets that sign at that instant, the new one first."""
        is_overlap = self.previous_until is not None and now < self.previous_until
        return [self.secret_id, self.previous_secret_id] if is_overlap else [self.secret_id]

    def rotated(self, secret_id: str, until: datetime) -> Webhook:
        """With a new secret; the one that it had signs beside it until then."""
        return self._changed(secret_id=secret_id, previous_secret_id=self.secret_id, previous_until=until)

    def enabled(self) -> Webhook:
        """Enabled, with a clean slate."""
        return self._changed(state=WebhookState.ENABLED, disabled_by=None, failing_since=None, resting_until=None)

    def disabled(self, by: DisabledBy) -> Webhook:
        """Disabled."""
        return self._changed(state=WebhookState.DISABLED, disabled_by=by)

    def tried(self, now: datetime) -> Webhook:
        """Before an attempt: one that fails is left alone by all others for a while. The same value where it does not fail."""
        return self._changed(resting_until=now + RESTS_FOR) if self.failing_since else self

    def rested(self, now: datetime) -> datetime:
        """When who finds it resting looks again."""
        failing_for = now - self.failing_since if self.failing_since else timedelta()
        return now + min(max(RESTS_FOR, failing_for), WAITS_MAX)

    def after(self, *, is_delivered: bool, is_gone: bool, now: datetime) -> Webhook:
        """What an attempt makes of it; the same value where that is nothing.

        The first failure is remembered, five days of them disable it, and a 410 does at once.
        """
        if is_delivered:
            is_clean = self.failing_since is None and self.resting_until is None
            return self if is_clean else self._changed(failing_since=None, resting_until=None)
        if is_gone:
            return self.disabled(DisabledBy.GONE)
        if self.failing_since is None:
            return self._changed(failing_since=now)
        if now - self.failing_since >= DISABLED_AFTER_FAILING:
            return self.disabled(DisabledBy.FAILING)
        return self

    def _changed(self, **changes: Any) -> Webhook:
        return replace(self, revision=self.revision + 1, **changes)


@dataclass(frozen=True, slots=True)
class IssuedWebhook:
    """A webhook with a new secret, `whsec_…`, which is shown in this one answer and never again."""

    webhook: Webhook
    secret: str = field(repr=False)


def check_event_types(asked: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """The types and prefixes, sorted, each once. Raises ValidationFailedError for one that no event will ever have."""
    for number, one in enumerate(asked):
        is_known = any(type_.startswith(one) for type_ in known) if one.endswith(".") else one in known
        if not is_known:
            sentence = "Give types of events, or what they begin with, up to a dot: points."
            raise ValidationFailedError.at(f"/event_types/{number}", "not_allowed", sentence)
    return tuple(sorted(set(asked)))
