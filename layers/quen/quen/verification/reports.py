"""Where drift is told: one line in the log, which the alarm on the ledger's drift waits for."""

from __future__ import annotations

from datetime import date

from quen.observability import logger
from quen.verification.model import MemberFlaw, Verification

# What the metric filter of the template looks for: a line is told by its `alarm`, not by its wording.
ALARM = "ledger_drift"


class LoggedDrift:
    """Ids, sequences and sums; no personal data."""

    def report_flaw(self, flaw: MemberFlaw, on: date) -> None:
        """One member's history is not what it was written as."""
        self._tell("A member's history is flawed", flaw, on)

    def report_result(self, found: Verification) -> None:
        """The day's root, so that the log keeps it too; and what no single member can be named for."""
        on = found.on.isoformat() if found.on else None
        logger().info("The ledger was checked", extra={"on": on, "root": found.root, "is_sound": found.is_sound})
        if sum(found.totals.values()):
            logger().error("The ledger does not sum to zero", extra={"alarm": ALARM, "on": on, "totals": found.totals})
        if found.baseline and not found.baseline.is_same:
            since = found.baseline.on.isoformat()
            message = "Histories are not what an earlier day's root was kept of"
            logger().error(message, extra={"alarm": ALARM, "on": on, "kept_on": since})

    def _tell(self, message: str, flaw: MemberFlaw, on: date) -> None:
        said = {"member_id": flaw.member_id, "sequence": flaw.sequence, "what": flaw.what}
        logger().error(message, extra={"alarm": ALARM, "on": on.isoformat(), **said})
