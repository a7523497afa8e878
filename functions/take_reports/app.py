"""Takes what SES and SNS tell of messages, each report by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quen.bootstrap import application
from quen.deliveries import handle_each_text
from quen.log_lines import line
from quen.observability import wordless


@wordless
def handle(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """A batch of the reports' queue; or lines of SNS's log of text messages, where the operator has subscribed it."""
    reporting = application().reporting
    if "awslogs" in event:
        with line("batch") as writing:
            writing.say(queued=reporting.receive_log(event["awslogs"]["data"]))
        return {}
    return handle_each_text(event, reporting.receive)
