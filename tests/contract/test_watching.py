"""What watches the stack: every alarm and metric has its place in the runbook, and the dashboard shows nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from local.template_reader import read_template
from quen.metrics import METRICS

PROJECT = Path(__file__).parents[2]
RUNBOOK = (PROJECT / "RUNBOOK.md").read_text("utf-8")
ALARM_FILES = sorted(
    path.relative_to(PROJECT).as_posix()
    for path in (PROJECT / "infra").glob("*.yaml")
    if "AWS::CloudWatch::Alarm" in path.read_text("utf-8")
)
OURS = "Quen/${Prefix}"
SLOW_PERCENT = 80
# What AWS counts, by namespace: the metrics that we look at. Their dimensions are held against the templates.
AWS_METRICS = {
    "AWS/ApiGateway": {"Count", "5XXError", "Latency"},
    "AWS/Lambda": {"Duration", "Errors", "Invocations", "IteratorAge", "Throttles", "ClaimedAccountConcurrency"},
    "AWS/SQS": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
    "AWS/DynamoDB": {
        "ConsumedReadCapacityUnits",
        "ConsumedWriteCapacityUnits",
        "ReadThrottleEvents",
        "WriteThrottleEvents",
        "SystemErrors",
    },
    "AWS/SES": {"Reputation.BounceRate", "Reputation.ComplaintRate"},
}


@cache
def resources(name: str, kind: str) -> dict[str, dict[str, Any]]:
    found = read_template((PROJECT / name).read_text("utf-8"))["Resources"].items()
    return {logical: resource["Properties"] for logical, resource in found if resource["Type"] == kind}


def named(value: Any) -> str:
    """What a name is behind the stack's own, whichever way a template spells that."""
    spelled = value["Fn::Sub"] if isinstance(value, Mapping) else value
    return str(spelled).replace("${AWS::StackName}", "${Prefix}").removeprefix("${Prefix}-")


FUNCTIONS = {
    named(one["FunctionName"]): one for one in resources("template.yaml", "AWS::Serverless::Function").values()
}
QUEUES = {named(one["QueueName"]): one for one in resources("infra/messaging.yaml", "AWS::SQS::Queue").values()}
EXISTING = {
    "FunctionName": {*FUNCTIONS},
    "QueueName": {*QUEUES},
    "TableName": {named(one["TableName"]) for one in resources("infra/data.yaml", "AWS::DynamoDB::Table").values()},
    "ApiName": {named(one["Name"]) for one in resources("template.yaml", "AWS::Serverless::Api").values()},
    "Operation": {"TransactWriteItems"},
    **{metric.dimension: {*metric.values} for metric in METRICS if metric.dimension},
}
FILTERED = {
    transformation["MetricName"]
    for one in resources("template.yaml", "AWS::Logs::MetricFilter").values()
    for transformation in one["MetricTransformations"]
}
COUNTED = {metric.name for metric in METRICS} | FILTERED
SATURATION = resources("infra/saturation.yaml", "AWS::CloudWatch::Alarm")
ALARMS = {
    named(alarm["AlarmName"]): alarm
    for name in ALARM_FILES
    for alarm in resources(name, "AWS::CloudWatch::Alarm").values()
}


def anchor(heading: str) -> str:
    """As a page's viewer makes one of a heading."""
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def headings(level: str, section: str = "") -> set[str]:
    text = RUNBOOK.partition(f"\n## {section}\n")[2].partition("\n## ")[0] if section else RUNBOOK
    return {anchor(heading) for heading in re.findall(rf"^{level} (.+)$", text, re.MULTILINE)}


def looked_at(alarm: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The metrics that an alarm watches; one that computes something has several, and pays for each."""
    return [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", []) if "MetricStat" in one] or [alarm]


def section_of(alarm: Mapping[str, Any]) -> str:
    [found] = re.findall(r" RUNBOOK\.md#([a-z0-9-]+)$", alarm["AlarmDescription"])
    return str(found)


@pytest.mark.parametrize("alarm", ALARMS.values(), ids=ALARMS)
def test_an_alarm_says_what_happened_in_a_sentence_and_where_what_to_do_stands(alarm: Mapping[str, Any]) -> None:
    sentence = alarm["AlarmDescription"].partition(" RUNBOOK.md")[0]
    assert sentence.endswith(".")
    assert section_of(alarm) in headings("###", "Alarms")


def test_no_section_of_the_runbook_is_about_an_alarm_that_is_not_there() -> None:
    assert {section_of(alarm) for alarm in ALARMS.values()} == headings("###", "Alarms")


def test_the_runbook_says_what_the_alarms_cost() -> None:
    told, metrics = " ".join(RUNBOOK.split()), sum(len(looked_at(alarm)) for alarm in ALARMS.values())
    assert f"All of them together are {len(ALARMS)}, {(metrics - 10) * 0.1:.2f} USD a month" in told


def test_every_link_within_the_runbook_leads_somewhere() -> None:
    links = {*re.findall(r"\]\(#([a-z0-9-]+)\)", RUNBOOK)}
    assert links <= headings("##") | headings("###")


def test_the_runbook_has_a_row_for_every_metric_and_for_none_that_is_not_counted() -> None:
    table = RUNBOOK.partition("\n## Metrics\n")[2].partition("\n## ")[0]
    assert {*re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)} == COUNTED


def test_the_runbook_names_every_value_of_a_dimension_and_what_all_of_them_cost() -> None:
    for metric in METRICS:
        assert all(f"`{value}`" in RUNBOOK for value in (metric.dimension, *metric.values) if value)
    number = sum(len(metric.values) or 1 for metric in METRICS) + len(FILTERED)
    assert f"All of these together are {number}, {(number - 10) * 0.3:.2f} USD a month" in RUNBOOK


def test_every_path_that_the_runbook_asks_is_one_that_there_is() -> None:
    events = (event for one in FUNCTIONS.values() for event in one.get("Events", {}).values())
    paths = {event["Properties"]["Path"] for event in events if event["Type"] == "Api"}
    asked = {*re.findall(r"(?:GET|POST|PUT|PATCH) (/v1/[a-z_/{}-]+)", RUNBOOK)}
    assert asked <= paths


def test_every_function_queue_and_alarm_that_the_runbook_names_is_there() -> None:
    named_whole = {*re.findall(r"(?<=[`/])([a-z]+-[a-z-]+)(?=`)", RUNBOOK)}
    assert {"publish-events", "stream-lags"} <= named_whole
    assert named_whole <= {*FUNCTIONS, *QUEUES, *ALARMS, "master-key"}
    endings = {*re.findall(r"`…(-[a-z-]+)`", RUNBOOK)}
    assert "-errors" in endings
    assert not [ending for ending in endings if not any(name.endswith(ending) for name in ALARMS)]


@pytest.mark.parametrize("alarm", SATURATION.values(), ids=SATURATION)
def test_an_alarm_of_a_limit_watches_what_is_there_and_tells_when_it_is_over(alarm: Mapping[str, Any]) -> None:
    for metric in looked_at(alarm):
        assert metric["MetricName"] in AWS_METRICS[metric["Namespace"]]
        for dimension in metric.get("Dimensions", []):
            assert named(dimension["Value"]) in EXISTING[dimension["Name"]]
    assert alarm["AlarmActions"] == alarm["OKActions"]
    assert alarm["TreatMissingData"] == "notBreaching"


def test_a_stream_that_nobody_reads_is_found_by_what_the_ledger_wrote() -> None:
    """Lambda measures the stream's age when it calls the function: a mapping that is disabled has none, and lags in silence."""
    watched = {named(one["Dimensions"][0]["Value"]): one["MetricName"] for one in looked_at(ALARMS["stream-unread"])}
    assert watched == {"ledger": "ConsumedWriteCapacityUnits", "publish-events": "Invocations"}
    computed, *given = ALARMS["stream-unread"]["Metrics"]
    assert [one["Id"] in computed["Expression"] for one in given] == [True, True]
    assert {one["MetricStat"]["Period"] for one in given} == {3600}


def test_a_function_is_slow_at_four_fifths_of_its_own_time_out() -> None:
    slow = [alarm for alarm in SATURATION.values() if alarm.get("MetricName") == "Duration"]
    watched = {named(alarm["Dimensions"][0]["Value"]): alarm["Threshold"] for alarm in slow}
    assert watched == {name: FUNCTIONS[name]["Timeout"] * 10 * SLOW_PERCENT for name in watched}
    served = {
        name for name, one in FUNCTIONS.items() if any(e["Type"] == "Api" for e in one.get("Events", {}).values())
    }
    assert {*watched} == served | {"authorize", "publish-events"}


def test_every_queue_that_is_worked_is_watched_and_late_only_after_all_tries() -> None:
    late = [one for one in ALARMS.values() if one.get("MetricName") == "ApproximateAgeOfOldestMessage"]
    watched = {named(alarm["Dimensions"][0]["Value"]): alarm["Threshold"] for alarm in late}
    assert {*watched} == {name for name, queue in QUEUES.items() if "RedrivePolicy" in queue}
    for name, seconds in watched.items():
        assert QUEUES[name]["VisibilityTimeout"] * QUEUES[name]["RedrivePolicy"]["maxReceiveCount"] < seconds


def test_no_level_of_the_log_hides_the_lines_that_metrics_and_alarms_are_made_of() -> None:
    parameters = read_template((PROJECT / "template.yaml").read_text("utf-8"))["Parameters"]
    assert parameters["LogLevel"]["AllowedValues"] == ["DEBUG", "INFO"]


[DASHBOARD] = resources("infra/dashboard.yaml", "AWS::CloudWatch::Dashboard").values()


def widgets(*, behind_http: bool = False) -> list[dict[str, Any]]:
    """As they stand behind REST APIs, or behind HTTP APIs."""
    body, doors = DASHBOARD["DashboardBody"]["Fn::Sub"]
    for name, way in doors.items():
        chosen = way["Fn::If"][1 if behind_http else 2]
        body = body.replace(f"${{{name}}}", chosen if isinstance(chosen, str) else "".join(chosen.values()))
    return list(json.loads(body)["widgets"])


def shown(*, behind_http: bool = False) -> list[tuple[str, str, dict[str, str]]]:
    """Every metric of every graph: namespace, name, dimensions."""
    found = []
    for widget in widgets(behind_http=behind_http):
        for metric in widget["properties"].get("metrics", []):
            said = [part for part in metric if isinstance(part, str)]
            found.append((said[0], said[1], dict(zip(said[2::2], said[3::2], strict=True))))
    return found


def test_every_graph_shows_metrics_that_there_are() -> None:
    assert len(shown()) > 100
    for namespace, name, dimensions in shown():
        assert name in (COUNTED if namespace == OURS else AWS_METRICS[namespace]), (namespace, name)
        for dimension, value in dimensions.items():
            assert named(value) in EXISTING[dimension], (name, dimension, value)


def test_behind_an_http_api_the_graphs_of_requests_show_that_one() -> None:
    """A REST API that is closed counts nothing: its graphs would be flat whatever happens to members."""
    doors = [(name, said) for namespace, name, said in shown(behind_http=True) if namespace == "AWS/ApiGateway"]
    assert {name for name, said in doors if "ApiId" in said} == {"Count", "5xx", "Latency"}
    assert {said["ApiId"] for _, said in doors if "ApiId" in said} == {"MobileHttpApiId", "PartnerHttpApiId"}
    assert {said["ApiName"] for _, said in doors if "ApiName" in said} == {"${Prefix}-admin"}
    given = template_of("Dashboard")["Properties"]["Parameters"]
    for api in ("Mobile", "Partner"):
        assert given[f"{api}HttpApiId"] == {
            "Fn::If": ["IsHttpGateway", {"Fn::GetAtt": f"HttpGateway.Outputs.{api}ApiId"}, ""]
        }


def test_a_stack_of_the_same_name_in_another_region_has_a_dashboard_of_its_own() -> None:
    """Dashboards are the account's: of two that are called alike, the later takes the earlier one's place."""
    assert DASHBOARD["DashboardName"] == {"Fn::Sub": "${Prefix}-${AWS::Region}"}


def template_of(resource: str) -> dict[str, Any]:
    found: dict[str, Any] = read_template((PROJECT / "template.yaml").read_text("utf-8"))["Resources"][resource]
    return found


def test_every_metric_of_ours_is_in_a_graph_with_all_its_values() -> None:
    drawn = [(name, *dimensions.items()) for namespace, name, dimensions in shown() if namespace == OURS]
    assert {one[0] for one in drawn} == COUNTED
    for metric in METRICS:
        for value in metric.values:
            assert (metric.name, (metric.dimension, value)) in drawn


def test_every_queue_table_api_and_job_is_in_a_graph() -> None:
    drawn = {(dimension, named(value)) for _, _, said in shown() for dimension, value in said.items()}
    for dimension in ("QueueName", "TableName", "ApiName"):
        assert {value for of, value in drawn if of == dimension} == EXISTING[dimension]
    assert {value for of, value in drawn if of == "FunctionName"} == {*FUNCTIONS}


def test_no_graph_lies_over_another() -> None:
    cells: set[tuple[int, int]] = set()
    for widget in widgets():
        columns, rows = (range(widget[at], widget[at] + widget[size]) for at, size in (("x", "width"), ("y", "height")))
        taken = {(column, row) for column in columns for row in rows}
        assert not taken & cells, widget["properties"]
        assert widget["x"] + widget["width"] <= 24
        cells |= taken


def test_the_dashboard_s_queries_read_log_groups_that_there_are() -> None:
    groups = {named(one["LogGroupName"]) for one in resources("template.yaml", "AWS::Logs::LogGroup").values()}
    queries = [widget["properties"]["query"] for widget in widgets() if widget["type"] == "log"]
    for query in queries:
        assert {*re.findall(r"SOURCE '([^']+)'", query)} <= groups
    assert queries
