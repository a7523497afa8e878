"""What became of a scene: what its requests were told, and the books of its members."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.theatre import LAST_PIECES, Scene, Theatre
from quen.errors import QuenError
from quen.ledger.documents import DocumentKey, Outcome
from quen.ledger.model import verify
from quen.ledger.model.chain import parse_entry


class Told(NamedTuple):
    """What a client was told, or a job: the same in every scene, so that two of them can be compared."""

    word: str
    said: Any = None


def told(answer: Any) -> Told:
    """`done`, `replay`, or the code of a refusal. An error that is none of ours is a defect, and is raised."""
    if isinstance(answer, BaseException) and not isinstance(answer, QuenError):
        raise answer
    if isinstance(answer, QuenError):
        return Told(answer.code)
    if isinstance(answer, Outcome):
        said = {name: answer.result[name] for name in ("state", "points", "balance_after") if name in answer.result}
        return Told("replay" if answer.replayed else "done", (said, (answer.result.get("account") or {}).get("points")))
    return Told("written" if answer else "nothing to do", [entry.kind for entry in answer or ()])


def books(theatre: Theatre, scene: Scene) -> list[dict[str, Any]]:
    """What is in the books of the scene's members, the same in every scene, once they have been proven.

    Each history is whole and folds to the account, each entry's lines sum to zero, and of the last piece no more are
    taken than there are, and as many as redemptions hold or have used.
    """
    seen = [_book(theatre, scene, member_id) for member_id in scene.members]
    taken = sum(theatre._stock.count_taken([scene.reward_id])[scene.reward_id].values())
    assert taken == sum(book["pieces"] for book in seen) <= LAST_PIECES
    return seen


def _book(theatre: Theatre, scene: Scene, member_id: str) -> dict[str, Any]:
    account, history = theatre._ledger_store.load(member_id), list(theatre._ledger_store.read_history(member_id))
    assert verify(account, history) is None
    entries = [parse_entry(*sealed) for sealed in history]
    assert all(sum(entry.lines.values()) == 0 for entry in entries)
    asked = [entry.reference.id for entry in entries if entry.hold and entry.hold.change in {"opened", "spent"}]
    redemptions = theatre._ledger_store.find_documents([DocumentKey(f"REDEMPTION#{one}") for one in asked])
    used = [one for one in redemptions if one.state == "redeemed" and one.details["reward_id"] == scene.reward_id]
    return {
        "entries": [(entry.kind, sorted(entry.lines.items()), sorted(entry.lots.items())) for entry in entries],
        "lots": account.lots,
        "debt": account.debt,
        "counters": account.counters,
        "claims": len(theatre._ledger_store.list_documents(f"MEMBER#{member_id}", "CLAIM#")),
        "vouchers": sorted(
            (shown["state"], str(shown["remaining_value"]))
            for shown in theatre.vouchers.list_own(member_id, None, 20)[0]
        ),
        "redemptions": sorted((document.state, document.details["points"]) for document in redemptions),
        "pieces": sum(sum(hold.stock.values()) for hold in account.holds.values())
        + sum(document.details["quantity"] for document in used),
    }
