"""Why a redemption is not begun, whoever asks."""

from __future__ import annotations

from quen.errors import (
    ConflictRetryError,
    CurrencyMismatchError,
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    MemberNotActiveError,
    MemberNotFoundError,
    PerkNotHeldError,
    QuenError,
    RewardLimitReachedError,
    RewardNotAvailableError,
    RewardNotFoundError,
    RewardOutOfStockError,
    StoreNotEligibleError,
    TierRequiredError,
)
from quen.exchanges.errors import ExchangeLimitReachedError, ExchangeNotOfferedError

RESERVE_REFUSALS: tuple[type[QuenError], ...] = (
    MemberNotFoundError,
    RewardNotFoundError,
    MemberNotActiveError,
    RewardOutOfStockError,
    ConflictRetryError,
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    RewardLimitReachedError,
    CurrencyMismatchError,
    RewardNotAvailableError,
    StoreNotEligibleError,
    TierRequiredError,
    PerkNotHeldError,
    ExchangeNotOfferedError,
    ExchangeLimitReachedError,
)
"""What `Rewards.reserve` can be refused with, whoever asks."""
