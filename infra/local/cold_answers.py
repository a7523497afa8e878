"""Whether a function has answered its first event as it should: a figure of one that has failed is none. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

Event = Mapping[str, Any]
QUIET_LEVELS = frozenset({"DEBUG", "INFO"})


def fault_of(event: Event, answer: Any, log: Sequence[Mapping[str, Any]]) -> str | None:
    """What is wrong; None where nothing is. `log` are the lines that it wrote.

    A worker that cannot do one account's work logs it and goes on, so what it logs counts as well as what it answers.
    """
    wrong = [str(line.get("message")) for line in log if line.get("level", "INFO") not in QUIET_LEVELS]
    if wrong:
        return f"it logged: {'; '.join(wrong)}"
    expected = _expected(event, answer if isinstance(answer, Mapping) else {})
    return None if expected else f"it answered {answer!r}"[:500]


def _expected(event: Event, answer: Mapping[str, Any]) -> bool:
    """Of an API a 200, of the authorizer a caller, of a queue's worker that nothing is left undone. A scheduled event and the
    ledger's stream are answered with nothing: what fails there raises.
    """
    if "httpMethod" in event:
        return answer.get("statusCode") == HTTPStatus.OK
    if "methodArn" in event:
        return bool(answer.get("context")) and "refusal" not in answer["context"]
    if _is_of_queue(event):
        return answer.get("batchItemFailures") == []
    return not answer


def _is_of_queue(event: Event) -> bool:
    return any(record.get("eventSource") == "aws:sqs" for record in event.get("Records", ()))
