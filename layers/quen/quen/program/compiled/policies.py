"""What the shop does by itself or lets others do, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quen.program.model import AdjustmentPolicy


def adjustments_of(adjustments: Mapping[str, Any]) -> AdjustmentPolicy:
    """What staff may give or take."""
    return AdjustmentPolicy(
        limits=adjustments.get("limits", {}),
        approval_above=adjustments.get("approval_above"),
        reason_codes=tuple(adjustments.get("reason_codes", ())),
    )
