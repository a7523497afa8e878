"""A program whose members reach tiers by what they buy in a calendar year, for tests of what surrounds tiers."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from factories import make_program
from quen.program.model import Criteria, Program, Tier, TierPolicy

SILVER_SPEND, GOLD_SPEND = 500_000, 1_000_000
POLICY = TierPolicy("calendar_year", notice_days=30, grace_days=0)
MEMBER = Tier("member", {"vi": "Thành viên", "en": "Member"})
SILVER = Tier("silver", {"vi": "Bạc", "en": "Silver"}, reach=Criteria({"spend": SILVER_SPEND}))
GOLD = Tier("gold", {"vi": "Vàng", "en": "Gold"}, reach=Criteria({"spend": GOLD_SPEND}))


def make_tiered(**changes: Any) -> Program:
    """Silver from 500,000 VND in a year, gold from a million; told 30 days before the end, without a grace."""
    return make_program(**{"tiers": (MEMBER, SILVER, GOLD), "tiering": POLICY, **changes})


def asking(tier: Tier, spend: int) -> Tier:
    """The same tier, reached with so much."""
    return replace(tier, reach=Criteria({"spend": spend}))
