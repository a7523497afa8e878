"""Plans: what a document would change, by the program that it would follow. Nothing is written.

A plan is made of two documents and an instant, and of nothing else, but where the document changes tiers: then members above
the entry tier are looked at, to tell who would move.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from quen.errors import ValidationFailedError
from quen.instants import format_second
from quen.planning.model import (
    BasketPlan,
    Change,
    Warned,
    changes_between,
    compare,
    sample_baskets,
    warnings_of,
)
from quen.planning.model.baskets import BASKETS_MAX
from quen.planning.model.movers import MOVES_SHOWN_MAX, TierMoves
from quen.planning.movers import MEMBERS_MAX
from quen.program.compiled import compile_program
from quen.program.model import Program
from quen.program.service import PreparedVersion


class PreparesVersions(Protocol):
    """What plans are made of: the stack's program."""

    def prepare(self, source: str | bytes | Mapping[str, Any], now: datetime) -> PreparedVersion:
        """The version that a document would become. Raises ValidationFailedError with every fault."""
        ...


class FindsMovers(Protocol):
    """Who tells which members would come to another tier."""

    def find(self, now: Program, then: Program, begins: datetime) -> TierMoves | None:
        """The moves from then on; None where both say the same of how tiers are reached, kept and lost."""
        ...


class Stated(Struct, frozen=True):
    """A document as it counts: the version that it is or would be, from when, and its canonical content."""

    version: int
    effective_from: datetime
    content: Mapping[str, Any]


class Plan(Struct, frozen=True):
    """What a document changes. `before` is what it follows, None where it is the first."""

    before: Stated | None
    after: Stated
    changes: Sequence[Change]
    baskets: Sequence[BasketPlan]
    warnings: Sequence[Warned]
    tier_moves: TierMoves | None = None

    @property
    def is_unchanged(self) -> bool:
        """Whether it says what counts anyway."""
        return self.before is not None and not self.changes


class Plans:
    """Tells what a document would change, before it is made the program."""

    def __init__(self, programs: PreparesVersions, movers: FindsMovers) -> None:
        self._programs = programs
        self._movers = movers

    def plan(self, source: str | bytes | Mapping[str, Any], now: datetime) -> Plan:
        """What `PUT` would change with that document. Raises ValidationFailedError with every fault."""
        prepared = self._programs.prepare(source, now)
        found = prepared.before
        before = None
        if found is not None:
            before = Stated(found.version, found.effective_from, _as_of_today(json.loads(found.text)))
        after = Stated(prepared.version, prepared.effective_from, json.loads(prepared.text))
        plan = self._with_moves(draw_up(before, after))
        later = [mark for mark in prepared.marks if mark.effective_from > prepared.effective_from]
        if not later or plan.is_unchanged:
            return plan
        mark = min(
            later, key=lambda mark: (mark.effective_from, -mark.version)
        )  # of two at one instant, the later decision
        follows = _followed_by(mark.version, format_second(mark.effective_from))
        return replace(plan, warnings=[follows, *plan.warnings])

    def _with_moves(self, plan: Plan) -> Plan:
        """The same plan with the members whom it moves."""
        if plan.before is None or plan.is_unchanged:
            return plan
        begins = plan.after.effective_from
        now, then = (
            compile_program(stated.content, stated.version, stated.effective_from)
            for stated in (plan.before, plan.after)
        )
        moves = self._movers.find(now, then, begins)
        if moves is None:
            return plan
        warnings = [_FORESEEN, *([] if moves.is_all else [_MOVES_LEFT_OUT])]
        return replace(plan, tier_moves=moves, warnings=[*plan.warnings, *warnings])


def draw_up(before: Stated | None, after: Stated) -> Plan:
    """The plan of one document in place of another; both are valid and canonical."""
    now = compile_program(after.content, after.version, after.effective_from)
    then = compile_program(before.content, before.version, before.effective_from) if before else None
    programs = [now, then] if then else [now]
    samples = sample_baskets(programs, now.local_day(after.effective_from))
    baskets = compare(then, now, samples[:BASKETS_MAX])
    warnings = warnings_of(then, now, baskets) if then else []
    if len(samples) > BASKETS_MAX:
        warnings.append(_LEFT_OUT)
    return Plan(before, after, changes_between(before.content if before else {}, after.content), baskets, warnings)


def _as_of_today(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document with every default written out that there is today: what an older one left unsaid is no change."""
    from quen.program.document import parse_document  # pydantic is slow to load, and only who plans needs it

    try:
        return parse_document(content).content
    except ValidationFailedError:
        return content  # what is checked today may refuse what was once taken


def _followed_by(version: int, instant: str) -> Warned:
    return Warned(
        "later_version_follows",
        "/effective_from",
        {
            "vi": f"Phiên bản {version} đã được chuẩn bị và có hiệu lực từ {instant}: từ lúc đó thay đổi này không còn"
            " tác dụng, trừ khi phiên bản ấy cũng có.",
            "en": f"Version {version} is prepared and counts from {instant}: from then on this change is gone, unless that"
            " version has it too.",
        },
    )


_FORESEEN = Warned(
    "tier_moves_foreseen",
    "/tiers",
    {
        "vi": "Hạng của thành viên được dự tính như thể họ tiếp tục mua như mười hai tháng vừa qua; không ai xuống hạng trước"
        " khi kỳ của mình kết thúc. Thành viên ở hạng đầu tiên không được xem xét: ai đủ điều kiện sẽ lên hạng ở lần mua tới.",
        "en": "Members are taken to go on buying as in the last twelve months; nobody goes down before the end of their period."
        " Members of the entry tier are not looked at: who has what a tier asks rises with their next purchase.",
    },
)
_MOVES_LEFT_OUT = Warned(
    "tier_moves_left_out",
    "/tiers",
    {
        "vi": f"Danh sách không đầy đủ: chỉ xem {MEMBERS_MAX} thành viên có kỳ xét hạng gần nhất và liệt kê"
        f" {MOVES_SHOWN_MAX} người đầu tiên.",
        "en": f"The list is not complete: at most {MEMBERS_MAX} members are looked at, those whose review comes soonest, and"
        f" the first {MOVES_SHOWN_MAX} who move are listed.",
    },
)
_LEFT_OUT = Warned(
    "baskets_left_out",
    "/earning",
    {
        "vi": f"Chỉ tính {BASKETS_MAX} hoá đơn mẫu đầu tiên: chương trình hỏi nhiều hơn thế.",
        "en": f"Only the first {BASKETS_MAX} sample baskets are shown: the program asks about more than that.",
    },
)
