"""Metrics as lines of the log carry them: the embedded metric format, and names that are few and stay."""

from __future__ import annotations

import pytest

from quen.metrics import (
    EVENT_LAG,
    METRICS,
    POINTS_ISSUED,
    PURCHASES,
    REFUSALS,
    REPLAYS,
    REQUEST_DURATION,
    VALUES_MAX,
    Figure,
    embedded,
)

NOW = 1_795_687_439_575


def test_a_line_that_counts_nothing_carries_nothing() -> None:
    assert embedded([], "quen", NOW) == {}


def test_figures_stand_in_the_line_under_their_names_and_the_line_says_that_they_are_metrics() -> None:
    said = embedded([Figure(POINTS_ISSUED, 120), Figure(PURCHASES, 2)], "quen-live", NOW)
    counted = said.pop("_aws")
    assert said == {"PointsIssued": 120, "Purchases": 2}
    assert counted == {
        "Timestamp": NOW,
        "CloudWatchMetrics": [
            {
                "Namespace": "Quen/quen-live",
                "Dimensions": [[]],
                "Metrics": [{"Name": "PointsIssued", "Unit": "Count"}, {"Name": "Purchases", "Unit": "Count"}],
            }
        ],
    }


def test_metrics_of_one_dimension_share_a_directive_and_dimensions_are_texts() -> None:
    figures = [Figure(REQUEST_DURATION, 4.2, "write"), Figure(REPLAYS, 1), Figure(REFUSALS, 1, "refused")]
    said = embedded(figures, "quen", NOW)
    assert [one["Dimensions"] for one in said["_aws"]["CloudWatchMetrics"]] == [[["Kind"]], [[]], [["Class"]]]
    assert (said["Kind"], said["Class"]) == ("write", "refused")


def test_a_row_of_values_ends_where_the_format_ends_it() -> None:
    assert len(embedded([Figure(EVENT_LAG, [1] * 150)], "quen", NOW)["EventLag"]) == VALUES_MAX


def test_no_two_metrics_have_one_name_and_none_the_name_of_a_dimension() -> None:
    names = [metric.name for metric in METRICS]
    assert len({*names}) == len(names)
    assert not {*names} & {metric.dimension for metric in METRICS}


def test_they_are_as_many_as_a_small_shop_can_pay() -> None:
    """30 cents a month each, and three more that the template's filters count."""
    assert sum(len(metric.values) or 1 for metric in METRICS) + 3 <= 32


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_dimension_has_values_and_only_a_dimension(metric: object) -> None:
    assert bool(getattr(metric, "dimension", "")) == bool(getattr(metric, "values", ()))
