"""Where drift is told: one line in the log, which the alarm on the ledger's drift waits for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from quen.ledger.model.values import ACTIVE, HELD, PENDING, STORED_VALUE
from quen.log_lines import line
from quen.metrics import POINTS_OUTSTANDING, POINTS_OUTSTANDING_WORTH, STORED_VALUE_OUTSTANDING, Figure
from quen.observability import logger
from quen.verification.model import MemberFlaw, Verification

# What the metric filter of the template looks for: a line is told by its `alarm`, not by its wording.
ALARM = "ledger_drift"

Worth = Callable[[int], int]

# The key of a document ends in what a till calls a thing, or what an event is about: words of others, and no log's.
_NAMED_BY_OTHERS = re.compile(r"#.+(?= is missing\Z)", re.DOTALL)


def outstanding(found: Verification, worth: Worth) -> list[Figure]:
    """What the program owes its members, by the sums of all their lines: points and what they are worth, and stored value, both
    in the currency's smallest unit. What members owe (debt) is not set off against it.
    """
    points = sum(found.totals.get(name, 0) for name in (ACTIVE, PENDING, HELD))
    return [
        Figure(POINTS_OUTSTANDING, points),
        Figure(POINTS_OUTSTANDING_WORTH, worth(points)),
        Figure(STORED_VALUE_OUTSTANDING, found.totals.get(STORED_VALUE, 0)),
    ]


class LoggedDrift:
    """Ids, sequences and sums; no personal data. `worth` is that of so many points, in the currency's smallest unit."""

    def __init__(self, worth: Worth) -> None:
        self._worth = worth

    def report_flaw(self, flaw: MemberFlaw, on: date) -> None:
        """One member's history is not what it was written as."""
        self._tell("A member's history is flawed", flaw, on)

    def report_result(self, found: Verification) -> None:
        """The day's root and what is outstanding, which the log keeps too; and what no single member can be named for."""
        on = found.on.isoformat() if found.on else None
        with line("proof", on=on, root=found.root, is_sound=found.is_sound, members=found.members) as writing:
            writing.count(*outstanding(found, self._worth))
        if sum(found.totals.values()):
            logger().error("The ledger does not sum to zero", extra={"alarm": ALARM, "on": on, "totals": found.totals})
        if found.baseline and not found.baseline.is_same:
            since = found.baseline.on.isoformat()
            message = "Histories are not what an earlier day's root was kept of"
            logger().error(message, extra={"alarm": ALARM, "on": on, "kept_on": since})

    def _tell(self, message: str, flaw: MemberFlaw, on: date) -> None:
        what = _NAMED_BY_OTHERS.sub("#…", flaw.what)
        said = {"member_id": flaw.member_id, "sequence": flaw.sequence, "what": what}
        logger().error(message, extra={"alarm": ALARM, "on": on.isoformat(), **said})
