"""What the shop does by itself or lets others do: transfers, stored value, adjustments."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field


class TransferPolicy(Struct, frozen=True):
    """Members may give each other points: so many a local day at the most, so many at a time at least."""

    per_day: int
    minimum: int = 1


class StoredValuePolicy(Struct, frozen=True):
    """Members may keep money with the shop: `maximum` is the most that one account holds, in the smallest unit."""

    maximum: int


class AdjustmentPolicy(Struct, frozen=True):
    """What staff may give or take: `limits` in points at a time, by role (a role that is not there has no limit of its
    own), `approval_above` how many ask for a second person (None: none do), `reason_codes` what may be named (empty: any).
    """

    limits: Mapping[str, int] = field(default_factory=dict)
    approval_above: int | None = None
    reason_codes: tuple[str, ...] = ()
