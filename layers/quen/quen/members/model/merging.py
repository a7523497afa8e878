"""Two profiles of one person: the survivor's takes over all that the other one is found by, and gives it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from quen.errors import MemberAlreadyExistsError, MemberNotActiveError, ValidationFailedError
from quen.members.model.cards import brought, given_back, without_blocked
from quen.members.model.consents import CARRIED_REFUSALS_MAX, carry_refusals, newly_recorded
from quen.members.model.values import Member, MemberState

TAKEN_OVER_MAX = 40
"""So many look-ups, of five members or more, move with a profile in one transaction."""

Ways = Iterable[tuple[str, str]]


def united(survivor: Member, merged: Member, found_by: Ways) -> tuple[Member, Member]:
    """Both after the merge; `found_by` are the merged member's look-ups, kind and keyed hash.

    The survivor keeps the earlier day of joining, and of both people's consents the stricter: the merged member's yes is
    nobody's any more, each of their refusals is the survivor's too.

    Raises ValidationFailedError for one with itself, MemberNotActiveError for one who is closed, and where more is taken over
    than TAKEN_OVER_MAX or CARRIED_REFUSALS_MAX.
    """
    if survivor.member_id == merged.member_id:
        raise ValidationFailedError.at("/merged_member_id", "oneself", "A member is merged with another one.")
    if survivor.state == "closed":
        raise MemberNotActiveError("The member who would survive is closed.")
    if merged.state == "closed":
        is_merged = "has been merged already" if merged.merged_into else "is closed"
        raise MemberNotActiveError(f"The member who would be merged {is_merged}.")
    taken_over = (*survivor.taken_over, *sorted(found_by))
    if len(taken_over) > TAKEN_OVER_MAX:
        raise ValidationFailedError.at("/merged_member_id", "too_many", "Too many members were merged into this one.")
    consents = carry_refusals(survivor.consents, merged.consents, merged.member_id)
    if len(newly_recorded(survivor.consents, consents)) > CARRIED_REFUSALS_MAX:
        raise ValidationFailedError.at("/merged_member_id", "too_many", "The merged member has refused too many uses.")
    return (
        replace(
            survivor,
            consents=consents,
            joined_at=min(survivor.joined_at, merged.joined_at),
            taken_over=taken_over,
            cards=(*survivor.cards, *brought(merged.cards, merged.member_id)),
            version=survivor.version + 1,
        ),
        replace(merged, state="closed", merged_into=survivor.member_id, version=merged.version + 1),
    )


def parted(
    survivor: Member, merged: Member, found_by: Ways, own: Ways, *, joined_at: datetime, state: MemberState
) -> tuple[Member, Member]:
    """Both after the merge was undone; `own` is what the survivor's profile itself says now that it is found by,
    `joined_at` its day of joining before the merge, `state` the merged member's. Refusals that the merge carried over stay
    with the survivor: a no is taken back by the member alone.

    Raises MemberAlreadyExistsError where the survivor's profile has taken the merged member's phone or e-mail since.
    """
    going = {*found_by}
    if going & {*own}:
        sentence = "The survivor's profile has the merged member's phone or e-mail now; change that first."
        raise MemberAlreadyExistsError(sentence)
    # The earlier day goes with whoever brought it; another merge, undone before this one, may have taken it along.
    joined = max(survivor.joined_at, joined_at) if survivor.joined_at == merged.joined_at else survivor.joined_at
    kept = tuple(way for way in survivor.taken_over if way not in going)
    theirs, ours = given_back(merged.cards, survivor.cards)
    # A card that was blocked since the merge leads nowhere again.
    still_over = without_blocked(merged.taken_over, theirs)
    return (
        replace(survivor, joined_at=joined, taken_over=kept, cards=ours, version=survivor.version + 1),
        replace(merged, state=state, merged_into="", taken_over=still_over, cards=theirs, version=merged.version + 1),
    )
