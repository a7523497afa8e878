"""What the document may say and what the rest of the house can do are the same."""

from __future__ import annotations

from typing import get_args

from admin_api.adjustments import ReasonCode
from quen.http.bodies import POINTS_MAX, whole
from quen.ledger.model.fold import CAP_MEMORY_DAYS
from quen.ledger.model.habits import EARLIER, YEARS
from quen.members.model import consents
from quen.members.model.facts import TAG, TAG_LENGTH_MAX
from quen.program.document.limits import ACCEPTED_DAYS_MAX, AdjustingRole
from quen.program.document.segments import MONTHS_MAX
from quen.program.document.values import CODE, CODE_MAX, IDENTIFIER, MOVED_POINTS_MAX, PURPOSE, PURPOSE_MAX
from quen.program.model import segments
from quen.staff.model import ALLOWED, Action


def test_receipts_are_accepted_at_most_as_long_as_a_days_caps_are_remembered() -> None:
    assert ACCEPTED_DAYS_MAX == CAP_MEMORY_DAYS


def test_the_roles_with_a_limit_are_those_that_may_adjust() -> None:
    assert set(get_args(AdjustingRole)) == {str(role) for role in ALLOWED[Action.ADJUST_POINTS]}


def test_the_points_of_a_limit_are_those_that_the_apis_take() -> None:
    assert MOVED_POINTS_MAX == POINTS_MAX


def test_every_reason_that_a_program_names_can_be_given() -> None:
    (rule,) = get_args(ReasonCode)[1:]
    assert (rule.pattern, rule.max_length) == (whole(CODE.removeprefix("^").removesuffix("$")), CODE_MAX)


def test_segments_ask_about_as_many_months_as_accounts_tell_apart() -> None:
    assert (MONTHS_MAX, segments.EARLIER) == (12 * YEARS, EARLIER)


def test_segments_ask_about_every_tag_and_purpose_that_a_member_may_have() -> None:
    assert f"^{TAG.pattern}$".replace("(?:", "(") == IDENTIFIER
    assert TAG_LENGTH_MAX == 64
    assert (f"^{consents.PURPOSE.pattern}$", consents.PURPOSE_LENGTH_MAX) == (PURPOSE, PURPOSE_MAX)
