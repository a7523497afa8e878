"""What points buy, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quen.program.model import Reward


def reward_of(reward: Mapping[str, Any], locales: Sequence[str]) -> Reward:
    """One reward, its name in the order of the program's locales."""
    names = {locale: reward["name"][locale] for locale in locales}
    return Reward(
        id=reward["id"],
        name=names | reward["name"],
        points=reward["points"],
        stock=reward.get("stock"),
        per_member=reward.get("per_member"),
        expires_in_days=reward["expires_in_days"],
    )
