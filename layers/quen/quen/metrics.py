"""What a stack counts of its own, and how a line of the log says it: CloudWatch's embedded metric format.

A line that counts something carries the counts itself, so there is one line and no call to anybody. Names and values of
dimensions are permanent, and each value is a metric that is paid for: what AWS counts already (how long a function ran, how
old a queue's messages are) is not counted again. RUNBOOK.md says what each one means.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

NAMESPACE = "Quen"
VALUES_MAX = 100
"""So many values of one metric one line may hold: the format's own limit."""

Number = int | float
Unit = Literal["Count", "Milliseconds", "Seconds", "None"]

# Every function imports this, and a dataclass takes ten times as long to make as a tuple with names.


class Metric(NamedTuple):
    """One metric; with a dimension, one for each of its values. A unit of `None` is of things that are not counted in ones."""

    name: str
    unit: Unit = "Count"
    dimension: str = ""
    values: tuple[str, ...] = ()


class Figure(NamedTuple):
    """What a line says of one metric: a sum, or each value by itself (the first VALUES_MAX). `of` is the dimension's value."""

    metric: Metric
    value: Number | Sequence[Number]
    of: str = ""


REQUEST_DURATION = Metric("RequestDuration", "Milliseconds", "Kind", ("read", "write"))
REPLAYS = Metric("Replays")
REFUSALS = Metric("Refusals", "Count", "Class", ("denied", "unknown", "faulty", "refused", "limited", "failed"))

POINTS_ISSUED = Metric("PointsIssued")
POINTS_REVERSED = Metric("PointsReversed")
POINTS_REDEEMED = Metric("PointsRedeemed")
POINTS_REFUNDED = Metric("PointsRefunded")
POINTS_EXPIRED = Metric("PointsExpired")
POINTS_ADJUSTED = Metric("PointsAdjusted")
POINTS_OPENED = Metric("PointsOpened")
POINTS_WRITTEN_OFF = Metric("PointsWrittenOff")
PURCHASES = Metric("Purchases")
EVENT_LAG = Metric("EventLag", "Seconds")

POINTS_OUTSTANDING = Metric("PointsOutstanding", "None")
POINTS_OUTSTANDING_WORTH = Metric("PointsOutstandingWorth", "None")
STORED_VALUE_OUTSTANDING = Metric("StoredValueOutstanding", "None")

MESSAGES_SENT = Metric("MessagesSent")
MESSAGES_DELIVERED = Metric("MessagesDelivered")
MESSAGES_SUPPRESSED = Metric("MessagesSuppressed")
MESSAGES_FAILED = Metric("MessagesFailed")
WEBHOOKS_FAILED = Metric("WebhooksFailed")

JOB_MEMBERS_DONE = Metric("JobMembersDone")
JOB_MEMBERS_FAILED = Metric("JobMembersFailed")

METRICS = (
    REQUEST_DURATION,
    REPLAYS,
    REFUSALS,
    POINTS_ISSUED,
    POINTS_REVERSED,
    POINTS_REDEEMED,
    POINTS_REFUNDED,
    POINTS_EXPIRED,
    POINTS_ADJUSTED,
    POINTS_OPENED,
    POINTS_WRITTEN_OFF,
    PURCHASES,
    EVENT_LAG,
    POINTS_OUTSTANDING,
    POINTS_OUTSTANDING_WORTH,
    STORED_VALUE_OUTSTANDING,
    MESSAGES_SENT,
    MESSAGES_DELIVERED,
    MESSAGES_SUPPRESSED,
    MESSAGES_FAILED,
    WEBHOOKS_FAILED,
    JOB_MEMBERS_DONE,
    JOB_MEMBERS_FAILED,
)
"""All that lines count. The template's filters count a few more, from lines that have an `alarm` or a `counted`."""


def embedded(figures: Sequence[Figure], stack: str, epoch_milliseconds: int) -> Mapping[str, Any]:
    """The members of a JSON line that make metrics of it; none where nothing is counted.

    The namespace is `Quen/<stack>`. A line says one value of a dimension, and one figure of a metric.
    """
    if not figures:
        return {}
    directives: dict[str, list[Mapping[str, str]]] = {}
    said: dict[str, Any] = {}
    for figure in figures:
        metric = figure.metric
        directives.setdefault(metric.dimension, []).append({"Name": metric.name, "Unit": metric.unit})
        said[metric.name] = list(figure.value)[:VALUES_MAX] if isinstance(figure.value, Sequence) else figure.value
        if metric.dimension:
            said[metric.dimension] = figure.of
    namespace = f"{NAMESPACE}/{stack}"
    counted = [
        {"Namespace": namespace, "Dimensions": [[dimension] if dimension else []], "Metrics": metrics}
        for dimension, metrics in directives.items()
    ]
    return {"_aws": {"Timestamp": epoch_milliseconds, "CloudWatchMetrics": counted}, **said}
