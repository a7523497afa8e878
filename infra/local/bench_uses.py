"""What each use case takes, as a bill needs it: measured where `make bench` measures it, assumed and said so where not."""

from __future__ import annotations

from fractions import Fraction

from local.bench_bill import ITEM_OVERHEAD_BYTES, Fixtures, Use
from local.bench_own import Metered
from local.deploy_plan import metrics_watched
from local.deployment import PROJECT
from local.template_reader import read_template
from local.write_units import item_size
from quen.metrics import METRICS

CLIENT_MILLISECONDS = Fraction(1, 2)
"""botocore's own CPU for one call. Assumed; a bare call measures it."""
TOLD = Use(Fraction(0), Fraction(0), Fraction(0), 0, Fraction(6), 200)
"""The stream's function, for one entry: an event put on the bus, the first within the batch. Assumed."""
SENT = Use(Fraction(3), Fraction(2), Fraction(5), 0, Fraction(8), 600)
"""A message: its record begun and ended, the member and what they agree to. Units as tests hold them; the rest assumed."""
GIVEN = Use(Fraction(6), Fraction(3), Fraction(4), 1, Fraction(3), 0)
"""A birthday's points. Units as the night measures an expiry's, with the profile."""

FIXED = ("template.yaml", *(f"infra/{part}.yaml" for part in ("alarms", "saturation", "messaging", "dashboard")))
"""The templates with what is paid for whoever comes."""


def use_of(metered: Metered, cpu_milliseconds: float, log_bytes: int) -> Use:
    """One request's, of those that were metered."""
    calls = Fraction(metered.units.calls, metered.requests)
    commits = sum(call.operation == "TransactWriteItems" for call in metered.calls)
    return Use(
        writes=Fraction(metered.units.writes, metered.requests),
        reads=metered.units.reads / metered.requests,
        calls=calls,
        commits=commits,
        cpu_milliseconds=Fraction(cpu_milliseconds) + calls * CLIENT_MILLISECONDS,
        log_bytes=log_bytes,
        stored_bytes=stored_bytes(metered),
    )


def stored_bytes(metered: Metered) -> int:
    """What the last request leaves for ever, with what DynamoDB adds to each item. An account only changes."""
    written = [
        item["Put"]["Item"]
        for call in metered.calls
        if call.operation == "TransactWriteItems"
        for item in call.asked["TransactItems"]
        if "Put" in item and item["Put"]["Item"]["SK"]["S"] != "ACCOUNT"
    ]
    return sum(item_size(item) + ITEM_OVERHEAD_BYTES for item in written)


def assumed_uses(writes: Fraction, reads: Fraction, calls: Fraction) -> dict[str, Use]:
    """Those that no request of a person makes; an expiry's units and calls are the night's."""
    expiry = Use(writes, reads, calls, 1, Fraction(3), 0)
    return {"expire": expiry, "birthday": GIVEN, "publish": TOLD, "message": SENT}


def fixtures() -> Fixtures:
    """What the templates set up whoever comes, where somebody is told of alarms; the metrics are all that ever move."""
    texts = [(PROJECT / name).read_text("utf-8") for name in FIXED]
    resources = [resource for text in texts for resource in read_template(text)["Resources"].values()]
    events = [event for resource in resources for event in (resource["Properties"].get("Events") or {}).values()]
    kinds = [event["Type"] for event in events]
    types = [resource["Type"] for resource in resources]
    return Fixtures(
        queues=kinds.count("SQS"),
        schedules=sum(kind.startswith("Schedule") for kind in kinds),
        alarms=sum(map(metrics_watched, resources)),
        dashboards=types.count("AWS::CloudWatch::Dashboard"),
        metrics=sum(len(metric.values) or 1 for metric in METRICS),
    )
