"""A receipt and its claim, as use cases that move value."""

from __future__ import annotations

from engine.theatre import Scene, Theatre
from factories import make_purchase
from quen.ledger.documents import Outcome
from quen.receipts.codes import ClaimCodes

PARTNER = "ptn_0000000000000001"


def print_receipt(theatre: Theatre, scene: Scene, key: str) -> None:
    """Bought before anybody knew by whom."""
    bought = make_purchase(1_250_000, purchase_id=scene.named("receipt", key))
    theatre.receipts.record(PARTNER, bought, "receipt")


def claim_receipt(theatre: Theatre, scene: Scene, key: str) -> Outcome:
    """By the code that it has."""
    code = ClaimCodes(theatre.keys).code_of(PARTNER, scene.named("receipt", key), 0)
    return theatre.receipts.claim(scene.member_id, code)
