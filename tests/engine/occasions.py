"""What is given for an occasion, as the table of use cases plays it: points, and all that can be given at once."""

from __future__ import annotations

from engine.theatre import Scene, Theatre
from quen.ledger.documents import Outcome
from quen.ledger.model import GrantBonus
from quen.program.model import Gift, Gifts, PerkGift, RewardGift

EVERYTHING = Gift(20, RewardGift("voucher", 30), PerkGift("ten-off"))
"""Points, a perk, and a voucher that is issued with them."""


def birthday(theatre: Theatre, scene: Scene, key: str) -> Outcome:
    """Points alone."""
    return theatre.ledger.grant(scene.member_id, GrantBonus("birthday", 50, f"year {key}", "birthday"))


def holiday(theatre: Theatre, scene: Scene, key: str) -> Outcome | None:
    """Of every kind of gift one."""
    program = theatre.programs.program
    day = program.local_day(theatre.time.now())
    bonus = GrantBonus("holiday", 0, f"tet:{key}", "holiday:tet", gifts=Gifts(EVERYTHING), day=day)
    return theatre.gifts.give(scene.member_id, bonus, program)
