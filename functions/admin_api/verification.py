"""The last check of the ledger: folds, hashes, totals, root."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from quen.bootstrap import application
from quen.errors import NotFoundError
from quen.http.answers import Count, Day, Instant
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Nothing, Resource
from quen.staff.model import Action, StaffCaller

verification: Resource[StaffCaller] = Resource(__name__, recognise_staff)


class Flaw(TypedDict):
    """What is wrong with one member's history, and where it begins."""

    member_id: str
    sequence: int
    what: str


class Baseline(TypedDict):
    """An earlier day's kept root, taken once more of the same entries."""

    on: Day
    is_same: bool


class Verification(TypedDict):
    """What the last check found. `totals` are points by ledger account; they sum to zero. `root` stands for every history
    as it was at `as_of` (null: when it was read), and is kept under the day `on` where the nightly job took it.
    """

    verified_at: Instant
    is_sound: bool
    members: Count
    entries: Count
    totals: dict[str, int]
    flaws: list[Flaw]
    root: str | None
    as_of: Instant | None
    on: Day | None
    baseline: Baseline | None


@verification.endpoint(
    "GET",
    "/v1/ledger/verification",
    action=Action.READ_VERIFICATION,
    answer=Verification,
    errors=(NotFoundError,),
)
def show(_call: Call[StaffCaller, Nothing]) -> Mapping[str, Any]:
    """The last check of the whole ledger. Not found, where none was made yet."""
    return application().verification.load_last()
