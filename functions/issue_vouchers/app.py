"""Issues batches of vouchers, a message each: what a batch is missing, until it is done or time is out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quen.bootstrap import application
from quen.deliveries import handle_each
from quen.jobs.service import RunningFunction, within
from quen.observability import wordless


@wordless
def handle(event: Mapping[str, Any], context: RunningFunction) -> dict[str, Any]:
    """A batch of the queue's messages."""
    out_of_time = within(context.get_remaining_time_in_millis)
    return handle_each(event, lambda body: application().voucher_batches.issue(body["batch_id"], out_of_time))
